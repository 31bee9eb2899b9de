"""What NATS will not deliver any more, and what is left of it there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator

import pytest

from bot.bus import givenup
from bot.bus.nats import NatsBus
from bot.bus.port import GivenUp, Topic
from bot.bus.rules import MAX_DELIVERIES
from bot.bus.streams import DEAD, NOTES, STREAM
from tests.unit.bus.opened import jetstream, opened

SOON = 10.0


@contextlib.asynccontextmanager
async def poisoned(url: str) -> AsyncGenerator[NatsBus]:
    """A bus with one message that was delivered too often, and its note."""
    async with opened(NatsBus(url, ack_seconds=0.3)) as bus:
        await bus.announce(Topic.RUNS, "poison")
        messages = bus.receive(Topic.RUNS)
        for _ in range(MAX_DELIVERIES):
            await (await anext(messages)).again(0)
        noticing = asyncio.ensure_future(anext(messages))
        await comes_to(bus, "1 waiting, 1 given up")
        noticing.cancel()
        await asyncio.gather(noticing, return_exceptions=True)
        yield bus


async def comes_to(bus: NatsBus, said: str) -> None:
    async with asyncio.timeout(SOON):
        while said not in await bus.check():
            await asyncio.sleep(0.02)


async def first(bus: NatsBus) -> GivenUp:
    async with asyncio.timeout(SOON):
        return await anext(bus.given_up())


async def test_nothing_is_left_of_what_was_acked(nats_url: str) -> None:
    async with poisoned(nats_url) as bus:
        given_up = await first(bus)
        assert "1 waiting, 1 given up" in await bus.check()
        await given_up.ack()
        assert "0 waiting, 0 given up" in await bus.check()


async def test_a_note_whose_message_is_gone_goes_without_a_word(
    nats_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with poisoned(nats_url) as bus:
        async with jetstream(nats_url) as js:
            await js.purge_stream(STREAM)
        waiting = asyncio.create_task(first(bus))
        await comes_to(bus, "0 waiting, 0 given up")
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert caplog.messages == []


async def test_a_note_that_cannot_be_read_goes_without_a_word(nats_url: str) -> None:
    async with opened(NatsBus(nats_url)) as bus:
        async with jetstream(nats_url) as js:
            await js.publish(NOTES.replace("*", "runs"), b"not ours")
            assert (await js.stream_info(DEAD)).state.messages == 1
        waiting = asyncio.create_task(first(bus))
        await comes_to(bus, "0 given up")
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_while_the_message_cannot_be_had_its_note_comes_again(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up, failed = givenup.look_up, asyncio.Event()

    async def busy(*of: object) -> object:
        if not failed.is_set():
            failed.set()
            raise TimeoutError
        return await look_up(*of)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(givenup, "look_up", busy)
    async with poisoned(nats_url) as bus:
        assert (await first(bus)).id == "poison"
        assert failed.is_set()


async def test_who_stops_while_a_message_is_looked_up_is_stopped(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up, begun = givenup.look_up, asyncio.Event()

    async def seen(*of: object) -> object:
        begun.set()
        return await look_up(*of)  # pyright: ignore[reportArgumentType]

    async def bury(bus: NatsBus) -> None:
        async for _ in bus.given_up():
            pass

    monkeypatch.setattr(givenup, "look_up", seen)
    async with poisoned(nats_url) as bus:
        for turns in range(12):
            begun.clear()
            burying = asyncio.create_task(bury(bus))
            await begun.wait()
            for _ in range(turns):
                await asyncio.sleep(0)
            burying.cancel()
            await asyncio.wait([burying], timeout=SOON)
            assert burying.cancelled()
