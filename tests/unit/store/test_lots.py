"""What is asked for in one turn is done as one, and each asker has an answer of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.store.lots import MOST_IN_A_LOT, Lots
from bot.store.port import NewDelivery, StoreUnavailable
from bot.store.queries import MOST_IN_A_STATEMENT
from bot.store.sql import SqlStore
from bot.store.sqlite import SqliteDatabase
from bot.store.statements import Link


class Doing:
    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.problem: Exception | None = None

    async def do(self, lot: Sequence[int]) -> Sequence[int]:
        self.lots.append(list(lot))
        await self.goes_on.wait()
        if self.problem is not None:
            raise self.problem
        return [each * 10 for each in lot]


async def test_who_asks_in_one_turn_shares_a_lot_and_has_an_answer_of_its_own() -> None:
    doing = Doing()
    lots = Lots(doing.do)
    assert await asyncio.gather(*(lots.ask(n) for n in range(5))) == [0, 10, 20, 30, 40]
    assert await lots.ask(7) == 70
    assert doing.lots == [[0, 1, 2, 3, 4], [7]]


async def test_a_lot_that_takes_long_holds_up_no_other() -> None:
    doing = Doing()
    lots = Lots(doing.do)
    doing.goes_on.clear()
    slow = lots.ask(1)
    while not doing.lots:
        await asyncio.sleep(0)
    stuck, doing.goes_on = doing.goes_on, asyncio.Event()
    doing.goes_on.set()
    assert await lots.ask(2) == 20
    assert not slow.done()
    stuck.set()
    assert await slow == 10


async def test_a_lot_does_not_grow_without_end() -> None:
    doing = Doing()
    lots = Lots(doing.do)
    await asyncio.gather(*(lots.ask(n) for n in range(MOST_IN_A_LOT + 1)))
    assert [len(each) for each in doing.lots] == [MOST_IN_A_LOT, 1]


async def test_a_lot_that_fails_fails_for_all_in_it_and_for_nobody_after() -> None:
    doing = Doing()
    lots = Lots(doing.do)
    doing.problem = StoreUnavailable("locked")
    said = await asyncio.gather(*(lots.ask(n) for n in range(3)), return_exceptions=True)
    assert said == [doing.problem] * 3
    doing.problem = None
    assert await lots.ask(4) == 40


async def test_who_no_longer_waits_takes_nothing_from_the_others() -> None:
    doing = Doing()
    lots = Lots(doing.do)
    gone, here = lots.ask(1), lots.ask(2)
    gone.cancel()
    assert await here == 20
    doing.problem = StoreUnavailable("locked")
    gone, here = lots.ask(1), lots.ask(2)
    gone.cancel()
    with pytest.raises(StoreUnavailable):
        await here


async def test_what_was_asked_before_the_end_is_done() -> None:
    doing = Doing()
    lots = Lots(doing.do)
    asked = [lots.ask(1), lots.ask(2)]
    await lots.finish()
    assert [each.done() for each in asked] == [True, True]
    await lots.finish()
    assert doing.lots == [[1, 2]]


async def test_deliveries_that_come_together_share_their_statements(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "x.db")
    store = SqlStore(database)
    await store.open()
    said: list[str] = []

    def watch(link: Link) -> None:
        assert isinstance(link.driver, sqlite3.Connection)
        link.driver.set_trace_callback(said.append)

    await database.write(watch)
    some = [NewDelivery(id=f"d{n}", event="push", payload=b"{}") for n in range(2 * MOST_IN_A_STATEMENT + 3)]
    assert all(await asyncio.gather(*(store.keep_delivery(each) for each in some)))
    # Eights, then a two and a one.
    assert sum("INSERT" in each for each in said) == 4
    assert list(await store.waiting_deliveries()) == [each.id for each in some]
    await store.close()


async def test_of_what_comes_together_only_what_is_new_is_new(tmp_path: Path) -> None:
    store = SqlStore(SqliteDatabase(tmp_path / "x.db"))
    await store.open()
    known, one, other = (NewDelivery(id=name, event="push", payload=b"{}") for name in ("k", "one", "other"))
    assert await store.keep_delivery(known)
    lot = [one, known, other, one]
    assert await asyncio.gather(*map(store.keep_delivery, lot)) == [True, False, True, False]
    await store.close()
