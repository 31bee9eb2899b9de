"""The one comment that shows how far a run is, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from bot.harmless import clipped, code, defused, fenced
from bot.messages import evidence
from bot.messages.parts import RETRY, hidden_text, one_line
from bot.messages.seen import without_hints
from workflows.errors import Failure, Who
from workflows.progress import Progress, Stage
from workflows.project.model import Project
from workflows.project.unfit import CORRECTION
from workflows.project.words import in_a_line, in_short
from workflows.verdicts import Verdict

_STAGES: Sequence[tuple[Stage, str]] = (
    (Stage.PREPARE, "look at the project and run its tests as they are"),
    (Stage.PLAN, "plan"),
    (Stage.APPROVAL, "wait for the plan to be approved"),
    (Stage.RED, "write a test and see it fail"),
    (Stage.GREEN, "write the fix, see the test pass and nothing else break"),
    (Stage.REVIEW, "open a draft pull request"),
)

_MOVE = {
    Who.USER: "It is your move",
    Who.OPERATOR: "It is the move of whoever runs this bot",
    Who.MODEL: "The model did not manage; a clearer issue, or a hint, often helps",
    Who.NOBODY: "This may pass by itself",
}

WORKING, DONE, STOPPED = "### Redfirst is working on this", "### Redfirst: done", "### Redfirst stopped"
AWAITS = "awaits your review"


def text(progress: Progress, *, in_job: bool) -> str:
    if progress.failure is not None:
        lines = _failed(progress, progress.failure, in_job=in_job)
    elif progress.stage is Stage.DONE:
        lines = [DONE, "", *_done(progress)]
    elif progress.stage is Stage.REVIEW and progress.pull_request:
        opened = f"### Redfirst: #{progress.pull_request} {AWAITS}"
        lines = [opened, *_seen(progress), *_detected(progress.project)]
    else:
        seen = [*_checklist(progress.stage), *_seen(progress), *_detected(progress.project)]
        lines = [WORKING, "", *seen]
    return "\n".join([*lines, *hidden_text(progress.hidden), "", _foot(progress)])


def _failed(progress: Progress, failure: Failure, *, in_job: bool) -> list[str]:
    if progress.stage is Stage.REVIEW:
        here = f"#{progress.pull_request}"
        then = f"{_MOVE[failure.who]}. {here} waits for you again: say what shall be different, and I try."
        return [f"### Redfirst left {here} as it is", "", *_happened(failure), "", then]
    retry = "`/agent fix`" if in_job else RETRY
    then = f"{_MOVE[failure.who]}; {retry} tries again."
    return [STOPPED, "", *_happened(failure), "", then]


def _done(progress: Progress) -> list[str]:
    if progress.verdict == Verdict.APPROVED:
        return [f"#{progress.pull_request} was approved and is ready to be merged, which is for you."]
    if progress.pull_request:
        return [f"#{progress.pull_request} was {progress.verdict}."]
    return [f"{progress.verdict}."]


def _foot(progress: Progress) -> str:
    cost = evidence.cost(progress.spent)
    return f"<sub>run `{progress.run}`{f' · {cost}' if cost else ''}</sub>"


def _checklist(now: Stage) -> list[str]:
    # A plan that nobody has to approve is no step of its own.
    stages = [each for each in _STAGES if each[0] is not Stage.APPROVAL or now is Stage.APPROVAL]
    order = [stage for stage, _ in stages]
    reached = order.index(now) if now in order else len(order)
    done = reached + 1 if now is Stage.REVIEW else reached
    return [
        f"- [{'x' if place < done else ' '}] {words}{' …' if place == reached and place >= done else ''}"
        for place, (_, words) in enumerate(stages)
    ]


def _seen(progress: Progress) -> list[str]:
    lines: list[str] = []
    if progress.refused:
        why = defused(one_line(progress.refused.splitlines()[0]))
        lines += ["", f"The last attempt did not count: {why}"]
    if progress.red:
        red = without_hints(progress.red)
        lines += ["", "**Red**, as the harness saw it:", fenced(red)]
    if progress.green:
        lines += ["", f"**Green**, the whole suite with the fix: {progress.green}"]
    return lines


def _detected(project: Project) -> list[str]:
    """What stands in it is the repository's, and what people typed."""
    if project == Project():
        return []
    said = in_a_line(project, code=lambda text: f"`{code(text)}`", plain=lambda text: defused(one_line(text)))
    notes = [f"- {defused(one_line(note))}" for note in project.notes]
    return [
        *("", f"<details><summary>Detected: {in_short(project)}</summary>", "", f"{said}.", "", *notes),
        *("", f"Not right? `/agent retry {CORRECTION}` begins anew with what you say.", "", "</details>"),
    ]


def _happened(failure: Failure) -> list[str]:
    happened = clipped(failure.sentence.splitlines()[0], 500)
    last = ["", "What was said last:", fenced(failure.feedback)] if failure.feedback else []
    return [defused(happened), *last]
