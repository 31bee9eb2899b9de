"""Failed checks come one by one, often many of one commit, which is worked on for all of them together."""

from __future__ import annotations

from collections.abc import Iterator

from bot.reacting.meant import Meant
from workflows.engine.entries import Resumed, StepCompleted
from workflows.verdicts import Review, Verdict


def was_worked_on(meant: Meant, failed: Review) -> bool:
    """What was taken up had all that failed then. Where nothing was, since it fails on the base as well,
    another check is news, and the same is not."""
    return any(
        (taken_up or review.by == failed.by)
        for review, taken_up in _told(meant)
        if review.verdict is Verdict.CHECKS_FAILED and review.sha == failed.sha
    )


def _told(meant: Meant) -> Iterator[tuple[Review, bool]]:
    """What the run was told, one after the other, and whether it was able to begin with it."""
    review, taken_up = meant.run.trigger.review, False
    for row in meant.rows:
        match row.entry:
            case Resumed(path=path, payload=payload) if path.endswith("/review"):
                if review is not None:
                    yield review, taken_up
                review, taken_up = Review.model_validate(payload), False
            case StepCompleted(path=path) if path.endswith("/take_up"):
                taken_up = True
            case _:
                pass
    if review is not None:
        yield review, taken_up
