"""The record of one run, as its holder reads and extends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    Row,
    RunCompleted,
    RunFailed,
    RunStarted,
    StepCompleted,
    StepFailed,
    Suspended,
)
from workflows.errors import Conflict, JournalUnwritten, Problem

# A step that ends within this time shares one commit with the note that it began.
NOTE_WAITS = 0.02


class Lease(BaseModel):
    """The right to extend one run. A newer fence makes an older one worthless."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    worker: str
    fence: int


class JournalStore(Protocol):
    """Where journals are kept: the truth."""

    async def claim(self, run: str, worker: str, seconds: float) -> Lease | None:
        """The lease, when nobody else holds an unexpired one and the run has not ended."""
        ...

    async def renew(self, lease: Lease, seconds: float) -> None:
        """Conflict when somebody else has it by now."""
        ...

    async def release(self, lease: Lease) -> None: ...

    async def rows(self, run: str, after: int = 0) -> list[Row]:
        """In order. Gone when there is no such run."""
        ...

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        """Durable when it returns. Conflict unless `after` is the last row and the fence is the newest.

        No fence means a word from outside (a resume, a cancellation), which needs no lease.
        """
        ...


class RunCancelled(Exception):
    """Somebody said stop; the journal has it."""


class Journal:
    def __init__(
        self, store: JournalStore, lease: Lease, rows: Sequence[Row], watch: Callable[[Entry], None] | None
    ) -> None:
        self._store = store
        self._lease = lease
        self._seq = 0
        self._pending: list[Entry] = []
        self._writing = asyncio.Lock()
        self._flush: asyncio.Task[None] | None = None
        self._broken: Exception | None = None
        self._watch = watch
        self._completed: dict[str, StepCompleted] = {}
        self._failed: dict[str, list[StepFailed]] = {}
        self._recorded: dict[tuple[str, str], Recorded] = {}
        self._suspended: set[str] = set()
        self._resumed: dict[str, Resumed] = {}
        self.started: RunStarted | None = None
        self.ended: RunCompleted | RunFailed | Cancelled | None = None
        for row in rows:
            self._seq = row.seq
            self._index(row.entry)

    @classmethod
    async def open(
        cls, store: JournalStore, lease: Lease, watch: Callable[[Entry], None] | None = None
    ) -> Journal:
        return cls(store, lease, await store.rows(lease.run), watch)

    def completed(self, path: str) -> StepCompleted | None:
        return self._completed.get(path)

    def failures(self, path: str) -> Sequence[StepFailed]:
        return self._failed.get(path, [])

    def recorded(self, path: str, name: str) -> Recorded | None:
        return self._recorded.get((path, name))

    def is_suspended(self, path: str) -> bool:
        return path in self._suspended

    def resumed(self, path: str) -> Resumed | None:
        return self._resumed.get(path)

    def note(self, entry: Entry) -> None:
        """For rows that may be lost with the process: written soon, or together with what comes next."""
        self._pending.append(entry)
        if self._flush is None or self._flush.done():
            self._flush = asyncio.create_task(self._flush_soon())

    async def append(self, *entries: Entry) -> None:
        """Durable when it returns."""
        self._pending.extend(entries)
        await self._write()

    async def close(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._flush

    async def _flush_soon(self) -> None:
        await asyncio.sleep(NOTE_WAITS)
        # Kept by `_write`: whoever walks the run learns of it from the next row that matters.
        with contextlib.suppress(Exception):
            await self._write()

    async def _write(self) -> None:
        async with self._writing:
            # Once a row is lost no other may follow, and nobody may believe that theirs was written.
            if self._broken is not None:
                raise self._broken
            entries, self._pending = self._pending, []
            if not entries:
                return
            try:
                await self._commit(entries)
            except Exception as broken:
                self._broken = broken
                raise
            self._seq += len(entries)
            for entry in entries:
                self._index(entry)
                if self._watch:
                    self._watch(entry)

    async def _commit(self, entries: Sequence[Entry]) -> None:
        try:
            await self._store.append(self._lease.run, self._seq, entries, self._lease.fence)
        except Conflict as conflict:
            raise await self._why(conflict) from None
        except Problem as problem:
            raise JournalUnwritten(problem.sentence) from problem

    async def _why(self, conflict: Conflict) -> Exception:
        """Whoever wrote first may have said stop."""
        try:
            rows = await self._store.rows(self._lease.run, after=self._seq)
        except Problem as problem:
            return JournalUnwritten(problem.sentence)
        said = next((row.entry for row in rows if isinstance(row.entry, Cancelled)), None)
        return RunCancelled(said.reason) if said else conflict

    def _index(self, entry: Entry) -> None:
        match entry:
            case StepCompleted():
                self._completed[entry.path] = entry
            case StepFailed():
                self._failed.setdefault(entry.path, []).append(entry)
            case Recorded():
                self._recorded[entry.path, entry.name] = entry
            case Suspended():
                self._suspended.add(entry.path)
            case Resumed():
                self._resumed[entry.path] = entry
            case RunStarted():
                self.started = entry
            case RunCompleted() | RunFailed() | Cancelled():
                self.ended = entry
            case _:
                pass
