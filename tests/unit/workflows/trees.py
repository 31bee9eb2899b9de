"""What tests of the engine share: a value, a store that counts, stalls and dies, and a run to walk."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from bot.store.memory import MemoryStore
from bot.store.port import NewRun
from tests.unit.fakes import trigger
from workflows.engine import definition, journal, walk
from workflows.engine.advance import advance
from workflows.engine.context import Context
from workflows.engine.entries import Entry, Recorded, Row, RunCompleted, RunStarted
from workflows.engine.journal import Lease
from workflows.engine.nodes import Workflow
from workflows.engine.retry import Retry
from workflows.engine.status import RunStatus
from workflows.engine.step import Step

RUN = "r1"
AT_ONCE = Retry(attempts=3, first_wait=0.0, longest_wait=0.0)


class N(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int = 0
    turn: int = 0

    def plus(self, more: int) -> N:
        return self.model_copy(update={"n": self.n + more})


class Killed(BaseException):
    """The process was killed here."""


@contextlib.contextmanager
def patient() -> Generator[None]:
    """Notes wait for what comes next, however slow the machine is: so appends can be counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "NOTE_WAITS", 3_600.0)
        yield


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


class Process:
    """What one process sees of a store. It may be killed at an append; then it does nothing any more."""

    def __init__(self, store: MemoryStore, *, dies_at: int = 0, after: bool = False) -> None:
        self._store = store
        self._dies_at = dies_at
        self._after = after
        self._dead = False
        self.commits = 0

    async def claim(self, run: str, worker: str, seconds: float) -> Lease | None:
        return await self._store.claim(run, worker, seconds)

    async def renew(self, lease: Lease, seconds: float) -> None:
        self._alive()
        await self._store.renew(lease, seconds)

    async def release(self, lease: Lease) -> None:
        self._alive()
        await self._store.release(lease)

    async def rows(self, run: str, after: int = 0) -> list[Row]:
        self._alive()
        return await self._store.rows(run, after)

    async def last(self, run: str) -> tuple[int, RunStatus]:
        self._alive()
        return await self._store.last(run)

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        self._alive()
        self.commits += 1
        dying = self.commits == self._dies_at
        if not dying or self._after:
            await self._store.append(run, after, entries, fence)
        if dying:
            self._dead = True
            raise Killed

    def _alive(self) -> None:
        if self._dead:
            raise Killed


Run = Callable[[Context[None], N], Awaitable[N]]


def unit(name: str, run: Run, *, retry: Retry = AT_ONCE, timeout: float = 600.0) -> Step[None, N, N]:
    return Step(name, N, N, run, retry, timeout)


def adds(name: str, more: int = 1) -> Step[None, N, N]:
    async def run(ctx: Context[None], value: N) -> N:
        return value.plus(more)

    return unit(name, run)


def records(name: str, *, gives: int = 1, seen: list[str] | None = None) -> Step[None, N, N]:
    """A step with two things in it that may happen only once."""
    made = [] if seen is None else seen

    async def run(ctx: Context[None], value: N) -> N:
        for thing in ("first", "second"):

            async def make(thing: str = thing) -> N:
                made.append(f"{ctx.path} {thing}")
                return N(n=gives)

            value = value.plus((await ctx.record(thing, N, make)).n)
        return value

    return unit(name, run)


async def begun(tree: Workflow[None, Any, Any], store: MemoryStore, value: N | None = None) -> MemoryStore:
    started = RunStarted(
        workflow=tree.name,
        definition=definition.digest(tree),
        release="0.1.0",
        input=(value or N()).model_dump(mode="json"),
    )
    await store.create_run(NewRun(id=RUN, trigger=trigger(), started=started))
    return store


async def go(
    tree: Workflow[None, Any, Any],
    store: Any,
    worker: str = "a",
    *,
    lease_seconds: float = 30.0,
    clock: Clock | None = None,
) -> RunStatus | None:
    return await advance(
        tree,
        RUN,
        store=store,
        ports=None,
        worker=worker,
        lease_seconds=lease_seconds,
        now=clock.moment if clock else walk.clock,
    )


async def ran(tree: Workflow[None, Any, Any], value: N | None = None) -> tuple[RunStatus | None, MemoryStore]:
    store = await begun(tree, MemoryStore(), value)
    return await go(tree, store), store


async def entries(store: MemoryStore) -> list[Entry]:
    return [row.entry for row in await store.rows(RUN)]


async def kinds(store: MemoryStore) -> list[str]:
    return [entry.kind for entry in await entries(store)]


async def output(store: MemoryStore) -> object:
    last = (await entries(store))[-1]
    assert isinstance(last, RunCompleted), last
    return last.output


async def recorded(store: MemoryStore) -> list[tuple[str, str]]:
    return [(entry.path, entry.name) for entry in await entries(store) if isinstance(entry, Recorded)]
