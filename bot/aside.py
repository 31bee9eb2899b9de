"""Says where it was asked for that something was put aside: else the last word there is that it was heard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence

from bot import halted
from bot.messages import again, endings
from bot.reactions import Reactions
from bot.store.port import Delivery, Run
from policies.effects import Conclusion, PostComment
from workflows.case import Standing
from workflows.engine.entries import Row
from workflows.errors import Problem
from workflows.ports.effects import Effects
from workflows.steps.common import STICKY
from workflows.steps.show_check import check_of

log = logging.getLogger("redfirst.worker")

LONGEST_SECONDS = 20.0


async def regret(reactions: Reactions, delivery: Delivery, said: str) -> None:
    """Never raises, as little as `tell`."""
    await _try(f"delivery {delivery.id}", reactions.regret(delivery, said))


async def tell(effects: Effects, run: Run, times: int, proves: Standing | None = None) -> None:
    """Never raises: what cannot be told is put aside all the same. What is proved again has a check."""
    if proves is not None:
        words = again.not_proved(endings.put_aside_in_short(times))
        check = check_of(run.id, run.trigger, proves.head_sha, Conclusion.NEUTRAL, words)
        await _try(f"run {run.id}", effects.perform(check, run.trigger))
        return
    comment = PostComment(
        key=f"{run.id}/aside",
        repository=run.trigger.tenant.repository,
        issue=run.trigger.issue.number,
        body=endings.put_aside(run, times),
        sticky=STICKY,
    )
    await _try(f"run {run.id}", effects.perform(comment, run.trigger))


async def end_check(effects: Effects, run: Run, rows: Sequence[Row]) -> None:
    """Of a run that was stopped while a worker had it in hand. Never raises."""
    await _try(f"run {run.id}", halted.end_check(effects, run, run.trigger, rows))


async def _try(item: str, saying: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await saying
    except (Problem, TimeoutError) as away:
        log.warning("what became of %s could not be said where it was asked for: %s", item, away)
    except Exception:
        # A bug in how it is said, and no reason to raise: whoever calls is putting something aside for good,
        # which must not be tried again for this, nor end the worker that all others need.
        log.exception("what became of %s could not be said where it was asked for", item)
