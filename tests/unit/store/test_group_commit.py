"""Writers that come together share a commit, and share nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from bot.store.sqlite import SqliteDatabase
from bot.store.statements import Link


class Wrong(Exception):
    pass


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[SqliteDatabase]:
    made = SqliteDatabase(tmp_path / "x.db")
    await made.open()
    await made.write(lambda link: run(link, "CREATE TABLE t (n INTEGER PRIMARY KEY)"))
    yield made
    await made.close()


def run(link: Link, statement: str, *values: int) -> list[tuple[int, ...]]:
    cursor = link.driver.cursor()
    cursor.execute(statement, values)
    return cursor.fetchall()


async def numbers(database: SqliteDatabase) -> list[int]:
    return [n for (n,) in await database.read(lambda link: run(link, "SELECT n FROM t ORDER BY n"))]


async def test_writes_that_come_together_share_a_commit(database: SqliteDatabase) -> None:
    said = await watched(database)
    await asyncio.gather(*(database.write(insert(n)) for n in range(100)))
    assert len(await numbers(database)) == 100
    assert said.count("COMMIT") <= 5
    assert not any("SAVEPOINT" in each for each in said), "what nobody needs costs everybody"


async def watched(database: SqliteDatabase) -> list[str]:
    """What is said to SQLite from now on."""
    said: list[str] = []

    def watch(link: Link) -> None:
        raw = link.driver
        assert isinstance(raw, sqlite3.Connection)
        raw.set_trace_callback(said.append)

    await database.write(watch)
    said.clear()
    return said


def insert(n: int, problem: Exception | None = None) -> Callable[[Link], int]:
    def change(link: Link) -> int:
        run(link, "INSERT INTO t VALUES (?)", n)
        if problem is not None:
            raise problem
        return n

    return change


async def test_a_function_that_fails_leaves_nothing_and_its_neighbours_stay(database: SqliteDatabase) -> None:
    done = await asyncio.gather(
        *(database.write(insert(n, Wrong(str(n)) if n % 3 == 0 else None)) for n in range(30)),
        return_exceptions=True,
    )
    assert [isinstance(each, Wrong) for each in done] == [n % 3 == 0 for n in range(30)]
    assert await numbers(database) == [n for n in range(30) if n % 3]


async def test_neighbours_of_one_that_fails_still_share_a_commit(database: SqliteDatabase) -> None:
    said = await watched(database)
    await asyncio.gather(
        *(database.write(insert(n, Wrong() if n == 50 else None)) for n in range(100)), return_exceptions=True
    )
    assert await numbers(database) == [n for n in range(100) if n != 50]
    assert said.count("COMMIT") <= 5


async def test_a_statement_that_fails_leaves_nothing_and_its_neighbours_stay(
    database: SqliteDatabase,
) -> None:
    await database.write(insert(5))
    done = await asyncio.gather(*(database.write(insert(n)) for n in range(10)), return_exceptions=True)
    assert [isinstance(each, sqlite3.IntegrityError) for each in done] == [n == 5 for n in range(10)]
    assert await numbers(database) == list(range(10))


async def test_one_that_fails_alone_leaves_nothing(database: SqliteDatabase) -> None:
    with pytest.raises(Wrong):
        await database.write(insert(1, Wrong()))
    assert await numbers(database) == []
    await database.write(insert(1))


async def test_each_gets_its_own_answer(database: SqliteDatabase) -> None:
    assert await asyncio.gather(*(database.write(insert(n)) for n in range(50))) == list(range(50))


async def test_who_is_cancelled_while_waiting_disturbs_nobody(database: SqliteDatabase) -> None:
    tasks = [asyncio.create_task(database.write(insert(n))) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert done[1::2] == list(range(20))[1::2]
    assert set(range(20)[1::2]) <= set(await numbers(database))


async def test_who_is_cancelled_while_it_is_written_disturbs_nobody(database: SqliteDatabase) -> None:
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(link: Link) -> int:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        return insert(1)(link)

    leaving = asyncio.create_task(database.write(slow))
    staying = asyncio.create_task(database.write(insert(2)))
    await begun.wait()
    leaving.cancel()
    await asyncio.sleep(0)
    go_on.set()
    async with asyncio.timeout(5):
        assert await staying == 2
    assert await numbers(database) == [1, 2]
