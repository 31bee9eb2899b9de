"""The store in a file: what it says when the file cannot be used, and what a kill leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import stat
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import pytest

from bot.store import store_at
from bot.store.port import NewDelivery, NewRun, Store, StoreUnavailable
from bot.store.sql import SqlStore
from bot.store.sqlite import SqliteDatabase
from bot.store.statements import Link
from tests.contract.stores import begun, new_run
from workflows.engine.entries import RunStarted, StepStarted
from workflows.errors import OperatorProblem
from workflows.trigger import Actor, IssueSnapshot, Tenant, Trigger

STEP = StepStarted(path="fix/plan")
SOME = NewDelivery(id="d1", event="issues", payload=b"{}")


@contextlib.asynccontextmanager
async def opened(path: Path, busy_seconds: float = 10.0) -> AsyncGenerator[Store]:
    store = SqlStore(SqliteDatabase(path, busy_seconds))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
def public_dir() -> Generator[Path]:
    """Where another user may look, unlike the directories of pytest."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made)
        path.chmod(0o755)
        yield path


@contextlib.contextmanager
def read_only(*paths: Path) -> Generator[None]:
    before = [path.stat().st_mode for path in paths]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may write everywhere, so it is somebody else for a moment
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in zip(paths, before, strict=True):
            path.chmod(mode)


async def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with opened(tmp_path / "new" / "x.db") as store:
        await store.keep_delivery(SOME)
        for file in (tmp_path / "new").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


async def test_it_survives_a_power_cut_by_its_settings(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "x.db")
    await database.open()

    def asked(link: Link) -> list[object]:
        cursor = link.driver.cursor()
        found: list[object] = []
        for pragma in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {pragma}", ())
            found += cursor.fetchone()
        return found

    assert await database.write(asked) == ["wal", 2, 1]
    await database.close()


async def test_a_read_only_file_says_what_to_do(public_dir: Path) -> None:
    path = public_dir / "x.db"
    async with opened(path):
        pass
    with read_only(path, public_dir), pytest.raises(StoreUnavailable, match=f"{path} is read-only: make the"):
        async with opened(path):
            pass


async def test_a_directory_that_cannot_be_written_says_what_to_do(public_dir: Path) -> None:
    with (
        read_only(public_dir),
        pytest.raises(StoreUnavailable, match=f"make its directory {public_dir} exist"),
    ):
        async with opened(public_dir / "x.db"):
            pass


async def test_a_file_that_is_no_database_says_so_and_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_text("my notes, " * 1000)
    with pytest.raises(StoreUnavailable, match="is not a database or is damaged"):
        async with opened(path):
            pass
    assert path.read_text() == "my notes, " * 1000


async def test_a_locked_file_says_so_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    async with opened(path):
        pass
    with lock(path), pytest.raises(StoreUnavailable, match="is locked by another process: stop whatever"):
        async with opened(path, busy_seconds=0.1):
            pass


async def test_a_file_locked_while_its_schema_is_made_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.close()
    with lock(path), pytest.raises(StoreUnavailable, match="is locked by another process: stop whatever"):
        async with opened(path, busy_seconds=0.1):
            pass


async def test_opening_is_tried_again_where_sqlite_itself_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, calls = sqlite3.connect, 0

    def busy_at_first(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        nonlocal calls
        calls += 1
        if calls == 1:
            # So it does, seldom, when two processes turn a new file to WAL mode at once.
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return connect(*args, **kwargs)

    monkeypatch.setattr("bot.store.sqlite.sqlite3.connect", busy_at_first)
    async with opened(tmp_path / "x.db") as store:
        assert await store.keep_delivery(SOME)
    assert calls > 1


async def test_a_file_locked_too_long_fails_the_write_and_not_the_next(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    async with opened(path, busy_seconds=0.1) as store:
        with lock(path):
            with pytest.raises(StoreUnavailable, match="is locked by another process"):
                await store.keep_delivery(SOME)
            assert list(await store.waiting_deliveries()) == [], "readers wait for nobody"
        assert await store.keep_delivery(SOME)


LOCKER = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1], isolation_level=None)
raw.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
raw.execute("ROLLBACK")
"""


async def test_a_file_that_another_process_locks_refuses_rows_and_deliveries_and_loses_none(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.db"
    async with opened(path, busy_seconds=0.1) as store:
        lease = await begun(store)
        locker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", LOCKER, str(path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert locker.stdout is not None
        assert await locker.stdout.readline() == b"locked\n"
        refused = await asyncio.gather(
            store.append("r1", 1, [STEP], lease.fence),
            store.keep_delivery(SOME),
            store.renew(lease, 60),
            store.create_run(new_run("r2", number=8)),
            return_exceptions=True,
        )
        assert [type(each) for each in refused] == [StoreUnavailable] * 4
        assert len(await store.rows("r1")) == 1
        await locker.communicate(b"")
        await store.append("r1", 1, [STEP], lease.fence)
        assert await store.keep_delivery(SOME)
        assert len(await store.rows("r1")) == 2


async def test_a_file_locked_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    async with opened(path) as store:
        with lock(path):
            keeping = asyncio.create_task(store.keep_delivery(SOME))
            await asyncio.sleep(0.1)
            assert not keeping.done()
        assert await keeping


@contextlib.contextmanager
def lock(path: Path) -> Generator[None]:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        raw.execute("ROLLBACK")
        raw.close()


async def test_a_full_disk_fails_those_writes_only_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database = SqliteDatabase(path)
    store = SqlStore(database)
    await store.open()
    # SQLite's own limit stands in for that of the disk: it gives the same error.
    await database.write(lambda link: link.driver.cursor().execute("PRAGMA max_page_count = 40", ()))
    big = [NewDelivery(id=f"big{n}", event="push", payload=b"x" * 1_000_000) for n in range(3)]
    done = await asyncio.gather(*(store.keep_delivery(each) for each in big), return_exceptions=True)
    assert all(isinstance(each, StoreUnavailable) and "is full: make room" in each.sentence for each in done)
    assert await store.keep_delivery(SOME)
    assert list(await store.waiting_deliveries()) == ["d1"]
    await store.close()


async def test_two_processes_on_one_file_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    async with opened(path) as one, opened(path) as other:
        assert await one.keep_delivery(SOME)
        assert not await other.keep_delivery(SOME)
        await asyncio.gather(
            *(
                (one if n % 2 else other).keep_delivery(NewDelivery(id=f"n{n}", event="e", payload=b""))
                for n in range(200)
            )
        )
        assert len(await one.waiting_deliveries(limit=1000)) == 201


async def test_what_was_submitted_before_closing_is_still_written(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = SqlStore(SqliteDatabase(path))
    await store.open()
    keeping = asyncio.create_task(store.keep_delivery(SOME))
    await asyncio.sleep(0)
    await store.close()
    assert await keeping
    with pytest.raises(StoreUnavailable, match="not open"):
        await store.keep_delivery(SOME)
    async with opened(path) as again:
        assert not await again.keep_delivery(SOME)


WRITER = """
import asyncio, sys
from bot.store import store_at
from bot.store.port import NewDelivery

async def main():
    store = store_at("sqlite:///" + sys.argv[1])
    await store.open()

    async def keep(which):
        for n in range(100_000):
            await store.keep_delivery(NewDelivery(id=f"{which}-{n}", event="e", payload=b"x" * 500))
            print(f"{which}-{n}", flush=True)

    await asyncio.gather(*(keep(which) for which in range(8)))

asyncio.run(main())
"""


async def test_what_was_acknowledged_is_there_after_a_kill_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WRITER, str(path)), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    acknowledged = [(await child.stdout.readline()).decode().strip() for _ in range(300)]
    child.kill()
    rest = (await child.stdout.read()).decode()
    await child.wait()
    acknowledged += rest.split("\n")[:-1]
    async with opened(path) as store:
        kept = set(await store.waiting_deliveries(limit=1_000_000))
    assert set(acknowledged) <= kept
    assert len(kept) <= len(acknowledged) + 8


async def test_a_row_of_a_newer_release_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    async with opened(path) as store:
        trigger = Trigger(
            key="k",
            tenant=Tenant(repository="o/r"),
            actor=Actor(id=1, login="m"),
            workflow="fix",
            goal="g",
            issue=IssueSnapshot(number=1, title="t"),
        )
        started = RunStarted(workflow="fix", definition="d", release="9", input=None)
        await store.create_run(NewRun(id="r1", trigger=trigger, started=started))
        write(path, "INSERT INTO journal VALUES ('r1', 2, 0, '{\"kind\": \"step.dreamt\"}')")
        with pytest.raises(
            OperatorProblem, match=r"row 2 of run r1 \('step.dreamt'\) was written by a newer"
        ):
            await store.rows("r1")
        write(path, "UPDATE journal SET entry = '{\"kind' WHERE seq = 2")
        with pytest.raises(OperatorProblem, match="row 2 of run r1 is damaged: restore"):
            await store.rows("r1")


def write(path: Path, statement: str) -> None:
    raw = sqlite3.connect(path)
    with raw:
        raw.execute(statement)
    raw.close()


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "sqlite:///", "sqlite:relative.db", "nonsense"])
def test_what_is_no_store_says_how_to_write_one(url: str) -> None:
    with pytest.raises(OperatorProblem, match="give sqlite:///path") as caught:
        store_at(url)
    assert "secret" not in caught.value.sentence
