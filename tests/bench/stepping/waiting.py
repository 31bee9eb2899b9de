"""What a worker holds for the runs that it left waiting for somebody: its memory, before and after.

The same process takes them there and sweeps afterwards, so that whatever either leaves behind is seen.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from pathlib import Path
from resource import getpagesize
from types import SimpleNamespace
from typing import cast

from bot.bus.memory import MemoryBus
from bot.reactions import Reactions
from bot.sandboxes.memory import MemorySandboxes
from bot.store import store_at
from bot.store.port import Store
from bot.telemetry.traces import NoTracer
from bot.worker import Worker
from tests.bench.stepping.runs import Number, make_runs, one_more
from workflows.engine.advance import advance
from workflows.engine.nodes import workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step
from workflows.ports.all import Ports

WARM_UP = 1_000
AT_ONCE = 50
SWEEP_SECONDS = 0.2
SWEEPING_SECONDS = 3.0

ASKS = (
    workflow("asks", Number)
    .then(Step("prepare", Number, Number, one_more))
    .suspend("review", waits_for=Number)
)


def main(url: str, count: int) -> None:
    megabytes = asyncio.run(_grown_by(url, count))
    print(json.dumps(megabytes))


async def _grown_by(url: str, count: int) -> float:
    store = store_at(url)
    await store.open()
    try:
        await _suspended(store, WARM_UP)
        await _worked(store)
        before = _megabytes()
        await _suspended(store, count)
        await _worked(store)
        return _megabytes() - before
    finally:
        await store.close()


async def _suspended(store: Store, count: int) -> None:
    """A few at a time, so that making them all at once is not what is measured."""

    async def suspend(run: str) -> None:
        status = await advance(ASKS, run, store=store, ports=None, worker="bench")
        assert status is RunStatus.SUSPENDED

    for _ in range(0, count, AT_ONCE):
        runs = await make_runs(store, AT_ONCE, ASKS)
        await asyncio.gather(*map(suspend, runs))


async def _worked(store: Store) -> None:
    """As long as it takes to look for lost messages, and for sandboxes left behind, some times over."""
    bus = MemoryBus()
    await bus.open()
    worker = Worker(
        name="bench",
        store=store,
        bus=bus,
        # Nobody sends anything to react to, and nothing waits to be done.
        reactions=cast("Reactions", None),
        ports=cast("Ports", SimpleNamespace(sandboxes=MemorySandboxes())),
        tracer=NoTracer(),
        at_once=2,
        per_tenant=10,
        lease_seconds=30.0,
        sweep_seconds=SWEEP_SECONDS,
    )
    work = asyncio.create_task(worker.work())
    await asyncio.wait([work], timeout=SWEEPING_SECONDS)
    assert not work.done(), work
    work.cancel()
    await asyncio.wait([work])
    await bus.close()
    gc.collect()


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * getpagesize() / 1024**2


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
