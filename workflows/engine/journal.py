"""The record of one run, as its holder reads and extends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from workflows.engine.entries import Cancelled, Entry, Resumed, Row, RunParked
from workflows.engine.past import Past
from workflows.engine.status import RunStatus
from workflows.errors import Conflict, JournalUnwritten, Problem

# A step that ends within this time shares one commit with the note that it began.
NOTE_WAITS = 0.02


class Lease(BaseModel):
    """The right to extend one run. A newer fence makes an older one worthless."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    run: str
    worker: str
    fence: int


class JournalStore(Protocol):
    """Where journals are kept: the truth."""

    async def claim(self, run: str, worker: str, seconds: float) -> Lease | None:
        """The lease, when the run can go on: nobody holds an unexpired one, and it has not ended, and is not
        parked, or only until a time that has come.

        Never granted twice, even to the same worker name: each grant is a newer fence. None when the run is
        unknown. A grant counts as a try, until something comes of it or it is released.
        """
        ...

    async def renew(self, lease: Lease, seconds: float) -> None:
        """Conflict when somebody else has it by now, or the run was cancelled: then work on it is to stop.

        Nothing happens when its holder ended or parked the run, or gave the lease back: the run stays free.
        """
        ...

    async def release(self, lease: Lease) -> None: ...

    async def rows(self, run: str, after: int = 0) -> list[Row]:
        """In order. Gone when there is no such run."""
        ...

    async def last(self, run: str) -> tuple[int, RunStatus]:
        """The number of its last row, and how it stands: of a run whose rows cannot be read, too. Gone when
        there is no such run."""
        ...

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        """Durable when it returns. Conflict unless `after` is the last row and the fence is the newest, and
        always when the run has ended; Gone when it is unknown.

        No fence means a word from outside (a resume, a cancellation), which needs no lease. An answer takes
        the lease from nobody: the holder learns of it when its next row is refused.
        """
        ...


class RunCancelled(Exception):
    """Somebody said stop; the journal has it."""


class Journal(Past):
    def __init__(
        self,
        store: JournalStore,
        lease: Lease,
        rows: Sequence[Row],
        watch: Callable[[Entry], None] | None = None,
    ) -> None:
        super().__init__()
        self._store = store
        self._lease = lease
        self._seq = 0
        self._pending: list[Entry] = []
        self._writing = asyncio.Lock()
        self._flush: asyncio.Task[None] | None = None
        self._broken: Exception | None = None
        self._watch = watch
        self._parked = False
        self._read(rows)

    def note(self, entry: Entry) -> None:
        """For rows that may be lost with the process: written soon, or together with what comes next."""
        self._pending.append(entry)
        # Known at once: who looks before it is written must not note it again.
        self._index(entry)
        if self._flush is None or self._flush.done():
            self._flush = asyncio.create_task(self._flush_soon())

    async def append(self, *entries: Entry) -> None:
        """Durable when it returns."""
        self._pending.extend(entries)
        await self._write()

    async def park(self, wake_at: datetime | None, why: str) -> bool:
        """False when a place was answered meanwhile: there is something to go on with."""
        await self.append(RunParked(wake_at=wake_at, why=why))
        return self._parked

    async def close(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            await asyncio.wait([self._flush])
        # A write that nobody waits for any more may still be under way.
        async with self._writing:
            pass

    async def _flush_soon(self) -> None:
        await asyncio.sleep(NOTE_WAITS)
        # Kept by `_write`: whoever walks the run learns of it from the next row that matters.
        with contextlib.suppress(Exception):
            await self._write()

    async def _write(self) -> None:
        # Whoever waits may be cancelled, by a timeout or by a failure beside it, and the store would commit
        # all the same: the journal has to know.
        await asyncio.shield(asyncio.ensure_future(self._write_pending()))

    async def _write_pending(self) -> None:
        async with self._writing:
            # Once a row is lost no other may follow, and nobody may believe that theirs was written.
            if self._broken is not None:
                raise self._broken
            entries, self._pending = self._pending, []
            try:
                while entries and not await self._commit(entries):
                    # There was an answer, so there is no parking now.
                    entries = [entry for entry in entries if not isinstance(entry, RunParked)]
            except Exception as broken:
                self._broken = broken
                raise
            self._seq += len(entries)
            for entry in entries:
                self._index(entry)
                if self._watch:
                    self._watch(entry)

    async def _commit(self, entries: Sequence[Entry]) -> bool:
        """False when an answer took the place; then the next one is to be tried."""
        try:
            await self._store.append(self._lease.run, self._seq, entries, self._lease.fence)
        except Conflict as conflict:
            await self._make_room(conflict)
            return False
        except Problem as problem:
            raise JournalUnwritten(problem.sentence) from problem
        return True

    async def _make_room(self, conflict: Conflict) -> None:
        """Takes in what was said from outside. Anything else means that the run is not ours any more."""
        try:
            rows = await self._store.rows(self._lease.run, after=self._seq)
        except Problem as problem:
            raise JournalUnwritten(problem.sentence) from problem
        for row in rows:
            if isinstance(row.entry, Cancelled):
                raise RunCancelled(row.entry.reason) from None
        if not rows or not all(isinstance(row.entry, Resumed) for row in rows):
            raise conflict
        self._read(rows)

    def _read(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._seq = row.seq
            self._index(row.entry)

    def _index(self, entry: Entry) -> None:
        self._parked = isinstance(entry, RunParked)
        self._add(entry)
