"""A run that was stopped from outside says nothing any more: what people still see of it is ended for it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.evidence import standing
from bot.messages import again, endings
from bot.store.port import Run
from policies.effects import PostComment
from workflows.engine.entries import Cancelled, Recorded, Row, StepStarted
from workflows.ports.effects import Effects
from workflows.steps.common import STICKY
from workflows.steps.show_check import check_of
from workflows.trigger import Trigger


async def end_check(effects: Effects, run: Run, trigger: Trigger, rows: Sequence[Row]) -> bool:
    """The check of a pull request that was being proved again; False where none goes on."""
    last, proves = rows[-1].entry, standing(rows)
    if not isinstance(last, Cancelled) or proves is None or not _goes_on(rows):
        return False
    conclusion, words = again.stopped(last.reason)
    await effects.perform(check_of(run.id, trigger, proves.head_sha, conclusion, words), trigger)
    return True


async def tell(effects: Effects, run: Run, rows: Sequence[Row]) -> bool:
    """Where it was asked for; False where nobody was told of it in the first place."""
    trigger, last = run.trigger, rows[-1].entry
    if run.workflow == "reverify":
        return await end_check(effects, run, trigger, rows)
    if not isinstance(last, Cancelled) or not trigger.issue.url:
        return False
    comment = PostComment(
        key=f"{run.id}/halted",
        repository=trigger.tenant.repository,
        issue=trigger.issue.number,
        body=endings.stopped(run.id, last.reason),
        sticky=STICKY,
    )
    await effects.perform(comment, trigger)
    return True


def _goes_on(rows: Sequence[Row]) -> bool:
    begun = any(isinstance(row.entry, StepStarted) and row.entry.path.endswith("/show_begun") for row in rows)
    said = any(isinstance(row.entry, Recorded) and row.entry.path.endswith("/show_verdict") for row in rows)
    return begun and not said
