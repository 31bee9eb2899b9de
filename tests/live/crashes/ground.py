"""Where crashes are played: a store, a broker, a ledger, and the people who begin and answer runs."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import JsonValue

from bot.store import store_at
from bot.store.port import NewRun, Store
from tests.live.crashes.crew import Crew, crew_of
from tests.live.crashes.ledger import Ledger, Line
from tests.live.crashes.life import Orders
from tests.live.crashes.trees import ANSWER, REVIEW, N, crashed
from tests.services.until import until
from tests.unit.fakes import issue, trigger
from workflows.engine import definition, signals
from workflows.engine.entries import RunCompleted, RunStarted
from workflows.engine.status import RunStatus
from workflows.registry import AnyWorkflow
from workflows.trigger import Tenant


@dataclass(frozen=True)
class Ground:
    store: Store
    ledger: Ledger
    crew: Crew

    async def start(self, number: int, tree: AnyWorkflow = crashed, *, tenant: str = "octo/reds") -> str:
        run = f"{tree.name}-{number}"
        # An issue has one run at a time, so each has one of its own.
        asked = trigger(key=run, subject=issue(number=number)).model_copy(
            update={"tenant": Tenant(repository=tenant), "workflow": tree.name}
        )
        started = RunStarted(
            workflow=tree.name,
            definition=definition.digest(tree),
            release="0.1.0",
            input=N().model_dump(mode="json"),
        )
        made, is_new = await self.store.create_run(NewRun(id=run, trigger=asked, started=started))
        assert is_new
        return made.id

    async def answer(self) -> None:
        """Until cancelled: each run that waits for a verdict gets one, from outside."""
        while True:
            for run in await self.store.runs(limit=10_000, ended=False):
                if run.status is RunStatus.SUSPENDED and run.path == REVIEW:
                    await signals.resume(self.store, crashed, run.id, ANSWER, by="maintainer", key="verdict")
            await asyncio.sleep(0.2)

    async def all_end(self, seconds: float) -> float:
        """How long it took."""
        began = time.monotonic()
        while left := await self.store.live_runs():
            if time.monotonic() - began > seconds:
                raise AssertionError(f"{sorted(left)[:9]} did not end: {self.crew.words()}")
            await asyncio.sleep(0.1)
        return time.monotonic() - began

    async def has_come_to(self, holds: Callable[[Sequence[Line]], bool], seconds: float = 30.0) -> None:
        """By what is in the ledger."""
        try:
            await until(lambda: holds(self.ledger.lines()), seconds)
        except TimeoutError:
            raise AssertionError(self.crew.words()) from None

    async def output(self, run: str) -> JsonValue:
        last = (await self.store.rows(run))[-1].entry
        assert isinstance(last, RunCompleted), last
        return last.output


@contextlib.asynccontextmanager
async def ground_at(folder: Path, orders: Orders) -> AsyncGenerator[Ground]:
    store = store_at(orders.store)
    await store.open()
    try:
        async with crew_of(orders, folder / "workers.log") as crew:
            yield Ground(store, Ledger(Path(orders.ledger)).make(), crew)
    finally:
        await store.close()


def store_url(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder}/redfirst.db"
    return request.getfixturevalue("postgres_url")


@contextlib.asynccontextmanager
async def at_work(ground: Ground, workers: int, **otherwise: object) -> AsyncGenerator[None]:
    """So many workers, whoever dies is followed, and somebody who answers. A bug among them ends the test."""
    tasks = [asyncio.create_task(ground.crew.keep_up(**otherwise)) for _ in range(workers)]
    tasks.append(asyncio.create_task(ground.answer()))
    failed = asyncio.create_task(_first_failure([*tasks, ground.crew.listening]))
    test = asyncio.current_task()
    assert test
    failed.add_done_callback(lambda done: None if done.cancelled() else test.cancel())
    try:
        yield
    finally:
        failed.cancel()
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error


async def _first_failure(tasks: Sequence[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
