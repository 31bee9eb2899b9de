"""Says on its issue that a run was put aside: else the last word there is that it is being worked on."""

from __future__ import annotations

import asyncio
import logging

from bot import messages
from bot.store.port import Run
from policies.effects import PostComment
from workflows.errors import Problem
from workflows.ports import Effects
from workflows.steps.common import STICKY

log = logging.getLogger("redfirst.worker")

LONGEST_SECONDS = 20.0


async def tell(effects: Effects, run: Run, times: int) -> None:
    """Never raises: what cannot be told is put aside all the same."""
    comment = PostComment(
        key=f"{run.id}/aside",
        repository=run.trigger.tenant.repository,
        issue=run.trigger.issue.number,
        body=messages.put_aside(run, times),
        sticky=STICKY,
    )
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await effects.perform(comment, run.trigger)
    except (Problem, TimeoutError) as away:
        log.warning("that run %s was put aside could not be said on its issue: %s", run.id, away)
    except Exception:
        # The worker has other things to do than to die of this.
        log.exception("that run %s was put aside could not be said on its issue", run.id)
