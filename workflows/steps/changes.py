"""Changes: as long as people want more of a pull request, it is worked on again, and they are asked again."""

from __future__ import annotations

from workflows.case import Proposed
from workflows.engine.nodes import unchanged, when, workflow
from workflows.engine.values import Answered, Iteration
from workflows.review import Review, Verdict
from workflows.steps import repair
from workflows.steps.prove import prove
from workflows.steps.push import push, still_asked, was_overtaken
from workflows.steps.take_up import take_up
from workflows.steps.tell_reviewer import tell_reviewer

TURNS = 10

Reviewed = Answered[Proposed, Review]


def wants_more(reviewed: Reviewed) -> bool:
    return reviewed.answer.verdict in {Verdict.CHANGES_REQUESTED, Verdict.CHECKS_FAILED}


def is_final(turn: Iteration[Reviewed]) -> bool:
    return not wants_more(turn.last)


def what_is_wanted(reviewed: Reviewed) -> str:
    return reviewed.answer.said or reviewed.answer.verdict


def again(proposed: Proposed) -> Reviewed:
    """The same that was asked before, of the branch as it is now."""
    left = proposed.model_copy(update={"unanswered": None})
    return Reviewed(before=left, answer=still_asked(proposed))


_turn = (
    workflow("turn", Reviewed)
    .then(take_up)
    .dountil(repair.repair, until=repair.is_green, feedback=repair.why_not_green, limit=repair.ATTEMPTS)
    .then(prove)
    .then(push)
    .branch(
        "next",
        when(was_overtaken, unchanged(Proposed, "overtaken").map(again, Reviewed)),
        otherwise=unchanged(Proposed, "asked").suspend("review", waits_for=Review),
    )
    .rescue(tell_reviewer)
)

changes = unchanged(Reviewed, "changes").dountil(_turn, until=is_final, feedback=what_is_wanted, limit=TURNS)
