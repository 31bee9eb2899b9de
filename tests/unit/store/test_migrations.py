"""The schema gets onto a database, once, wherever it is run from; and a newer one is left alone."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import migrations, store_at
from bot.store.port import StoreUnavailable
from tests.unit.store.schemas import differences, scripts


async def made(url: str) -> None:
    store = store_at(url)
    await store.open()
    await store.close()


def test_the_newest_migration_is_the_one_that_is_known_as_such() -> None:
    assert scripts().get_heads() == [migrations.HEAD]


async def test_the_migrations_make_the_schema_of_the_code_on_sqlite(tmp_path: Path) -> None:
    await made(f"sqlite:///{tmp_path}/x.db")
    assert differences(f"sqlite:///{tmp_path}/x.db") == []


async def test_the_migrations_make_the_schema_of_the_code_on_postgresql(postgres_url: str) -> None:
    await made(postgres_url)
    assert differences(postgres_url) == []


async def test_opening_a_store_that_is_up_to_date_does_not_import_alembic(tmp_path: Path) -> None:
    await made(f"sqlite:///{tmp_path}/x.db")
    said = run_elsewhere(tmp_path, "print('alembic' in sys.modules)")
    assert said == "False"


def test_it_works_from_any_directory(tmp_path: Path) -> None:
    said = run_elsewhere(tmp_path, "print('alembic' in sys.modules)")
    assert said == "True"


def run_elsewhere(tmp_path: Path, then: str) -> str:
    code = f"""
import asyncio, sys
from bot.store import store_at
assert "sqlalchemy" not in sys.modules, "importing bot.store is felt by commands that need none"
async def main():
    store = store_at("sqlite:///{tmp_path}/x.db")
    await store.open()
    await store.close()
asyncio.run(main())
{then}
"""
    root = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd="/",
        env={"PYTHONPATH": root, "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


async def test_several_that_open_a_new_store_at_once_all_can(tmp_path: Path) -> None:
    await asyncio.gather(*(made(f"sqlite:///{tmp_path}/x.db") for _ in range(6)))


async def test_several_that_open_a_new_postgresql_store_at_once_all_can(postgres_url: str) -> None:
    await asyncio.gather(*(made(postgres_url) for _ in range(6)))


async def test_a_store_of_a_newer_release_is_left_alone_with_what_to_do(tmp_path: Path) -> None:
    await made(f"sqlite:///{tmp_path}/x.db")
    with sqlite3.connect(tmp_path / "x.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreUnavailable, match=r"schema 9999 by a newer release of redfirst.*: upgrade this"):
        await made(f"sqlite:///{tmp_path}/x.db")


async def test_a_postgresql_store_of_a_newer_release_is_left_alone(postgres_url: str) -> None:
    await made(postgres_url)
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreUnavailable, match="newer release"):
        await made(postgres_url)
