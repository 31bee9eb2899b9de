"""Backup and restore: what comes out of one database goes into another, whole or not at all."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.store.maintenance.backup import backup
from bot.store.maintenance.check import check
from bot.store.maintenance.place import place_at
from bot.store.maintenance.restore import restore
from bot.store.port import NewDelivery
from tests.unit.store.stocked import Stocked, made, new_run, stock, stocked, written
from workflows.engine.entries import Entry, Recorded, RunCompleted, StepStarted
from workflows.errors import OperatorProblem, Problem

__all__ = ["stocked"]

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def other(request: pytest.FixtureRequest, stocked: Stocked, tmp_path: Path) -> Stocked:
    """An empty one of the other kind, and a folder for blobs of its own."""
    (tmp_path / "other").mkdir()
    return made(request, tmp_path / "other", OTHER[stocked.place.kind])


# --- from one database to the other ---


async def test_what_is_restored_into_the_other_database_is_what_was_there(
    stocked: Stocked, other: Stocked, tmp_path: Path
) -> None:
    names = await stock(stocked)
    manifest = backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    assert restore(other.place, other.blobs, tmp_path / "b.tar.gz") == manifest
    assert free(other.tables()) == free(stocked.tables())
    referred = {names[name] for name in ("archive", "baseline", "proof")}
    assert other.contents() == {name: stocked.contents()[name] for name in referred}
    assert check(other.place, other.blobs).findings == ()


def free(tables: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """Without leases, which are not restored."""
    return {**tables, "runs": [row[:12] + row[13:] for row in tables["runs"]]}


async def test_nobody_holds_a_restored_run_and_older_rights_to_it_stay_worthless(
    stocked: Stocked, other: Stocked, tmp_path: Path
) -> None:
    await stock(stocked)
    backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    restore(other.place, other.blobs, tmp_path / "b.tar.gz")
    async with other.opened() as store:
        lease = await store.claim("going", "another", 60)
    assert lease is not None
    assert lease.fence == 2


async def test_a_restored_store_goes_on_counting(stocked: Stocked, other: Stocked, tmp_path: Path) -> None:
    await stock(stocked)
    backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    restore(other.place, other.blobs, tmp_path / "b.tar.gz")
    async with other.opened() as store:
        assert await store.keep_delivery(NewDelivery(id="d4", event="issues", payload=b""))
        assert not await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b""))
        run, is_new = await store.create_run(new_run("another", number=9))
        assert is_new
        assert [each.id for each in await store.runs(limit=1)] == [run.id]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ENTRIES = st.lists(
    st.one_of(
        st.builds(StepStarted, path=TEXT.filter(lambda text: "\0" not in text)),
        st.builds(
            Recorded,
            path=st.just("p"),
            name=TEXT,
            value=st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
                max_leaves=8,
            ),
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(journals=st.lists(ENTRIES, max_size=4), payload=st.binary(max_size=200))
def test_whatever_is_in_the_journals_comes_back_from_either_database(
    journals: list[list[Entry]], payload: bytes, postgres_url: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        first = Stocked(f"sqlite:///{here}/a.db", here / "a")
        between = Stocked(postgres_url, here / "b")
        last = Stocked(f"sqlite:///{here}/c.db", here / "c")
        with between.place.change() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))

        async def fill() -> None:
            async with first.opened() as store:
                await store.keep_delivery(NewDelivery(id="d", event="e", payload=payload))
                for number, entries in enumerate(journals):
                    await written(store, f"r{number}", *entries, number=number)

        asyncio.run(fill())
        backup(first.place, first.blobs, here / "1.tar.gz")
        restore(between.place, between.blobs, here / "1.tar.gz")
        backup(between.place, between.blobs, here / "2.tar.gz")
        restore(last.place, last.blobs, here / "2.tar.gz")
        assert free(last.tables()) == free(between.tables()) == free(first.tables())
        assert check(last.place, last.blobs).findings == ()


async def test_what_is_written_while_the_backup_is_taken_is_in_it_as_a_whole_or_not_at_all(
    stocked: Stocked, other: Stocked, tmp_path: Path
) -> None:
    await stock(stocked)
    taken = asyncio.Event()
    async with stocked.opened() as store:
        writers = [asyncio.create_task(keep_writing(stocked, n, taken)) for n in range(4)]
        try:
            for _ in range(3):
                await asyncio.sleep(0.1)
                await asyncio.to_thread(
                    backup, stocked.place, stocked.blobs, tmp_path / "b.tar.gz", force=True
                )
        finally:
            taken.set()
        assert sum(await asyncio.gather(*writers)) > 20, "nothing was written meanwhile"
        total = len(await store.runs(limit=100_000))
    restored = restore(other.place, other.blobs, tmp_path / "b.tar.gz")
    assert 5 < restored.rows_of("runs") <= total
    report = check(other.place, other.blobs)
    assert (report.findings, report.runs) == ((), restored.rows_of("runs"))


async def keep_writing(there: Stocked, writer: int, until: asyncio.Event) -> int:
    number = 0
    async with there.opened() as store:
        while not until.is_set():
            number += 1
            name = await there.put(f"{writer} {number}".encode())
            kept = Recorded(path="p", name="archive", value={"digest": name})
            run = f"w{writer}-{number}"
            await written(store, run, kept, RunCompleted(output={}), number=1000 * (writer + 1) + number)
    return number


# --- the file ---


async def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_else(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    (tmp_path / "to").mkdir()
    backup(there.place, there.blobs, tmp_path / "to" / "b.tar.gz")
    [file] = (tmp_path / "to").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_backup_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    file = tmp_path / "b.tar.gz"
    file.write_text("precious")
    with pytest.raises(Problem, match="is there already: give another name, or --force"):
        backup(there.place, there.blobs, file)
    assert file.read_text() == "precious"
    backup(there.place, there.blobs, file, force=True)
    assert file.read_bytes()[:2] == b"\x1f\x8b"


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("no/where.tar.gz", "no such file or directory"),
        ("", "is a directory: give the name of a file"),
        ("pipe", "is no plain file: give another name"),
    ],
)
async def test_a_backup_to_where_it_cannot_be_says_so(tmp_path: Path, to: str, said: str) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Problem, match=said):
        backup(there.place, there.blobs, tmp_path / to, force=True)


async def test_a_full_disk_says_so_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    (tmp_path / "to").mkdir()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("bot.store.maintenance.disk.os.fsync", full)
    with pytest.raises(OperatorProblem, match="the disk is full: make room"):
        backup(there.place, there.blobs, tmp_path / "to" / "b.tar.gz")
    assert list((tmp_path / "to").iterdir()) == []


async def test_a_blob_that_is_not_there_is_named_and_no_reason_to_have_no_backup(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    names = await stock(there)
    there.blobs.at(names["proof"]).unlink()
    there.blobs.at(names["baseline"]).write_bytes(b"rot")
    made_of = backup(there.place, there.blobs, tmp_path / "b.tar.gz")
    assert set(made_of.missing_blobs) == {names["proof"], names["baseline"]}
    assert [blob.digest for blob in made_of.blobs] == [names["archive"]]


async def test_what_a_row_refers_to_that_is_kept_as_a_blob_itself_is_in_the_backup(
    stocked: Stocked, tmp_path: Path
) -> None:
    inner = await stocked.put(b"the archive")
    async with stocked.opened() as store:
        await written(store, "long", StepStarted(path="p"), number=1)
        entry = Recorded(path="p", name="archive", value={"digest": inner})
        outer = await stocked.put(entry.model_dump_json().encode())
    stocked.execute(
        "UPDATE journal SET entry = :entry WHERE seq = 2",
        entry=f'{{"kind":"blob","digest":"{outer}","bytes":90}}',
    )
    manifest = backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    assert {blob.digest for blob in manifest.blobs} == {inner, outer}
    assert check(stocked.place, stocked.blobs).findings == ()


async def test_a_long_row_comes_back_with_what_it_refers_to(
    stocked: Stocked, other: Stocked, tmp_path: Path
) -> None:
    archive = await stocked.put(b"the archive")
    value: JsonValue = {"archive": archive, "text": "long " * 50_000}
    long = Recorded(path="p", name="case", value=value)
    async with stocked.opened() as store:
        await written(store, "r", long, number=1)
    assert len(stocked.contents()) == 2, "it is not kept as a blob"
    backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    restore(other.place, other.blobs, tmp_path / "b.tar.gz")
    assert other.contents() == stocked.contents()
    async with other.opened() as store:
        assert (await store.rows("r"))[1].entry == long


def test_a_store_that_is_not_there_is_not_made_by_looking_for_it(tmp_path: Path) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    for command in (lambda: backup(there.place, there.blobs, tmp_path / "b"), lambda: looked(there)):
        with pytest.raises(OperatorProblem, match=r"there is no store at .*x\.db: set REDFIRST_DATA_DIR"):
            command()
    assert list(tmp_path.iterdir()) == []


def looked(there: Stocked) -> None:
    check(there.place, there.blobs)


def test_a_postgresql_database_without_a_store_says_so(postgres_url: str, tmp_path: Path) -> None:
    there = Stocked(postgres_url, tmp_path / "blobs")
    with pytest.raises(OperatorProblem, match="is not a store of redfirst: set"):
        backup(there.place, there.blobs, tmp_path / "b.tar.gz")


# --- into what ---


async def test_a_store_with_something_in_it_is_left_as_it_is(stocked: Stocked, tmp_path: Path) -> None:
    await stock(stocked)
    backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    before = stocked.tables()
    with pytest.raises(OperatorProblem, match=r"is not empty \(\w+\): .* Stop the bot, move the old store"):
        restore(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    assert stocked.tables() == before


async def test_a_store_that_was_opened_and_not_used_is_an_empty_one(
    stocked: Stocked, other: Stocked, tmp_path: Path
) -> None:
    await stock(stocked)
    backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    async with other.opened():
        pass
    restore(other.place, other.blobs, tmp_path / "b.tar.gz")
    assert free(other.tables()) == free(stocked.tables())


async def test_a_database_of_another_program_is_left_alone(tmp_path: Path, stocked: Stocked) -> None:
    await stock(stocked)
    backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    there = place_at(f"sqlite:///{tmp_path}/theirs.db")
    there.make()
    with there.change() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
    with pytest.raises(OperatorProblem, match="holds tables of another program"):
        restore(there, stocked.blobs, tmp_path / "b.tar.gz")


async def test_a_restore_that_fails_half_way_leaves_an_empty_store(
    stocked: Stocked, other: Stocked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stock(stocked)
    backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(other.place), "count_on", stop)
    with pytest.raises(KeyboardInterrupt):
        restore(other.place, other.blobs, tmp_path / "b.tar.gz")
    monkeypatch.undo()
    restore(other.place, other.blobs, tmp_path / "b.tar.gz")
    assert free(other.tables()) == free(stocked.tables())


async def test_blobs_that_do_not_fit_are_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    backup(there.place, there.blobs, tmp_path / "b.tar.gz")

    def full(_: Path) -> object:
        return SimpleNamespace(free=10)

    monkeypatch.setattr("bot.store.maintenance.restore.shutil.disk_usage", full)
    new = Stocked(f"sqlite:///{tmp_path}/new.db", tmp_path / "new")
    with pytest.raises(OperatorProblem, match=r"need 0 MB and .* has 0 MB: make room"):
        restore(new.place, new.blobs, tmp_path / "b.tar.gz")
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "new").exists()


# --- other schemas ---


async def test_a_backup_of_an_older_schema_is_restored_as_it_was_and_then_brought_up_to_date(
    stocked: Stocked, other: Stocked, tmp_path: Path, older: Callable[[Stocked], None]
) -> None:
    older(stocked)
    manifest = backup(stocked.place, stocked.blobs, tmp_path / "b.tar.gz")
    assert manifest.revision == "0001"
    async with other.opened():
        pass
    restore(other.place, other.blobs, tmp_path / "b.tar.gz")
    async with stocked.opened() as store:
        assert (await store.run("old")).definition == "abc"
    assert free(other.tables()) == free(stocked.tables())
    assert check(other.place, other.blobs).findings == ()


@pytest.fixture
def older() -> Callable[[Stocked], None]:
    """Makes a store as release 0.1.0 left it, with a run that is suspended."""
    from bot.store import migrations
    from bot.store.maintenance.revisions import tables_at

    trigger = new_run("old").trigger.model_dump_json()
    first = '{"kind":"run.started","workflow":"fix","definition":"abc","release":"0.1.0","input":{}}'

    def make(there: Stocked) -> None:
        there.place.make()
        tables = tables_at("0001").tables
        with there.place.change() as connection:
            migrations.bring(connection, "0001")
            run = {"number": 1, "id": "old", "key": "k", "subject": "octo/reds#7", "workflow": "fix"}
            moments = {"created_at": 5, "updated_at": 6, "lease_until": 0}
            standing = {"status": "suspended", "path": "p", "last_seq": 2, "fence": 1, "worker": "w"}
            connection.execute(sa.insert(tables["runs"]), [{**run, **moments, **standing}])
            connection.execute(sa.insert(tables["triggers"]), [{"run": "old", "trigger": trigger}])
            second = '{"kind":"suspended","path":"p","waits_for":"Approval"}'
            for seq, entry in ((1, first), (2, second)):
                row = {"run": "old", "seq": seq, "at": 5, "entry": entry}
                connection.execute(sa.insert(tables["journal"]), [row])
            there.place.count_on(connection, list(tables.values()))

    return make


async def test_a_store_of_an_older_schema_is_checked_as_it_is(
    stocked: Stocked, older: Callable[[Stocked], None]
) -> None:
    older(stocked)
    report = check(stocked.place, stocked.blobs)
    assert (report.findings, report.runs, report.rows) == ((), 1, 2)
    assert "schema 0001, which the next start of the bot brings up to date" in report.summary
