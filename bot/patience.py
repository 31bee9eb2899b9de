"""Commands that run once have nobody to wake their run: they wait with it."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from bot.store.port import Store
from workflows.engine import signals
from workflows.engine.advance import advance
from workflows.engine.entries import RunParked
from workflows.engine.lease import LEASE_SECONDS
from workflows.engine.status import RunStatus
from workflows.ports.all import Ports
from workflows.registry import AnyWorkflow

log = logging.getLogger("redfirst.run")


async def to_rest(
    tree: AnyWorkflow,
    run: str,
    *,
    store: Store,
    ports: Ports,
    worker: str,
    lease_seconds: float = LEASE_SECONDS,
) -> RunStatus | None:
    """Advances a run to its end or to where only a person can help, through all that is a matter of time."""
    while True:
        status = await advance(
            tree, run, store=store, ports=ports, worker=worker, lease_seconds=lease_seconds
        )
        rows = await store.rows(run)
        last = rows[-1].entry
        if not isinstance(last, RunParked) or last.wake_at is None or signals.waiting(rows):
            return status
        # A second at least: the store may think that it is too early, by its own clock.
        log.info("run %s waits until %s: %s", run, f"{last.wake_at:%H:%M:%S} UTC", last.why or "it sleeps")
        await asyncio.sleep(max(1.0, (last.wake_at - datetime.now(UTC)).total_seconds()))
