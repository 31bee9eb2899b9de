"""What a store acknowledged before the power went, and whether it is still there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from bot.store.port import DeliveryState, Store
from tests.services import keeping
from workflows.engine.entries import Entry
from workflows.errors import Gone

ALL = 1_000_000


@dataclass
class Promises:
    deliveries: set[str] = field(default_factory=set[str])
    handled: set[str] = field(default_factory=set[str])
    rows: dict[str, int] = field(default_factory=dict[str, int])
    """The last of each run."""

    def __len__(self) -> int:
        return len(self.deliveries) + len(self.handled) + sum(self.rows.values())

    def note(self, line: str) -> None:
        match line.split():
            case [keeping.DELIVERY, delivery]:
                self.deliveries.add(delivery)
            case [keeping.HANDLED, delivery]:
                self.handled.add(delivery)
            case [keeping.ROW, run, seq]:
                self.rows[run] = int(seq)
            case _:
                raise AssertionError(f"{line!r} is no promise")

    async def broken(self, store: Store) -> list[str]:
        """A sentence for each that was not kept.

        What was never promised may be there or not; half of it, or a changed one, is an AssertionError.
        """
        waiting = set(await store.waiting_deliveries(limit=ALL))
        runs = {run.id for run in await store.runs(limit=ALL)}
        found = await asyncio.gather(
            *(self._delivery(store, each) for each in sorted(self.deliveries | waiting)),
            *(self._run(store, each, runs) for each in sorted(self.rows.keys() | runs)),
        )
        return [said for said in found if said]

    async def _delivery(self, store: Store, delivery: str) -> str:
        try:
            kept = await store.delivery(delivery)
        except Gone:
            return f"{delivery} is gone"
        assert kept.payload == keeping.payload(delivery), f"{delivery} is not what was kept"
        if kept.state is DeliveryState.HANDLED:
            assert kept.outcome == keeping.OUTCOME
        elif delivery in self.handled:
            return f"{delivery} was handled and is {kept.state} again"
        return ""

    async def _run(self, store: Store, run: str, there: set[str]) -> str:
        if run not in there:
            return f"{run} is gone"
        assert (await store.run(run)).trigger == keeping.new_run(run).trigger
        rows = await store.rows(run)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), f"{run} has gaps"
        expected: list[Entry] = []
        for entries in _journal(run):
            if len(expected) >= len(rows):
                break
            expected += entries
        assert [row.entry for row in rows] == expected, f"{run} is not what was appended"
        promised = self.rows.get(run, 0)
        return f"{run} ends at row {len(rows)} of {promised}" if len(rows) < promised else ""

    async def go_on(self, store: Store) -> None:
        """Each run takes its next rows, so what the store believes of a journal's end is right."""
        runs = await store.runs(limit=ALL)
        await asyncio.gather(*(self._append(store, run.id) for run in runs))

    async def _append(self, store: Store, run: str) -> None:
        there = len(await store.rows(run))
        last = 0
        for entries in _journal(run):
            if last == there:
                await store.append(run, last, entries, None)
                self.rows[run] = last + len(entries)
                return
            last += len(entries)


def _journal(run: str) -> Iterator[list[Entry]]:
    return chain([[keeping.new_run(run).started]], keeping.appended(run))
