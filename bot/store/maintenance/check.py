"""Whether a store is whole: what the database says of itself, and whether its tables agree."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from bot.store import migrations
from bot.store.maintenance.digests import Folder
from bot.store.maintenance.disk import told
from bot.store.maintenance.findings import RESTORE, Finding, Tally
from bot.store.maintenance.journals import Runs
from bot.store.maintenance.place import Place, each
from bot.store.maintenance.revisions import missing, revision_of, tables_at
from bot.store.schema import DELIVERIES, JOURNAL, RUNS, TRIGGERS
from workflows.ports.frozen import Frozen
from workflows.trigger import Trigger


class Report(Frozen):
    store: str
    revision: str
    runs: int
    rows: int
    deliveries: int
    blobs: int
    findings: tuple[Finding, ...]

    @property
    def summary(self) -> str:
        older = (
            "" if self.revision == migrations.HEAD else ", which the next start of the bot brings up to date"
        )
        return (
            f"{self.store}: schema {self.revision}{older}; {self.runs} runs with {self.rows} rows, "
            f"{self.deliveries} deliveries, {self.blobs} blobs"
        )


def check(place: Place, blobs: Folder) -> Report:
    """Everything is read, and nothing is changed."""
    place.need()
    with place.snapshot() as connection, told(f"cannot read the blobs in {blobs.path}"):
        revision = revision_of(connection, place.name)
        tally = Tally(blobs)
        for said in place.undurable(connection):
            tally.add(f"a power cut can lose what was acknowledged: {said}")
        lost = missing(connection, revision)
        for name in lost:
            tally.add(f"{name} is missing: {RESTORE}")
        if not lost:
            with _surviving(place, tally):
                for said in place.damage(connection):
                    tally.add(f"the database is damaged ({said}): {RESTORE}")
                _rows(connection, tables_at(revision), tally)
    return Report(
        store=place.name,
        revision=revision,
        runs=tally.runs,
        rows=tally.rows,
        deliveries=tally.deliveries,
        blobs=tally.blobs,
        findings=tuple(tally.findings),
    )


def undurable(place: Place) -> list[str]:
    """The part of it that is quick."""
    place.need()
    with place.snapshot() as connection:
        return list(place.undurable(connection))


@contextlib.contextmanager
def _surviving(place: Place, tally: Tally) -> Generator[None]:
    """What cannot be read is a finding, and the end of the reading."""
    try:
        yield
    except DBAPIError as error:
        if not place.damaged(error):
            raise
        tally.add(f"the database is damaged ({error.orig}), and the rest was not read: {RESTORE}")


def _rows(connection: sa.Connection, tables: sa.MetaData, tally: Tally) -> None:
    for run, table in _orphans(connection):
        tally.add(f"{table} has rows of it, and the run is not there: {RESTORE}", run)
    # Fetched and not just counted: PostgreSQL reads what is long only for somebody who wants to see it.
    tally.deliveries = sum(1 for _ in each(connection, sa.select(DELIVERIES.c.payload)))
    for run, kept in each(connection, _TRIGGERS):
        if not _is_trigger(kept):
            tally.add(f"its trigger is not there or damaged: {RESTORE}, or cancel the run", run)
    runs = Runs(tables)
    for _, rows in groupby(each(connection, runs.query), itemgetter(0)):
        runs.check(rows, tally)


_TRIGGERS = (
    sa.select(RUNS.c.id, TRIGGERS.c.trigger)
    .outerjoin_from(RUNS, TRIGGERS, TRIGGERS.c.run == RUNS.c.id)
    .order_by(RUNS.c.id)
)


def _is_trigger(kept: str | None) -> bool:
    try:
        Trigger.model_validate_json(kept or "")
    except (ValidationError, UnicodeEncodeError):
        return False
    return True


def _orphans(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """What the foreign keys say, asked in words: a database that was copied by hand may not hold to them."""
    for table in (TRIGGERS, JOURNAL):
        lonely = (
            sa.select(table.c.run)
            .distinct()
            .outerjoin_from(table, RUNS, RUNS.c.id == table.c.run)
            .where(RUNS.c.id.is_(None))
        )
        for (run,) in connection.execute(lonely):
            yield run, table.name
