"""Says where it was asked for that something was put aside: else the last word there is that it was heard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from bot import messages
from bot.reactions import Reactions
from bot.store.port import Delivery, Run
from policies.effects import PostComment
from workflows.errors import Problem
from workflows.ports import Effects
from workflows.steps.common import STICKY

log = logging.getLogger("redfirst.worker")

LONGEST_SECONDS = 20.0


async def regret(reactions: Reactions, delivery: Delivery, said: str) -> None:
    """Never raises, as little as `tell`."""
    await _try(f"delivery {delivery.id}", reactions.regret(delivery, said))


async def tell(effects: Effects, run: Run, times: int) -> None:
    """Never raises: what cannot be told is put aside all the same."""
    comment = PostComment(
        key=f"{run.id}/aside",
        repository=run.trigger.tenant.repository,
        issue=run.trigger.issue.number,
        body=messages.put_aside(run, times),
        sticky=STICKY,
    )
    await _try(f"run {run.id}", effects.perform(comment, run.trigger))


async def _try(item: str, saying: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await saying
    except (Problem, TimeoutError) as away:
        log.warning("what became of %s could not be said where it was asked for: %s", item, away)
    except Exception:
        # The worker has other things to do than to die of this.
        log.exception("what became of %s could not be said where it was asked for", item)
