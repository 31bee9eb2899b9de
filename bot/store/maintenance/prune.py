"""Retention: what ended long ago goes, a little at a time, so that the bot goes on meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

import sqlalchemy as sa

from bot.bus.port import Topic
from bot.store import migrations
from bot.store.maintenance.digests import Folder
from bot.store.maintenance.disk import told
from bot.store.maintenance.place import Place
from bot.store.maintenance.revisions import revision_of
from bot.store.maintenance.unnamed import Unnamed
from bot.store.schema import DEAD_LETTERS, DELIVERIES, ENDED, HELD, JOURNAL, RUNS, TRIGGERS, WAITING
from bot.store.statements import now
from workflows.errors import OperatorProblem
from workflows.ports.frozen import Frozen

# A transaction of a few hundredths of a second: those who write wait for it.
_RUNS_AT_ONCE = 20
_DELIVERIES_AT_ONCE = 100


class Pruned(Frozen):
    dry_run: bool
    runs: int = 0
    rows: int = 0
    deliveries: int = 0
    """Whose payloads are gone. Their ids stay, so that each is still recognised when it comes again."""
    delivery_bytes: int = 0
    blobs: int = 0
    blob_bytes: int = 0
    note: str = ""

    @property
    def summary(self) -> str:
        said = (
            f"{self.runs} ended runs with {self.rows} rows, the payloads of {self.deliveries} deliveries "
            f"({_mb(self.delivery_bytes)}), {self.blobs} blobs ({_mb(self.blob_bytes)})"
        )
        return f"{'would remove' if self.dry_run else 'removed'} {said}"


def prune(
    place: Place, blobs: Folder, older_than: timedelta, *, dry_run: bool = False, vacuum: bool = False
) -> Pruned:
    """What was removed, or would be. Stopped in the middle, it leaves a store that is whole."""
    place.need()
    with place.snapshot() as connection:
        _need_newest(connection, place)
        old = _Old(connection, older_than)
        counted = old.counted(connection)
    with told(f"cannot prune the blobs in {blobs.path}"):
        # Listed before the rows are read: what is written meanwhile is not among them.
        unnamed = Unnamed(blobs)
        if not dry_run:
            _remove_runs(place, old)
            _empty_deliveries(place, old)
        with place.snapshot() as connection:
            unnamed.spare(connection, old.left)
        files, size = unnamed.counted() if dry_run else unnamed.remove()
    note = "" if dry_run else place.give_back(whole=vacuum)
    return counted.model_copy(update={"dry_run": dry_run, "blobs": files, "blob_bytes": size, "note": note})


class _Old:
    """What is older than so long, by the clock of the database."""

    def __init__(self, connection: sa.Connection, older_than: timedelta) -> None:
        milliseconds = round(older_than.total_seconds() * 1000)
        self._until: int = connection.execute(sa.select(now())).scalar_one() - milliseconds
        self.runs = sa.and_(sa.text(ENDED), RUNS.c.updated_at < self._until)
        self.deliveries = sa.and_(
            sa.text(f"NOT ({WAITING}) AND NOT ({HELD})"),
            DELIVERIES.c.received_at < self._until,
            sa.func.length(DELIVERIES.c.payload) > 0,
        )

    def counted(self, connection: sa.Connection) -> Pruned:
        runs = connection.execute(sa.select(sa.func.count()).select_from(RUNS).where(self.runs)).scalar_one()
        rows = sa.select(sa.func.count()).select_from(JOURNAL).where(JOURNAL.c.run.in_(self._ids))
        sizes = sa.select(sa.func.count(), sa.func.sum(sa.func.length(DELIVERIES.c.payload)))
        deliveries, size = connection.execute(sizes.where(self.deliveries)).one()
        return Pruned(
            dry_run=True,
            runs=runs,
            rows=connection.execute(rows).scalar_one(),
            deliveries=deliveries,
            delivery_bytes=int(size or 0),
        )

    def left(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """What of a table is there when all is done, or is there already."""
        if table is RUNS:
            return sa.not_(self.runs)
        return table.c.run.not_in(self._ids) if "run" in table.c else sa.true()

    @property
    def _ids(self) -> sa.Select[tuple[str]]:
        return sa.select(RUNS.c.id).where(self.runs)


def _need_newest(connection: sa.Connection, place: Place) -> None:
    if revision_of(connection, place.name) != migrations.HEAD:
        raise OperatorProblem(
            f"the store {place.name} is of an older release: start this one's bot once, or run "
            "`redfirst runs list`, which brings it up to date"
        )


def _remove_runs(place: Place, old: _Old) -> None:
    for runs in _some(place, RUNS, old.runs, _RUNS_AT_ONCE):
        with place.change() as connection:
            connection.execute(sa.delete(JOURNAL).where(JOURNAL.c.run.in_(runs)))
            connection.execute(sa.delete(TRIGGERS).where(TRIGGERS.c.run.in_(runs)))
            _unbury(connection, Topic.RUNS, runs)
            connection.execute(sa.delete(RUNS).where(RUNS.c.id.in_(runs)))


def _empty_deliveries(place: Place, old: _Old) -> None:
    for ids in _some(place, DELIVERIES, old.deliveries, _DELIVERIES_AT_ONCE):
        with place.change() as connection:
            # Asked again: one that failed may have come again and wait.
            still = sa.and_(DELIVERIES.c.id.in_(ids), old.deliveries)
            connection.execute(sa.update(DELIVERIES).where(still).values(payload=b""))
            _unbury(connection, Topic.DELIVERIES, ids)


def _unbury(connection: sa.Connection, topic: Topic, items: Sequence[str]) -> None:
    named = sa.and_(DEAD_LETTERS.c.topic == topic.value, DEAD_LETTERS.c.item.in_(items))
    connection.execute(sa.delete(DEAD_LETTERS).where(named))


def _some(place: Place, table: sa.Table, old: sa.ColumnElement[bool], most: int) -> Iterator[list[str]]:
    """Ids, batch after batch; whoever else wants to write has as much time as the last one took."""
    after = -1
    while True:
        query = sa.select(table.c.number, table.c.id).where(old, table.c.number > after)
        with place.snapshot() as connection:
            found = connection.execute(query.order_by(table.c.number).limit(most)).all()
        if not found:
            return
        began = time.monotonic()
        yield [row[1] for row in found]
        time.sleep(time.monotonic() - began)
        after = found[-1][0]


def _mb(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"
