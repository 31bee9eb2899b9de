"""The pool: what is wanted is there beforehand, one is made at a time, and nothing is kept for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bot.sandboxes.docker.pool import Pace, Pool
from workflows.errors import SandboxBroken


@dataclass
class Maker:
    """Makes names, and keeps the books."""

    made: list[str] = field(default_factory=list[str])
    gone: list[str] = field(default_factory=list[str])
    at_once: int = 0
    most_at_once: int = 0
    fails: bool = False
    may: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def make(self, kind: str) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.may.wait()
        self.at_once -= 1
        self.made.append(f"{kind}-{len(self.made)}")
        self.changed.set()
        if self.fails:
            raise SandboxBroken("not today")
        return self.made[-1]

    async def discard(self, one: str) -> None:
        self.gone.append(one)
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()
        # What was made is put in its place right after.
        await asyncio.sleep(0)


@pytest.fixture
def maker() -> Maker:
    made = Maker()
    made.may.set()
    return made


@pytest.fixture
async def pool(maker: Maker) -> AsyncIterator[Pool[str, str]]:
    pool = Pool[str, str](2, maker.make, maker.discard)
    yield pool
    await pool.close()


async def test_what_is_wanted_is_made_until_there_is_enough(maker: Maker, pool: Pool[str, str]) -> None:
    assert pool.take("a") is None
    pool.want("a")
    await maker.until(lambda: len(maker.made) == 2)
    assert (pool.ready, maker.made) == (2, ["a-0", "a-1"])


async def test_what_was_taken_is_the_taker_s_and_another_is_made_when_it_is_wanted(
    maker: Maker, pool: Pool[str, str]
) -> None:
    pool.want("a")
    await maker.until(lambda: len(maker.made) == 2)
    assert pool.take("a") == "a-0"
    pool.want("a")
    await maker.until(lambda: len(maker.made) == 3)
    assert [pool.take("a"), pool.take("a"), pool.take("a")] == ["a-1", "a-2", None]


async def test_one_is_made_at_a_time_and_what_was_asked_for_last_comes_first(
    maker: Maker, pool: Pool[str, str]
) -> None:
    maker.may.clear()
    for kind in "abc":
        pool.want(kind)
    maker.may.set()
    await maker.until(lambda: len(maker.made) == 6)
    assert maker.most_at_once == 1
    assert [one[0] for one in maker.made] == ["c", "c", "b", "b", "a", "a"]


async def test_of_many_kinds_only_the_latest_are_kept(maker: Maker) -> None:
    pool = Pool[str, str](1, maker.make, maker.discard, Pace(kinds=2))
    for number, kind in enumerate("abc", 1):
        pool.want(kind)
        await maker.until(lambda number=number: len(maker.made) == number)
    await maker.until(lambda: bool(maker.gone))
    assert maker.gone == ["a-0"]
    await pool.close()


async def test_what_nobody_asks_for_goes_away_and_is_not_made_again(maker: Maker) -> None:
    pool = Pool[str, str](1, maker.make, maker.discard, Pace(idle_seconds=0.05))
    pool.want("a")
    await maker.until(lambda: bool(maker.gone))
    assert (maker.made, maker.gone, pool.ready) == (["a-0"], ["a-0"], 0)
    pool.want("a")
    await maker.until(lambda: len(maker.made) == 2)
    await pool.close()


async def test_a_kind_that_cannot_be_made_is_left_alone_until_it_is_wanted_again(maker: Maker) -> None:
    pool = Pool[str, str](1, maker.make, maker.discard, Pace(rest_seconds=0.0))
    maker.fails = True
    pool.want("a")
    await maker.until(lambda: len(maker.made) == 1)
    maker.fails = False
    pool.want("b")
    await maker.until(lambda: len(maker.made) == 2)
    assert maker.made == ["a-0", "b-1"]
    pool.want("a")
    await maker.until(lambda: len(maker.made) == 3)
    assert pool.take("a") == "a-2"
    await pool.close()


async def test_closing_leaves_nothing_and_waits_for_none_that_is_being_made(maker: Maker) -> None:
    pool = Pool[str, str](2, maker.make, maker.discard)
    pool.want("a")
    await maker.until(lambda: len(maker.made) == 2)
    maker.may.clear()
    pool.want("b")
    while not maker.at_once:
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await pool.close()
    assert (sorted(maker.gone), pool.ready) == (["a-0", "a-1"], 0)


async def test_a_pool_of_none_makes_none(maker: Maker) -> None:
    pool = Pool[str, str](0, maker.make, maker.discard)
    pool.want("a")
    await asyncio.sleep(0)
    assert (maker.made, maker.at_once, pool.take("a")) == ([], 0, None)
    await pool.close()
