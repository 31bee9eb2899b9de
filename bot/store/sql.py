"""The store over a database: each method is one query, or one change that is committed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.bus.port import Topic
from bot.store import dead, due, held, journal, moved, queries, takes
from bot.store.append import append
from bot.store.database import Database
from bot.store.long_rows import LongRows
from bot.store.lots import Lots
from bot.store.port import (
    DeadLetter,
    Delivery,
    DeliveryState,
    DueRun,
    ListedDelivery,
    NewDelivery,
    NewRun,
    Run,
)
from bot.store.projection import standing
from bot.store.statements import Link
from bot.store.stored import text
from workflows.engine.entries import Entry, Row
from workflows.engine.journal import Lease
from workflows.engine.status import RunStatus
from workflows.ports.blobs import Blobs


class SqlStore:
    def __init__(self, database: Database, blobs: Blobs | None = None) -> None:
        """Without blobs every row is in the database, however long."""
        self._database = database
        self._long = LongRows(blobs)
        self._keeping = Lots(self._keep)

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        await self._keeping.finish()
        await self._database.close()

    async def check(self) -> str:
        return await self._database.describe()

    async def keep_delivery(self, delivery: NewDelivery) -> bool:
        return await self._keeping.ask(delivery)

    async def delivery(self, delivery_id: str) -> Delivery:
        return await self._database.read(lambda at: queries.delivery(at, delivery_id))

    async def take_delivery(self, delivery_id: str, worker: str, seconds: float) -> Delivery | None:
        return await self._database.write(
            lambda at: takes.take_delivery(at, delivery_id, worker, seconds), single=True
        )

    async def renew_delivery(self, delivery_id: str, worker: str, seconds: float) -> None:
        await self._database.write(
            lambda at: takes.renew_delivery(at, delivery_id, worker, seconds), single=True
        )

    async def give_back_delivery(self, delivery_id: str, worker: str) -> None:
        await self._database.write(lambda at: takes.give_back_delivery(at, delivery_id, worker), single=True)

    async def finish_delivery(self, delivery_id: str, state: DeliveryState, outcome: str) -> None:
        await self._database.write(
            lambda at: queries.finish_delivery(at, delivery_id, state, outcome), single=True
        )

    async def hold_delivery(self, delivery_id: str, run: str, after: int, outcome: str) -> None:
        await self._database.write(
            lambda at: held.hold_delivery(at, delivery_id, run, after, outcome), single=True
        )

    async def release_held(self, run: str = "") -> Sequence[str]:
        return await self._database.write(lambda at: held.release_held(at, run), single=True)

    async def waiting_deliveries(self, older_than: float = 0.0, limit: int = 100) -> Sequence[str]:
        return await self._database.read(lambda at: queries.waiting_deliveries(at, older_than, limit))

    async def deliveries(
        self, limit: int = 20, *, state: DeliveryState | None = None
    ) -> Sequence[ListedDelivery]:
        return await self._database.read(lambda at: queries.deliveries(at, limit, state))

    async def create_run(self, run: NewRun) -> tuple[Run, bool]:
        [first_row] = await self._long.shortened([text(run.started)])
        return await self._database.write(lambda at: queries.create_run(at, run, first_row))

    async def run(self, run_id: str) -> Run:
        return await self._database.read(lambda at: queries.run(at, run_id))

    async def runs(self, limit: int = 20, *, ended: bool | None = None) -> Sequence[Run]:
        return await self._database.read(lambda at: queries.runs(at, limit, ended))

    async def runs_about(self, about: str, limit: int = 20) -> Sequence[Run]:
        return await self._database.read(lambda at: queries.runs_about(at, about, limit))

    async def last_run(self, about: str) -> Run | None:
        return await self._database.read(lambda at: queries.last_run(at, about))

    async def move_runs(self, before: str, now: str) -> int:
        return await self._database.write(lambda at: moved.move_runs(at, before, now))

    async def due_runs(
        self,
        per_tenant: int,
        *,
        definitions: Collection[str] | None = None,
        tenant: str | None = None,
        limit: int = 100,
    ) -> Sequence[DueRun]:
        return await self._database.read(lambda at: due.due_runs(at, per_tenant, definitions, tenant, limit))

    async def next_wake(self) -> float | None:
        return await self._database.read(due.next_wake)

    async def failed(self, topic: Topic, item: str) -> int:
        return await self._database.write(lambda at: takes.failed(at, topic, item))

    async def bury(self, topic: Topic, item: str, times: int, said: str) -> None:
        await self._database.write(lambda at: dead.bury(at, topic, item, times, said))

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        return await self._database.read(lambda at: dead.dead_letters(at, limit))

    async def unbury(self, topic: Topic, item: str) -> bool:
        def change(at: Link) -> bool:
            if not dead.unbury(at, topic, item):
                return False
            takes.begin_anew(at, topic, item)
            return True

        return await self._database.write(change)

    async def live_runs(self) -> frozenset[str]:
        return await self._database.read(queries.live_runs)

    async def claim(self, run: str, worker: str, seconds: float) -> Lease | None:
        return await self._database.write(lambda at: takes.claim(at, run, worker, seconds), single=True)

    async def renew(self, lease: Lease, seconds: float) -> None:
        await self._database.write(lambda at: journal.renew(at, lease, seconds), single=True)

    async def release(self, lease: Lease) -> None:
        await self._database.write(lambda at: takes.release(at, lease), single=True)

    async def rows(self, run: str, after: int = 0) -> list[Row]:
        found = await self._database.read(lambda at: journal.rows(at, run, after))
        return await self._long.whole(run, found)

    async def last(self, run: str) -> tuple[int, RunStatus]:
        return await self._database.read(lambda at: journal.last(at, run))

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        # Here and not in the writer's thread: all others would wait for it.
        kept = await self._long.shortened([text(entry) for entry in entries])
        new = standing(entries)
        await self._database.write(lambda at: append(at, run, after, kept, new, fence), single=True)

    async def _keep(self, lot: Sequence[NewDelivery]) -> Sequence[bool]:
        return await self._database.write(lambda at: queries.keep_deliveries(at, lot), single=len(lot) == 1)
