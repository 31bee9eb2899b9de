"""Announcements go beside the requests: in order, many at once, and never without end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import pytest

from bot.bus.port import BusUnavailable
from bot.web import herald
from bot.web.herald import Herald
from tests.services.until import until


class Bus:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.hangs = asyncio.Event()
        self.hangs.set()
        self.problem: Exception | None = None
        self.now: Sequence[str] = ()
        self.times = 0

    async def announce(self, *deliveries: str) -> None:
        self.now = deliveries
        self.times += 1
        try:
            await self.hangs.wait()
            if self.problem is not None:
                raise self.problem
            self.heard += deliveries
        finally:
            self.now = ()


async def test_what_is_told_is_announced() -> None:
    bus = Bus()
    teller = Herald(bus.announce)
    for number in range(300):
        teller.tell(str(number))
    await until(lambda: len(bus.heard) == 300)
    assert bus.heard == [str(number) for number in range(300)]
    assert bus.times == 2


async def test_a_bus_that_hangs_is_not_waited_for_and_what_waits_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(herald, "MOST_WAITING", 10)
    bus = Bus()
    bus.hangs.clear()
    teller = Herald(bus.announce)
    teller.tell("first")
    await until(lambda: bus.now == ("first",))
    for number in range(15):
        teller.tell(str(number))
    assert teller.untold == 5
    bus.hangs.set()
    await until(lambda: len(bus.heard) == 11)


async def test_a_bus_that_never_answers_is_given_up_with_all_that_waited_for_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(herald, "SECONDS", 0.05)
    monkeypatch.setattr(herald, "AT_ONCE", 2)
    bus = Bus()
    bus.hangs.clear()
    teller = Herald(bus.announce)
    with caplog.at_level(logging.WARNING):
        for number in range(7):
            teller.tell(str(number))
        await until(lambda: teller.untold == 7)
    (said,) = caplog.messages
    assert said == "7 deliveries not announced, the sweep will find them: the bus does not answer"
    bus.hangs.set()
    teller.tell("later")
    await until(lambda: bus.heard == ["later"])


async def test_a_bus_that_is_away_is_told_about_once_and_tried_again_with_the_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus = Bus()
    bus.problem = BusUnavailable("NATS is not connected")
    teller = Herald(bus.announce)
    with caplog.at_level(logging.WARNING):
        for number in range(100):
            teller.tell(str(number))
        await until(lambda: teller.untold == 100)
    (said,) = caplog.messages
    assert "NATS is not connected" in said
    bus.problem = None
    teller.tell("later")
    await until(lambda: bus.heard == ["later"])
