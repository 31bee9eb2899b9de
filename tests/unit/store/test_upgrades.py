"""A store that a release left behind, opened by this one: nothing is lost, and what is new is filled in.

In `released/` is a dump for each schema that was ever released, with rows that the release itself wrote.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from bot.blobs import MemoryBlobs
from bot.store import migrations, store_at
from bot.store.port import DeliveryState, NewDelivery, Store
from tests.contract.stores import LONG, held, new_run
from tests.unit.store.schemas import differences, scripts
from workflows.engine.entries import Recorded, Resumed, RunCompleted, RunFailed, Suspended
from workflows.engine.status import RunStatus
from workflows.errors import Who

RELEASED = Path(__file__).parent / "released"
DATABASES = ("sqlite", "postgresql")
BEFORE = [script.revision for script in scripts().walk_revisions() if script.revision != migrations.HEAD]

ODD = "Zwölf Boxkämpfer \u0000 \U0001f940 'quoted' \\ back\nline"
PAYLOAD = b'{"action": "labeled", "odd": "\x00\xff\'"}'
STATES = {
    "completed": RunStatus.COMPLETED,
    "failed": RunStatus.FAILED,
    "cancelled": RunStatus.CANCELLED,
    "suspended": RunStatus.SUSPENDED,
    "running": RunStatus.RUNNING,
    "resumed": RunStatus.QUEUED,
    "queued": RunStatus.QUEUED,
}

Tables = dict[str, list[dict[Any, Any]]]


@pytest.mark.parametrize("database", DATABASES)
def test_for_every_schema_but_the_newest_there_is_what_a_release_left_behind(database: str) -> None:
    assert sorted(path.name for path in RELEASED.glob(f"*.{database}.sql")) == sorted(
        f"{revision}.{database}.sql" for revision in BEFORE
    )


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return (
        f"sqlite:///{tmp_path}/x.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    )


def fill(url: str, revision: str) -> None:
    database, _, place = url.partition(":")
    dump = (RELEASED / f"{revision}.{database}.sql").read_text()
    if database == "sqlite":
        with contextlib.closing(sqlite3.connect(place.removeprefix("///"))) as raw:
            raw.executescript(dump)
    else:
        with psycopg.connect(url, autocommit=True) as raw:
            raw.execute(dump.encode())


def tables(url: str) -> Tables:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    there = sa.MetaData()
    there.reflect(engine)
    with engine.connect() as connection:
        found: Tables = {
            name: [dict(row) for row in connection.execute(sa.select(table).order_by(*table.c)).mappings()]
            for name, table in there.tables.items()
        }
    engine.dispose()
    return found


@pytest.fixture(params=BEFORE)
def left_behind(request: pytest.FixtureRequest, url: str) -> str:
    fill(url, request.param)
    return url


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Store]:
    store = store_at(url, MemoryBlobs())
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def test_the_schema_becomes_that_of_the_code(left_behind: str) -> None:
    async with opened(left_behind):
        pass
    assert differences(left_behind) == []


async def test_every_row_is_kept_as_it_was(left_behind: str) -> None:
    before = tables(left_behind)
    async with opened(left_behind):
        pass
    after = tables(left_behind)
    del before["alembic_version"]
    assert all(before.values())
    for name, rows in before.items():
        assert [{column: row[column] for column in rows[0]} for row in after[name]] == rows


async def test_every_run_says_whose_it_is_and_which_tree_it_goes_by(left_behind: str) -> None:
    async with opened(left_behind) as store:
        runs = await store.runs(limit=100)
        assert {run.id: run.status for run in runs} == STATES
        for n, run in enumerate(reversed(runs), 1):
            assert run.definition == str(n) * 64
            due = await store.due_runs(100, tenant=run.trigger.tenant.repository)
            can_go_on = run.status in {RunStatus.QUEUED, RunStatus.RUNNING}
            assert (run.id in [each.id for each in due]) is can_go_on
    filled = [(row["tenant"], row["wake_at"]) for row in tables(left_behind)["runs"]]
    assert filled == [("octo/reds", 0)] * 5 + [("acme/shop", 0)] * 2


async def test_the_journals_can_be_read(left_behind: str) -> None:
    async with opened(left_behind) as store:
        journals = {run: await store.rows(run) for run in STATES}
    assert all([row.seq for row in rows] == list(range(1, len(rows) + 1)) for rows in journals.values())
    entries = {run: [row.entry for row in rows] for run, rows in journals.items()}
    assert entries["completed"][6] == Recorded(
        path="fix/plan", name="turn 1", value={"text": ODD, "n": [1, 2.5, None, True]}
    )
    assert entries["completed"][-1] == RunCompleted(output={"pull_request": 8})
    failed = entries["failed"][-1]
    assert isinstance(failed, RunFailed)
    assert failed.failure.who is Who.MODEL
    assert entries["suspended"][-1] == Suspended(path="fix/review", waits_for="Approval")
    assert isinstance(entries["resumed"][-1], Resumed)
    assert {run: len(rows) for run, rows in entries.items()} == {
        "completed": 9,
        "failed": 9,
        "cancelled": 5,
        "suspended": 9,
        "running": 7,
        "resumed": 10,
        "queued": 1,
    }


async def test_runs_go_on_where_they_were(left_behind: str) -> None:
    async with opened(left_behind) as store:
        assert await names(store) == ["running", "resumed", "queued"]
        assert await store.claim("suspended", "worker", LONG) is None
        answer = Resumed(path="fix/review", key="k", by="m", payload={})
        await store.append("suspended", 9, [answer], fence=None)
        assert await names(store) == ["suspended", "resumed", "running", "queued"]
        lease = await held(store, "running")
        assert lease.fence == 2, "fences go on from where they were"
        await store.append("running", 7, [RunCompleted(output={})], lease.fence)
        assert await store.next_wake() is None
        assert await store.live_runs() == {"suspended", "resumed", "queued"}


async def names(store: Store) -> Sequence[str]:
    return [run.id for run in await store.due_runs(100)]


async def test_what_was_known_is_recognised_and_what_is_new_comes_after_it(left_behind: str) -> None:
    async with opened(left_behind) as store:
        for state in set(DeliveryState) - {DeliveryState.HELD}:
            kept = await store.delivery(f"d-{state}")
            assert (kept.state, kept.payload) == (state, PAYLOAD)
            again = await store.keep_delivery(NewDelivery(id=kept.id, event="issues", payload=b""))
            assert again is (state is DeliveryState.FAILED)
        assert list(await store.waiting_deliveries()) == ["d-waiting", "d-failed"]
        assert await store.keep_delivery(NewDelivery(id="new", event="issues", payload=b""))
        _, is_new = await store.create_run(new_run("other", key="octo/reds#1:label:completed", number=1))
        assert not is_new
        run, is_new = await store.create_run(new_run("new", number=1))
        assert is_new
        assert [run] == list(await store.runs(limit=1))


MORE = """
WITH RECURSIVE more (n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM more WHERE n < 1300)
INSERT INTO runs
SELECT n, 'more' || n, 'key' || n, 'more/runs#' || n, 'fix', 'completed', '', 0, 0, 1, 0, '', 0 FROM more
"""


async def test_of_many_runs_none_is_left_out(left_behind: str) -> None:
    change(left_behind, MORE)
    async with opened(left_behind):
        pass
    filled = [row["tenant"] for row in tables(left_behind)["runs"]]
    assert {each: filled.count(each) for each in filled} == {
        "octo/reds": 5,
        "acme/shop": 2,
        "more/runs": 1201,
    }


async def test_several_that_upgrade_at_once_all_can(left_behind: str) -> None:
    async def upgraded() -> int:
        async with opened(left_behind) as store:
            return len(await store.runs())

    assert await asyncio.gather(*(upgraded() for _ in range(4))) == [len(STATES)] * 4


async def test_an_upgrade_that_fails_half_way_leaves_everything_as_it_was(left_behind: str) -> None:
    before = tables(left_behind)
    change(left_behind, "CREATE TABLE dead_letters (in_the_way TEXT)")
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.DuplicateTable)):
        async with opened(left_behind):
            pass
    change(left_behind, "DROP TABLE dead_letters")
    assert tables(left_behind) == before
    async with opened(left_behind) as store:
        assert len(await store.runs()) == len(STATES)


async def test_a_damaged_row_keeps_nobody_from_upgrading(left_behind: str) -> None:
    change(
        left_behind,
        "UPDATE journal SET entry = '[1' WHERE run = 'queued'",
        "UPDATE journal SET entry = '[1]' WHERE run = 'resumed' AND seq = 1",
        "UPDATE journal SET entry = '{}' WHERE run = 'failed' AND seq = 1",
        "DELETE FROM journal WHERE run = 'cancelled'",
    )
    async with opened(left_behind) as store:
        runs = {run.id: run for run in await store.runs()}
    assert {name for name, run in runs.items() if not run.definition} == {
        *("queued", "resumed", "failed", "cancelled")
    }


def change(url: str, *statements: str) -> None:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()
