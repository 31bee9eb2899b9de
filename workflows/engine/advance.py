"""Takes one run as far as it will go now: to its end, or to where it waits for somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from workflows.engine import definition
from workflows.engine.context import fit
from workflows.engine.entries import Cancelled, Entry, Row, RunCompleted, RunFailed, RunParked, RunStarted
from workflows.engine.journal import Journal, JournalStore, RunCancelled
from workflows.engine.lease import LEASE_SECONDS, held
from workflows.engine.nodes import Workflow
from workflows.engine.status import RunStatus
from workflows.engine.together import Parked
from workflows.engine.walk import Walk, clock
from workflows.errors import Conflict, Interrupted, Problem

P = TypeVar("P")


async def advance(
    tree: Workflow[P, Any, Any],
    run: str,
    *,
    store: JournalStore,
    ports: P,
    worker: str,
    lease_seconds: float = LEASE_SECONDS,
    watch: Callable[[Entry], None] | None = None,
    now: Callable[[], datetime] = clock,
) -> RunStatus | None:
    """How the run stands afterwards; None when somebody else is at it, or it had ended before."""
    asked = asyncio.get_running_loop().time()
    lease = await store.claim(run, worker, lease_seconds)
    if lease is None:
        return None
    try:
        async with held(store, lease, lease_seconds, asked=asked):
            rows = await store.rows(run)
            if rows and isinstance(rows[-1].entry, Cancelled):
                return RunStatus.CANCELLED
            started = definition.must_fit(tree, run, rows)
            journal = Journal(store, lease, rows, watch)
            try:
                return await _advance(
                    tree, started, journal, Walk(run, ports, journal, _not_before(rows, now))
                )
            finally:
                await journal.close()
    except RunCancelled:
        return RunStatus.CANCELLED
    except Conflict:
        # A cancelled run gives up its lease too, and the heart may notice before a row does.
        if isinstance((await store.rows(run))[-1].entry, Cancelled):
            return RunStatus.CANCELLED
        raise


def _not_before(rows: Sequence[Row], now: Callable[[], datetime]) -> Callable[[], datetime]:
    """A parked run is only given to whom its time has come by the store's clock, which ours may be behind."""
    last = rows[-1].entry
    wake_at = last.wake_at if isinstance(last, RunParked) else None
    return now if wake_at is None else lambda: max(now(), wake_at)


async def _advance(
    tree: Workflow[P, Any, Any], started: RunStarted, journal: Journal, walk: Walk[P]
) -> RunStatus:
    while True:
        try:
            taken = fit(tree.takes, started.input, tree.name, "input")
            output = await walk.workflow(tree, taken, tree.name)
        except Parked as parked:
            if not walk.can_go_on(parked) and await journal.park(parked.wake_at, parked.why):
                return RunStatus.SUSPENDED
        except Interrupted:
            raise
        except Problem as problem:
            await journal.append(RunFailed(failure=problem.failure()))
            return RunStatus.FAILED
        else:
            await journal.append(RunCompleted(output=output.model_dump(mode="json")))
            return RunStatus.COMPLETED
