"""Changes: as long as people want more of a pull request, it is worked on again, and they are asked again."""

from __future__ import annotations

from workflows.case import Proposed
from workflows.engine.nodes import settled, unchanged, when, workflow
from workflows.engine.values import Iteration
from workflows.steps import repair
from workflows.steps.come_back import Reviewed, again, come_back, goes_on
from workflows.steps.prove import prove
from workflows.steps.push import push
from workflows.steps.take_up import take_up
from workflows.verdicts import Review, Verdict

TURNS = 50
"""Each is asked for by somebody, or by checks, for which few are made in a row."""


def wants_more(reviewed: Reviewed) -> bool:
    return reviewed.answer.verdict in {Verdict.CHANGES_REQUESTED, Verdict.CHECKS_FAILED}


def is_final(turn: Iteration[Reviewed]) -> bool:
    return not wants_more(turn.last)


def what_is_wanted(reviewed: Reviewed) -> str:
    return reviewed.answer.said or reviewed.answer.verdict


_work = (
    workflow("work", Reviewed)
    .then(take_up)
    .dountil(repair.repair, until=repair.is_green, feedback=repair.why_not_green, limit=repair.ATTEMPTS)
    .then(prove)
    .then(push)
)

# What cannot be done ends a turn, and not the run: its pull request is still open, and people can say more.
_turn = (
    unchanged(Reviewed, "turn")
    .parallel("try", unchanged(Reviewed, "asked"), settled(_work))
    .then(come_back)
    .branch(
        "next",
        when(goes_on, unchanged(Proposed, "again").map(again, Reviewed)),
        otherwise=unchanged(Proposed, "asked").suspend("review", waits_for=Review),
    )
)

changes = unchanged(Reviewed, "changes").dountil(_turn, until=is_final, feedback=what_is_wanted, limit=TURNS)
