"""Why nothing more happens now, for whoever asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.harmless import code
from bot.messages.parts import run_line
from bot.store.port import Run
from policies.decision import Decision

_NOT_HERE: Mapping[str, str] = MappingProxyType(
    {
        "fix": "`fix` is for issues. Here, say `/agent revise …` if I opened this, else `/agent review`.",
        "plan": "`plan` is for issues.",
        "approve": "`approve` is for plans, on their issue. Approve a pull request with GitHub's own review.",
        "reject": "`reject` is for plans, on their issue. A pull request is rejected by closing it.",
        "revise": "`revise` is for pull requests that I opened, and for plans, on their issue.",
        "review": "`review` is for pull requests.",
        "repro": "`repro` is for issues.",
    }
)


def plans_need_memory() -> str:
    return (
        "A plan waits for its approval, and a job forgets when it ends: plans need the hosted bot. "
        "`/agent fix` works here."
    )


def not_here(verb: str) -> str:
    return f"{_NOT_HERE.get(verb, 'That is for another place.')} `/agent help` says more."


def no_memory(verb: str) -> str:
    return (
        f"`{code(verb)}` goes on with what was there before, and a job forgets when it ends: that needs the "
        "hosted bot. `/agent fix` on the issue begins anew here."
    )


def comes_next(run: Run) -> str:
    return (
        "Heard. I am at work on this, so yours comes next: it is looked at as soon as I am done, and nothing "
        f"needs to be said again.\n\n{run_line(run.id)}"
    )


def waits_for_review(number: int) -> str:
    return f"#{number} is open and waits for your review. Ask for changes there: `/agent revise …`."


def only_a_test(issue: int) -> str:
    return (
        "This holds a failing test and nothing more, which I do not revise. "
        f"`/agent fix` on #{issue} goes on to a fix."
    )


def branch_is_there(branch: str) -> str:
    return (
        f"There is `{code(branch)}` already, so this was worked on before. To have it done anew, close its "
        "pull request, delete the branch, and say `/agent fix` again."
    )


def nothing_runs() -> str:
    return "Nothing is running here that waits for this. `/agent status` says what there was."


def nothing_to_retry(run: Run | None) -> str:
    if run is None:
        return "There has been no run here yet. `/agent fix` starts one."
    return f"The last run here came to its end. `/agent fix` starts another.\n\n{run_line(run.id)}"


def no_plan_waits() -> str:
    return "No plan waits for an answer here. `/agent plan` makes one."


def other_plan(digest: str) -> str:
    return f"That is not the plan that was shown last. This approves it: `/agent approve {digest}`"


def refused(decision: Decision) -> str:
    return f"That was not done: {'; '.join(decision.reasons)}."


def already_running(run_id: str) -> str:
    said = "A run is active on this issue, so no second one was started. `/agent status` says how far it is."
    return f"{said}\n\n{run_line(run_id)}"
