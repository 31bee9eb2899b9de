"""The check finds what is wrong, names the run, and says what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pydantic import JsonValue

from bot.checkup import Finding, check_up
from bot.store.maintenance.check import check, undurable
from bot.store.port import StoreUnavailable
from tests.unit.store.stocked import Stocked, case, new_run, stock, stocked, written
from workflows.engine.entries import Recorded, RunParked, StepStarted, Suspended
from workflows.errors import OperatorProblem

__all__ = ["stocked"]


def said(there: Stocked) -> list[str]:
    return [finding.line for finding in check(there.place, there.blobs).findings]


async def test_nothing_is_wrong_with_a_store_that_was_only_used(stocked: Stocked) -> None:
    await stock(stocked)
    report = check(stocked.place, stocked.blobs)
    assert report.findings == ()
    assert (report.runs, report.rows, report.deliveries, report.blobs) == (5, 13, 3, 3)


async def test_a_check_changes_nothing(stocked: Stocked) -> None:
    await stock(stocked)
    before = stocked.tables()
    check(stocked.place, stocked.blobs)
    assert stocked.tables() == before


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            "DELETE FROM journal WHERE run = 'done' AND seq = 2",
            "run done: row 2 of its journal is not there: restore the store from a backup, or cancel the run",
        ),
        (
            "DELETE FROM journal WHERE run = 'done' AND seq = 4",
            "run done: its journal ends with row 3, and it counts 4: restore the store from a backup",
        ),
        (
            "DELETE FROM journal WHERE run = 'new'",
            "run new: its journal ends with row 0, and it counts 1: restore the store from a backup",
        ),
        (
            """UPDATE journal SET entry = '{"kind":"step.dreamt"}' WHERE run = 'going' AND seq = 3""",
            "run going: row 3 ('step.dreamt') was written by a newer release of redfirst: upgrade this one",
        ),
        (
            "UPDATE journal SET entry = '{' WHERE run = 'going' AND seq = 3",
            "run going: row 3 is damaged: restore the store from a backup, or cancel the run",
        ),
        (
            "UPDATE runs SET status = 'completed' WHERE id = 'going'",
            "run going: it says that it is completed, and its journal says running: restore",
        ),
        (
            "UPDATE runs SET path = 'elsewhere' WHERE id = 'going'",
            "run going: it says that it is at 'elsewhere', and its journal says 'fix/prepare': restore",
        ),
        (
            "UPDATE runs SET wake_at = 5 WHERE id = 'waiting'",
            "run waiting: it is not to be woken when its journal says: restore",
        ),
        (
            "UPDATE runs SET definition = 'x' WHERE id = 'waiting'",
            "run waiting: it is of another definition than its journal says: restore",
        ),
        (
            """UPDATE journal SET entry = '{"kind":"woke","path":""}' WHERE run = 'new'""",
            "run new: its journal does not begin with its start: restore",
        ),
        (
            "DELETE FROM triggers WHERE run = 'new'",
            "run new: its trigger is not there or damaged: restore",
        ),
        (
            "UPDATE triggers SET trigger = '{}' WHERE run = 'new'",
            "run new: its trigger is not there or damaged: restore",
        ),
    ],
)
async def test_what_is_wrong_is_found_with_its_run_and_what_to_do(
    stocked: Stocked, change: str, finding: str
) -> None:
    await stock(stocked)
    stocked.execute(change)
    found = said(stocked)
    assert [line for line in found if line.startswith(finding)], found
    assert len({line.partition(":")[0] for line in found}) == 1, "another run is blamed"


async def test_a_run_with_a_row_too_many_cannot_be_cancelled_and_is_not_said_to(stocked: Stocked) -> None:
    await stock(stocked)
    stocked.execute("UPDATE runs SET last_seq = 1 WHERE id = 'going'")
    (found,) = said(stocked)
    assert found.endswith("and it counts 1: restore the store from a backup")


async def test_rows_of_a_run_that_is_not_there_are_found(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    raw = sqlite3.connect(tmp_path / "x.db")  # which has no foreign keys unless it is told to
    raw.execute("DELETE FROM runs WHERE id = 'new'")
    raw.commit()
    raw.close()
    assert said(there) == [
        f"run new: {table} has rows of it, and the run is not there: restore the store from a backup"
        for table in ("triggers", "journal")
    ]


async def test_a_run_that_release_0_1_0_suspended_is_as_right_as_one_that_is_parked(stocked: Stocked) -> None:
    async with stocked.opened() as store:
        await written(store, "old", Suspended(path="p", waits_for="Approval"), number=1)
        await written(store, "new", Suspended(path="p", waits_for="Approval"), RunParked(), number=2)
    stocked.execute("UPDATE runs SET status = 'suspended' WHERE id = 'old'")
    assert said(stocked) == []


async def test_blobs_that_are_missing_or_damaged_are_found_once_a_run(stocked: Stocked) -> None:
    names = await stock(stocked)
    stocked.blobs.at(names["archive"]).unlink()
    stocked.blobs.at(names["baseline"]).write_bytes(b"rot")
    found = said(stocked)
    assert found == [
        f"run done: row 3 names a blob, {names['archive']}, that is not in {stocked.folder}: "
        "put it back from a backup",
        f"run going: row 2 names a blob, {names['archive']}, that is not in {stocked.folder}: "
        "put it back from a backup (and so on, 2 times)",
    ]


async def test_a_digest_of_something_else_is_no_missing_blob(stocked: Stocked) -> None:
    async with stocked.opened() as store:
        value: JsonValue = {"text": f'{{"archive": "{"a" * 64}"}}', "sha": "b" * 64}
        await written(store, "r", Recorded(path="p", name="turn 1", value=value), number=1)
    assert said(stocked) == []


async def test_a_long_row_is_read_where_it_is_kept(stocked: Stocked) -> None:
    async with stocked.opened() as store:
        await written(store, "r", StepStarted(path="p"), case("a" * 64), number=1)
    kept = await stocked.put(case("b" * 64).model_dump_json().encode())
    entry = f'{{"kind":"blob","digest":"{kept}","bytes":9}}'
    stocked.execute("UPDATE journal SET entry = :entry WHERE seq = 3", entry=entry)
    told = f"that is not in {stocked.folder}: put it back from a backup"
    assert said(stocked) == [f"run r: row 3 names a blob, {'b' * 64}, {told}"]
    stocked.blobs.at(kept).unlink()
    assert said(stocked) == [f"run r: row 3 names a blob, {kept}, {told}"]


async def test_text_that_is_damaged_hides_no_other_row(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    there.execute("UPDATE journal SET entry = CAST(x'ff' AS TEXT) WHERE run = 'done' AND seq = 2")
    there.execute("UPDATE runs SET path = 'x' WHERE id = 'going'")
    found = said(there)
    assert [line.partition(":")[0] for line in found] == ["run done", "run going"]
    assert "row 2" in found[0]


async def test_a_file_with_holes_in_it_is_found_by_the_database_itself(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    raw = sqlite3.connect(tmp_path / "x.db")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [(root,)] = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'journal'")
    [(size,)] = raw.execute("PRAGMA page_size")
    raw.close()
    with (tmp_path / "x.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    found = said(there)
    assert found
    assert all("the database is damaged" in line and "restore the store from" in line for line in found)


async def test_a_table_that_is_missing_is_named(stocked: Stocked) -> None:
    await stock(stocked)
    stocked.execute("DROP TABLE dead_letters")
    assert said(stocked) == ["table dead_letters is missing: restore the store from a backup"]


async def test_a_store_of_a_newer_release_is_not_judged(stocked: Stocked) -> None:
    await stock(stocked)
    stocked.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="schema 9999 by a newer release of redfirst"):
        check(stocked.place, stocked.blobs)


async def test_a_database_of_something_else_is_no_store(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "x.db")
    raw.execute("CREATE TABLE bookmarks (id)")
    raw.close()
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    with pytest.raises(OperatorProblem, match=r"x\.db is not a store of redfirst: set REDFIRST_DATA_DIR"):
        check(there.place, there.blobs)


async def test_settings_that_lose_acknowledged_work_in_a_power_cut_are_found(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDFIRST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDFIRST_DATABASE_URL", postgres_url)
    there = Stocked(postgres_url, tmp_path / "blobs")
    async with there.opened() as store:
        await store.create_run(new_run("r"))
    assert undurable(there.place) == []
    assert (await doctor()).ok
    database = sql.Identifier(postgres_url.rpartition("/")[2])
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(database))
    assert undurable(there.place) == ["synchronous_commit is off: set it to on"]
    assert said(there) == [
        "a power cut can lose what was acknowledged: synchronous_commit is off: set it to on"
    ]
    found = await doctor()
    assert not found.ok
    assert found.said.endswith("acknowledged: synchronous_commit is off: set it to on")


async def doctor() -> Finding:
    return next(finding for finding in await check_up() if finding.name == "store")
