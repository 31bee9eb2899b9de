"""Thousands of runs that wait for a person cost nothing when it is asked what is to be done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.store import due
from bot.store.database import Database
from bot.store.postgres import PostgresDatabase
from bot.store.sqlite import SqliteDatabase
from bot.store.statements import Link

MANY = 10_000
FEW = 5

_RUN = """
INSERT INTO runs (id, key, subject, workflow, tenant, definition, status, wake_at,
                  path, worker, created_at, updated_at, last_seq, fence, lease_until)
SELECT 'r' || n, 'k' || n, 'o/r#' || n, 'fix', 'o/r', 'd',
       CASE WHEN n <= 5 THEN 'queued' ELSE 'suspended' END, CASE WHEN n BETWEEN 6 AND 10 THEN 1 ELSE 0 END,
       '', '', 0, 0, 1, 0, 0
FROM
"""
_COUNT = f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT {MANY}) SELECT n FROM c)"
ON_SQLITE = _RUN + _COUNT
ON_POSTGRES = f"{_RUN} generate_series(1, {MANY}) AS n"
LOOKED_AT = """
SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'runs'
"""


async def filled(database: Database, statement: str) -> None:
    await database.open()
    await database.write(lambda link: link.driver.cursor().execute(statement, ()))


def ask(link: Link) -> None:
    assert len(due.due_runs(link, 100, None, None, 100)) == FEW * 2
    assert len(due.due_runs(link, 100, None, "o/r", 100)) == FEW * 2
    assert due.next_wake(link) == 0


async def test_sqlite_looks_at_none_of_them(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "x.db")
    await filled(database, ON_SQLITE)
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def counted(link: Link) -> None:
        raw = link.driver
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(step, 1)
        ask(link)
        raw.set_progress_handler(None, 1)

    await database.write(counted)
    await database.close()
    assert 0 < steps < MANY, f"{steps} steps of SQLite's machine"


async def test_postgresql_looks_at_none_of_them(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    await filled(database, ON_POSTGRES)

    def counted(link: Link) -> int:
        ask(link)
        cursor = link.driver.cursor()
        cursor.execute(LOOKED_AT, None)
        return cursor.fetchone()[0]

    await database.write(lambda link: link.driver.cursor().execute("ANALYZE runs", None))
    looked_at = await database.write(counted)
    await database.close()
    assert 0 < looked_at < 100
