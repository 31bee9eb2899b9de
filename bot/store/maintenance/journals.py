"""Whether one run agrees with its journal, which is the truth about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.maintenance.digests import stand_in
from bot.store.maintenance.findings import RESTORE, Tally
from bot.store.projection import standing
from bot.store.schema import JOURNAL, RUNS
from bot.store.stored import row as readable
from workflows.engine.entries import Entry, RunStarted, Suspended
from workflows.engine.status import RunStatus
from workflows.errors import Problem

_MEND = f"{RESTORE}, or cancel the run"
_RUN = ("id", "status", "path", "last_seq", "wake_at", "definition")


class Runs:
    """Runs with their journals, by the columns that there are in the schema that the store is at."""

    def __init__(self, tables: sa.MetaData) -> None:
        there = tables.tables[RUNS.name].columns
        self._names = tuple(name for name in _RUN if name in there)
        journal = (JOURNAL.c.seq, JOURNAL.c.at, JOURNAL.c.entry)
        self.query = (
            sa.select(*(RUNS.c[name] for name in self._names), *journal)
            .outerjoin_from(RUNS, JOURNAL, JOURNAL.c.run == RUNS.c.id)
            .order_by(RUNS.c.id, JOURNAL.c.seq)
        )

    def check(self, rows: Iterable[Sequence[Any]], tally: Tally) -> None:
        """All rows of one run."""
        tally.runs += 1
        run: dict[str, Any] = {}
        journal = _Journal(tally)
        for row in rows:
            run = dict(zip(self._names, row, strict=False))
            seq, at, text = row[len(self._names) :]
            if seq is not None:
                journal.read(run["id"], seq, at, text)
        for said in (*journal.wrong(), *_disagreements(run, journal)):
            tally.add(said, run["id"])


class _Journal:
    def __init__(self, tally: Tally) -> None:
        self.first: Entry | None = None
        self.last: Entry | None = None
        """None when it cannot be read."""
        self.last_seq = 0
        self.path = ""
        self.all_read = True
        self._tally = tally
        self._wrong: dict[str, tuple[str, int]] = {}

    def read(self, run: str, seq: int, at: int, text: str) -> None:
        self._tally.rows += 1
        if seq != self.last_seq + 1:
            self._note("gap", f"row {self.last_seq + 1} of its journal is not there: {_MEND}")
        for said in self._tally.wrong_blobs(text):
            self._note("blob", f"row {seq} names a {said}")
        self.last_seq = seq
        self.last = self._entry(run, seq, at, text)
        if seq == 1:
            self.first = self.last
        if self.last is None:
            self.all_read = False
        else:
            path = standing([self.last]).path
            self.path = self.path if path is None else path

    def wrong(self) -> Iterator[str]:
        """The first of each kind: what is damaged is often damaged in many rows."""
        for said, times in self._wrong.values():
            yield said if times == 1 else f"{said} (and so on, {times} times)"

    def _entry(self, run: str, seq: int, at: int, text: str) -> Entry | None:
        full = self._tally.whole(text)
        if stand_in(full) is not None:
            return None  # the blob that holds it is among what is wrong
        try:
            return readable(run, seq, at, full).entry
        except Problem as problem:
            said = problem.sentence.removeprefix(f"row {seq} of run {run} ")
            self._note("unreadable", f"row {seq} {said}")
        except UnicodeEncodeError:
            self._note("unreadable", f"row {seq} is not text: {_MEND}")
        return None

    def _note(self, kind: str, said: str) -> None:
        before, times = self._wrong.get(kind, (said, 0))
        self._wrong[kind] = before, times + 1


def _disagreements(run: dict[str, Any], journal: _Journal) -> Iterator[str]:
    if run["last_seq"] != journal.last_seq:
        # Where the next row belongs there is one: it can be told nothing, not even to stop.
        mend = RESTORE if journal.last_seq > run["last_seq"] else _MEND
        yield f"its journal ends with row {journal.last_seq}, and it counts {run['last_seq']}: {mend}"
    if journal.last is None:
        return
    now = standing([journal.last])
    # Up to release 0.1.0 a suspended row was the last word on its run; today one that is parked is.
    may_be = {now.status, *([RunStatus.SUSPENDED] if isinstance(journal.last, Suspended) else [])}
    if run["status"] not in may_be:
        yield f"it says that it is {run['status']}, and its journal says {now.status}: {_MEND}"
    if run["path"] != journal.path and journal.all_read:
        yield f"it says that it is at {run['path']!r}, and its journal says {journal.path!r}: {_MEND}"
    if run.get("wake_at", now.wake_at) != now.wake_at:
        yield f"it is not to be woken when its journal says: {_MEND}"
    if isinstance(journal.first, RunStarted):
        if run.get("definition", journal.first.definition) != journal.first.definition:
            yield f"it is of another definition than its journal says: {_MEND}"
    elif journal.first is not None:
        yield f"its journal does not begin with its start: {_MEND}"
