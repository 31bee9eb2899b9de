"""Our engine: `advance` over ten steps, on a store at its defaults.

Counted is all that a worker does with a run: claim, read, ten steps, the end, the lease given back.
"""

from __future__ import annotations

import asyncio
import sys

from bot.store import store_at
from bot.store.port import Store
from tests.bench.peers.answering import Clock, Took, answer
from tests.bench.stepping.runs import TEN, make_runs
from workflows.engine.advance import advance
from workflows.engine.status import RunStatus


def main(url: str) -> None:
    store = store_at(url)
    with asyncio.Runner() as runner:
        runner.run(store.open())
        try:
            answer(lambda at_once, runs: runner.run(_measure(store, at_once, runs)), {})
        finally:
            runner.run(store.close())


async def _measure(store: Store, at_once: int, runs: int) -> Took:
    waiting = list(await make_runs(store, runs))
    clock = Clock()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(_work(store, waiting))
    return clock.took()


async def _work(store: Store, waiting: list[str]) -> None:
    while waiting:
        status = await advance(TEN, waiting.pop(), store=store, ports=None, worker="bench")
        assert status is RunStatus.COMPLETED


if __name__ == "__main__":
    main(sys.argv[1])
