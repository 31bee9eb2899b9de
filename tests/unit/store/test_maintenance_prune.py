"""Pruning removes what ended long ago, and nothing that somebody may still want."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.blobs import FolderBlobs
from bot.bus.port import Topic
from bot.store.maintenance import prune as pruning
from bot.store.maintenance.check import check
from bot.store.maintenance.place import place_at
from bot.store.maintenance.prune import Pruned, prune
from bot.store.maintenance.unnamed import Unnamed
from bot.store.port import DeliveryState, NewDelivery
from tests.unit.store.stocked import Stocked, age, case, new_run, stock, stocked, written
from workflows.engine.entries import Recorded, RunCompleted, StepCompleted
from workflows.errors import Gone, OperatorProblem

__all__ = ["stocked"]

MONTHS = timedelta(days=90)


def old_files(there: Stocked, days: float = 2) -> None:
    then = time.time() - days * 24 * 60 * 60
    for path in there.blobs.files():
        os.utime(path, (then, then))


async def test_ended_runs_that_are_old_go_with_all_that_is_theirs(stocked: Stocked) -> None:
    await stock(stocked)
    age(stocked, days=91)
    pruned = prune(stocked.place, stocked.blobs, MONTHS)
    assert (pruned.runs, pruned.rows) == (2, 6)
    async with stocked.opened() as store:
        assert {run.id for run in await store.runs()} == {"going", "waiting", "new"}
        assert list(await store.dead_letters()) == []
        with pytest.raises(Gone):
            await store.rows("done")
    assert {row[0] for row in stocked.tables()["triggers"]} == {"going", "waiting", "new"}
    assert check(stocked.place, stocked.blobs).findings == ()


async def test_what_is_younger_stays_as_it_is(stocked: Stocked) -> None:
    await stock(stocked)
    age(stocked, days=89)
    before = stocked.tables()
    prune(stocked.place, stocked.blobs, MONTHS)
    assert stocked.tables() == before


async def test_old_deliveries_lose_their_payload_and_are_recognised_for_good(stocked: Stocked) -> None:
    await stock(stocked)
    age(stocked, days=91)
    pruned = prune(stocked.place, stocked.blobs, MONTHS)
    assert (pruned.deliveries, pruned.delivery_bytes) == (2, 2 * 900)
    async with stocked.opened() as store:
        assert (await store.delivery("d1")).payload == b""
        assert (await store.delivery("d1")).outcome == "started run done"
        assert not await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b"again"))


async def test_a_delivery_that_waits_keeps_its_payload_however_old_it_is(stocked: Stocked) -> None:
    await stock(stocked)
    async with stocked.opened() as store:
        await store.bury(Topic.DELIVERIES, "d3", 5, "nobody could act on it")
    age(stocked, days=1000)
    prune(stocked.place, stocked.blobs, MONTHS)
    async with stocked.opened() as store:
        assert len((await store.delivery("d3")).payload) == 900
        assert [letter.item for letter in await store.dead_letters()] == ["d3"]


async def test_one_that_failed_and_comes_again_brings_its_payload_with_it(stocked: Stocked) -> None:
    await stock(stocked)
    age(stocked, days=91)
    prune(stocked.place, stocked.blobs, MONTHS)
    async with stocked.opened() as store:
        assert (await store.delivery("d2")).payload == b""
        assert await store.keep_delivery(NewDelivery(id="d2", event="issues", payload=b"again"))
        assert (await store.delivery("d2")).payload == b"again"
        assert (await store.delivery("d2")).state is DeliveryState.WAITING


async def test_a_dry_run_says_the_same_and_removes_nothing(stocked: Stocked) -> None:
    names = await stock(stocked)
    age(stocked, days=91)
    old_files(stocked)
    before, contents = stocked.tables(), stocked.contents()
    would = prune(stocked.place, stocked.blobs, MONTHS, dry_run=True)
    assert (stocked.tables(), stocked.contents()) == (before, contents)
    did = prune(stocked.place, stocked.blobs, MONTHS)
    assert would.model_copy(update={"dry_run": False, "note": ""}) == did.model_copy(update={"note": ""})
    assert would.summary.startswith("would remove 2 ended runs with 6 rows, the payloads of 2 deliveries")
    assert did.blobs == 2
    assert set(stocked.contents()) == {names["archive"], names["baseline"]}, "a run that goes on has those"


async def test_twice_removes_nothing_more(stocked: Stocked) -> None:
    await stock(stocked)
    age(stocked, days=91)
    old_files(stocked)
    prune(stocked.place, stocked.blobs, MONTHS)
    assert prune(stocked.place, stocked.blobs, MONTHS).model_copy(update={"note": ""}) == Pruned(
        dry_run=False
    )


async def test_more_than_a_batch_goes_in_several(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_RUNS_AT_ONCE", 2)
    monkeypatch.setattr(pruning, "_DELIVERIES_AT_ONCE", 2)
    async with stocked.opened() as store:
        for n in range(7):
            await written(store, f"r{n}", RunCompleted(output={}), number=n)
            await store.keep_delivery(NewDelivery(id=f"d{n}", event="e", payload=b"x"))
            await store.finish_delivery(f"d{n}", DeliveryState.IGNORED, "")
    age(stocked, days=91)
    pruned = prune(stocked.place, stocked.blobs, MONTHS)
    assert (pruned.runs, pruned.deliveries) == (7, 7)
    tables = stocked.tables()
    assert (tables["runs"], tables["journal"], len(tables["deliveries"])) == ([], [], 7)


async def test_the_bot_goes_on_meanwhile(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_RUNS_AT_ONCE", 1)
    async with stocked.opened() as store:
        for n in range(30):
            await written(store, f"r{n}", RunCompleted(output={}), number=n)
        age(stocked, days=91)
        going = asyncio.create_task(asyncio.to_thread(prune, stocked.place, stocked.blobs, MONTHS))
        kept = 0
        while not going.done():
            await written(store, f"n{kept}", RunCompleted(output={}), number=100 + kept)
            kept += 1
        assert (await going).runs == 30
        assert kept > 3
        assert {run.id for run in await store.runs(limit=100_000)} == {f"n{n}" for n in range(kept)}
    assert check(stocked.place, stocked.blobs).findings == ()


# --- blobs ---


async def test_a_blob_that_nobody_refers_to_goes_after_a_day(stocked: Stocked) -> None:
    names = await stock(stocked)
    prune(stocked.place, stocked.blobs, MONTHS)
    assert names["nobody's"] in stocked.contents(), "a row that names it may be about to be written"
    old_files(stocked)
    assert prune(stocked.place, stocked.blobs, MONTHS).blobs == 1
    assert set(stocked.contents()) == {names[name] for name in ("archive", "baseline", "proof")}


async def test_a_blob_that_is_named_anywhere_in_a_row_stays(stocked: Stocked) -> None:
    await stock(stocked)
    name = await stocked.put(b"who knows what for")
    async with stocked.opened() as store:
        told = StepCompleted(path="p", output={"unheard of": [f"see {name}."]})
        await written(store, "r", told, number=9)
    old_files(stocked)
    prune(stocked.place, stocked.blobs, MONTHS)
    assert name in stocked.contents()


async def test_a_blob_that_is_named_in_a_row_that_is_a_blob_stays(stocked: Stocked) -> None:
    inner = await stocked.put(b"the archive")
    outer = await stocked.put(case(inner).model_dump_json().encode())
    async with stocked.opened() as store:
        await written(store, "r", case("a" * 64), number=1)
    entry = f'{{"kind":"blob","digest":"{outer}","bytes":9}}'
    stocked.execute("UPDATE journal SET entry = :entry WHERE seq = 2", entry=entry)
    old_files(stocked)
    prune(stocked.place, stocked.blobs, MONTHS)
    assert set(stocked.contents()) == {inner, outer}


async def test_a_blob_that_is_put_again_meanwhile_stays(stocked: Stocked) -> None:
    names = await stock(stocked)
    old_files(stocked)
    unnamed = Unnamed(stocked.blobs)
    with stocked.place.snapshot() as connection:
        unnamed.spare(connection, lambda table: table.primary_key.columns[0].is_not(None))
    assert unnamed.counted()[0] == 1
    await stocked.put(b"nobody's" * 1000)
    assert unnamed.remove() == (0, 0)
    assert names["nobody's"] in stocked.contents()
    assert await FolderBlobs(stocked.folder).get(names["nobody's"]) == b"nobody's" * 1000


async def test_what_dead_writers_left_behind_goes_and_what_a_dead_prune_took_off_comes_back(
    stocked: Stocked,
) -> None:
    names = await stock(stocked)
    at = stocked.blobs.at(names["archive"])
    at.with_name(f"{at.name}.0a1b2c3d").write_bytes(b"half")
    at.rename(at.with_name(f"{at.name}.pruned0a1b2c3d"))
    old_files(stocked)
    assert prune(stocked.place, stocked.blobs, MONTHS).blobs == 2
    assert set(stocked.contents()) == {names[name] for name in ("archive", "baseline", "proof")}


async def test_files_that_are_not_ours_stay(stocked: Stocked) -> None:
    await stock(stocked)
    (stocked.folder / "ab").mkdir(exist_ok=True)
    others = [stocked.folder / "README", stocked.folder / "ab" / "notes.txt"]
    for path in others:
        path.write_text("mine")
        os.utime(path, (0, 0))
    prune(stocked.place, stocked.blobs, MONTHS)
    assert all(path.exists() for path in others)


# --- room ---


async def fat(there: Stocked, rows: int) -> None:
    value = "x" * 20_000
    async with there.opened() as store:
        for n in range(10):
            entries = [Recorded(path="p", name=str(m), value=value) for m in range(rows)]
            await written(store, f"r{n}", *entries, RunCompleted(output={}), number=n)
    age(there, days=91)


async def test_the_file_of_a_pruned_store_is_smaller(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await fat(there, 10)
    before = (tmp_path / "x.db").stat().st_size
    pruned = prune(there.place, there.blobs, MONTHS)
    after = (tmp_path / "x.db").stat().st_size
    assert before > 2_000_000
    assert after < 200_000
    assert re.search(r"x\.db is [12]\.\d MB smaller$", pruned.note)
    assert check(there.place, there.blobs).findings == ()


async def test_a_file_of_release_0_1_0_is_rewritten_once_while_it_is_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    sqlite3.connect(tmp_path / "x.db").execute("PRAGMA auto_vacuum = NONE").connection.close()
    raw = sqlite3.connect(tmp_path / "x.db")
    raw.execute("CREATE TABLE first (x)")
    raw.execute("DROP TABLE first")
    raw.close()
    await fat(there, 10)
    monkeypatch.setattr("bot.store.maintenance.on_sqlite._SMALL", 100_000)
    pruned = prune(there.place, there.blobs, MONTHS)
    assert (tmp_path / "x.db").stat().st_size > 2_000_000
    assert "that are free for new rows; to make the file smaller, stop the bot and run" in pruned.note
    prune(there.place, there.blobs, MONTHS, vacuum=True)
    assert (tmp_path / "x.db").stat().st_size < 200_000
    with place_at(there.url).snapshot() as connection:
        assert connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2


async def test_a_store_of_an_older_release_is_brought_up_to_date_first(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    async with there.opened() as store:
        await store.create_run(new_run("r"))
    there.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(OperatorProblem, match="is of an older release: start this one's bot once"):
        prune(there.place, there.blobs, MONTHS)
