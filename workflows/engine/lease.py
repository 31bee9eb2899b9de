"""Holding a run: the lease is renewed while work goes on, and work stops when it is lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from workflows.engine.journal import JournalStore, Lease
from workflows.errors import Conflict, Problem

LEASE_SECONDS = 30.0


@contextlib.asynccontextmanager
async def held(store: JournalStore, lease: Lease, seconds: float = LEASE_SECONDS) -> AsyncGenerator[None]:
    work = asyncio.current_task()
    lost = False

    async def beat() -> None:
        nonlocal lost
        while True:
            await asyncio.sleep(seconds / 3)
            try:
                await store.renew(lease, seconds)
            except Conflict:
                lost = True
                if work is not None:
                    work.cancel()
                return
            except Problem:
                # A lease outlives a few missed beats; the store may be back for the next.
                continue

    heart = asyncio.create_task(beat())
    broke_off = True
    try:
        yield
        broke_off = False
    except asyncio.CancelledError:
        if lost and work is not None:
            work.uncancel()
            raise Conflict(f"another worker took over run {lease.run}") from None
        raise
    finally:
        heart.cancel()
        # Not awaited as such: it would swallow a cancellation that is meant for us.
        await asyncio.wait([heart])
        # A run that came to rest gave up its lease with the row that says so. A lease that was lost is not
        # ours to release; the store knows by the fence.
        if broke_off:
            await store.release(lease)
