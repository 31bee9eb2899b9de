"""How something ended that could not be brought to its end, and whose move it is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.harmless import defused, fenced
from bot.messages.parts import RETRY, one_line, run_line
from bot.messages.sticky import AWAITS, DONE, STOPPED
from bot.store.port import Run
from workflows.errors import Failure, Who


def could_not(failure: Failure) -> str:
    """What went wrong may be nobody else's business, where it is the operator's."""
    if failure.who is Who.USER:
        return f"That could not be done: {defused(one_line(failure.sentence))}."
    return (
        "That could not be done, by no fault of yours. It is the move of whoever runs this bot: "
        "`redfirst deliveries list --state failed` says what went wrong, and `retry` does it then."
    )


def command_put_aside() -> str:
    return (
        "I tried to do what was asked here, again and again, and broke off each time. It is left alone now. "
        "It is the move of whoever runs this bot: `redfirst dead list` says what went wrong."
    )


def put_aside_in_short(times: int) -> str:
    return f"this was tried {times} times and is left alone now; whoever runs this bot can see why"


def put_aside(run: Run, times: int) -> str:
    """What went wrong is for the operator, and may hold what is nobody else's business."""
    return (
        f"{STOPPED}\n\nThis was tried {times} times, and each time it broke off without getting "
        "any further. It is left alone now, with all that was done so far.\n\n"
        "It is the move of whoever runs this bot: `redfirst dead list` says what went wrong, and "
        f"`redfirst dead retry {run.id}` goes on.\n\n{run_line(run.id)}"
    )


def stopped(run_id: str, reason: str) -> str:
    return f"{STOPPED}\n\n{defused(one_line(reason))}. {RETRY} starts it again.\n\n{run_line(run_id)}"


def left_so(comment: str) -> str:
    """How the run ended that our own comment on an issue speaks of, for whoever has no journal."""
    how = "did not come to an end"
    if comment.startswith(STOPPED):
        how = "stopped without a fix"
    elif comment.startswith(DONE):
        how = "is done"
    elif AWAITS in comment:
        how = "opened a pull request"
    return f"the last run on it {how}, and nobody has said anything new since"


def job_summary(conclusion: str, pull_request: str, repro: str, said: str, passed: Sequence[str] = ()) -> str:
    lines = [
        f"### Redfirst: {conclusion}",
        "",
        f"- repro test: {repro}",
        f"- pull request: {pull_request or 'none'}",
    ]
    if said:
        lines += ["", fenced(said)]
    if passed:
        lines += ["", "Passed over:", "", *(f"- {one_line(one)}" for one in passed)]
    return "\n".join(lines) + "\n"
