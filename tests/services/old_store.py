"""A store as the first release left it, with deliveries and journals in it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from bot.store import migrations
from bot.store.stored import text
from tests.services import keeping
from tests.services.promises import Promises

REVISION = "0001"

DELIVERIES = 50
# Enough of them that it takes a moment to bring them to the next schema.
RUNS = 150
BATCHES = 2


def fill(url: str, promises: Promises) -> None:
    if url.startswith("sqlite:"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.rollback()
        migrations.bring(connection, REVISION)
        tables = sa.MetaData()
        tables.reflect(connection)
        for table, rows in _rows(promises).items():
            connection.execute(sa.insert(tables.tables[table]), rows)
        connection.commit()
    engine.dispose()


def _rows(promises: Promises) -> dict[str, list[dict[str, object]]]:
    deliveries: list[dict[str, object]] = []
    runs: list[dict[str, object]] = []
    triggers: list[dict[str, object]] = []
    journal: list[dict[str, object]] = []
    for delivery in (f"old-d{number}" for number in range(DELIVERIES)):
        deliveries.append(_delivery(delivery))
        promises.note(f"{keeping.DELIVERY} {delivery}")
    for run in (f"old-r{number}" for number in range(RUNS)):
        new = keeping.new_run(run)
        entries = [new.started, *(each for some in islice(keeping.appended(run), BATCHES) for each in some)]
        runs.append(_run(run, len(entries)))
        triggers.append({"run": run, "trigger": new.trigger.model_dump_json()})
        for seq, entry in enumerate(entries, 1):
            journal.append({"run": run, "seq": seq, "at": 0, "entry": text(entry)})
        promises.note(f"{keeping.ROW} {run} {len(entries)}")
    return {"deliveries": deliveries, "runs": runs, "triggers": triggers, "journal": journal}


def _delivery(delivery: str) -> dict[str, object]:
    return {
        "id": delivery,
        "event": "issues",
        "payload": keeping.payload(delivery),
        "received_at": 0,
        "state": "waiting",
        "outcome": "",
    }


def _run(run: str, last_seq: int) -> dict[str, object]:
    trigger = keeping.new_run(run).trigger
    return {
        "id": run,
        "key": trigger.key,
        "subject": trigger.subject,
        "workflow": trigger.workflow,
        "status": "running",
        "path": "fix",
        "created_at": 0,
        "updated_at": 0,
        "last_seq": last_seq,
        "fence": 1,
        "worker": "",
        "lease_until": 0,
    }
