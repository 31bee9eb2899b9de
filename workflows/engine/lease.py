"""Holding a run, or whatever else one worker at a time may work on: the lease is renewed while work goes on,
and work stops before it is over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Protocol

from workflows.engine.journal import Lease
from workflows.errors import Conflict, Problem

LEASE_SECONDS = 30.0


class Leases(Protocol):
    """Whoever gives them; see `JournalStore`."""

    async def renew(self, lease: Lease, seconds: float) -> None: ...

    async def release(self, lease: Lease) -> None: ...


@contextlib.asynccontextmanager
async def held(
    store: Leases,
    lease: Lease,
    seconds: float = LEASE_SECONDS,
    *,
    asked: float | None = None,
    what: str = "run",
) -> AsyncGenerator[None]:
    """`asked` is when the lease was asked for, by the clock of the event loop: it is valid from then on."""
    clock = asyncio.get_running_loop().time
    work = asyncio.current_task()
    over = (clock() if asked is None else asked) + seconds
    lost = ""

    async def beat() -> None:
        nonlocal over, lost
        while not lost:
            await asyncio.sleep(min(seconds / 3, over - clock()))
            now = clock()
            try:
                # A process that stood still asks all the same: the store knows whether it is too late.
                async with asyncio.timeout_at(max(over, now + seconds / 3)):
                    await store.renew(lease, seconds)
                over = now + seconds
            except Conflict:
                lost = f"another worker took over {what} {lease.run}"
            except (Problem, TimeoutError):
                # A lease outlives a missed beat; the store may be back for the next. But the fence keeps only
                # rows in order: who is not sure of a run any more must not act on it either.
                if clock() >= over:
                    lost = f"the lease on {what} {lease.run} could not be renewed in time"
        if work is not None:
            work.cancel()

    heart = asyncio.create_task(beat())
    broke_off = True
    try:
        yield
        broke_off = False
    except asyncio.CancelledError:
        if lost and work is not None:
            work.uncancel()
            raise Conflict(lost) from None
        raise
    finally:
        heart.cancel()
        # Not awaited as such: it would swallow a cancellation that is meant for us.
        await asyncio.wait([heart])
        # A run that came to rest gave up its lease with the row that says so. A lease that was lost is not
        # ours to release; the store knows by the fence. One that cannot be released is over soon.
        if broke_off:
            with contextlib.suppress(Problem):
                await store.release(lease)
