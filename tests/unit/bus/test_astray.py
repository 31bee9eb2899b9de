"""A broker whose files were lost or put back, under a bus that is open and one that opens afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from nats.js.api import ConsumerConfig, ConsumerInfo, RetentionPolicy, SequenceInfo, StreamConfig

from bot.bus import astray
from bot.bus.embedded import EmbeddedBus
from bot.bus.nats import NatsBus
from bot.bus.port import Bus, BusUnavailable, Topic
from bot.bus.streams import STREAM
from tests.services.nats import PrivateNats
from tests.unit.bus.opened import jetstream, opened

T = TypeVar("T")

SOON = 15.0
LOOK_SECONDS = 0.3
FILES = Path("jetstream", "$G", "streams", STREAM)
LEFT = ["left 1", "left 2"]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.bus.nats.LOOK_SECONDS", LOOK_SECONDS)
    monkeypatch.setattr("bot.bus.nats.SECOND_LOOK_SECONDS", LOOK_SECONDS)


async def soon(messages: AsyncIterator[T]) -> T:
    async with asyncio.timeout(SOON):
        return await anext(messages)


async def done(bus: Bus, *items: str) -> None:
    messages = bus.receive(Topic.RUNS)
    for item in items:
        await bus.announce(Topic.RUNS, item)
    for _ in items:
        await (await soon(messages)).ack()


async def announced(bus: Bus, item: str) -> None:
    async with asyncio.timeout(SOON):
        while True:
            with contextlib.suppress(BusUnavailable):
                await bus.announce(Topic.RUNS, item)
                return
            await asyncio.sleep(0.05)


async def restore_an_older_queue(server: PrivateNats, tmp_path: Path) -> None:
    """Messages as they were before two were done, and the consumer's memory of having done them."""
    async with opened(NatsBus(server.url)) as bus:
        await done(bus, "r1", "r2")
        for item in LEFT:
            await bus.announce(Topic.RUNS, item)
    server.stop(signal.SIGTERM)
    shutil.copytree(server.store / FILES / "msgs", tmp_path / "backup")
    server.start()
    async with opened(NatsBus(server.url)) as bus:
        messages = bus.receive(Topic.RUNS)
        for _ in LEFT:
            await (await soon(messages)).ack()
        await done(bus, *(f"r{n}" for n in range(3, 9)))
    server.stop(signal.SIGTERM)
    shutil.rmtree(server.store / FILES / "msgs")
    shutil.copytree(tmp_path / "backup", server.store / FILES / "msgs")
    server.start()


class Blind:
    suspects = False

    async def astray(self, _: object) -> list[object]:
        return []


async def test_what_a_restored_queue_holds_is_never_delivered_by_the_server_alone(
    nats_server: PrivateNats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await restore_an_older_queue(nats_server, tmp_path)
    # Nobody looks: this is the fault that the next test sees mended.
    bus = NatsBus(nats_server.url)
    monkeypatch.setattr(bus, "_watch", Blind())
    async with opened(bus):
        assert "2 waiting" in await bus.check()
        await bus.announce(Topic.RUNS, "new")
        messages = bus.receive(Topic.RUNS)
        message = await soon(messages)
        assert message.id == "new"
        await message.ack()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS * 5):
                await anext(messages)


@pytest.mark.usefixtures("often")
async def test_what_a_restored_queue_holds_is_delivered(
    nats_server: PrivateNats, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await restore_an_older_queue(nats_server, tmp_path)
    async with opened(NatsBus(nats_server.url)) as bus:
        messages = bus.receive(Topic.RUNS)
        for item in LEFT:
            message = await soon(messages)
            assert message.id == item
            await message.ack()
        await done(bus, "new")
        assert "lost its place in runs" in caplog.text
        caplog.clear()
        await asyncio.sleep(LOOK_SECONDS * 4)
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_what_a_restored_queue_holds_is_delivered_soon_after_opening(
    nats_server: PrivateNats, tmp_path: Path
) -> None:
    await restore_an_older_queue(nats_server, tmp_path)
    async with opened(NatsBus(nats_server.url)) as bus:
        async with asyncio.timeout(8):
            assert (await anext(bus.receive(Topic.RUNS))).id == LEFT[0]


async def test_what_a_server_restored_under_an_open_bus_holds_is_delivered_soon(
    nats_server: PrivateNats, tmp_path: Path
) -> None:
    async with opened(NatsBus(nats_server.url)) as bus:
        await restore_an_older_queue(nats_server, tmp_path)
        async with asyncio.timeout(12):
            assert (await anext(bus.receive(Topic.RUNS))).id == LEFT[0]


@pytest.mark.usefixtures("often")
async def test_a_receiver_of_another_process_goes_on_when_a_place_was_made_anew(
    nats_server: PrivateNats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await restore_an_older_queue(nats_server, tmp_path)
    blind = NatsBus(nats_server.url)
    monkeypatch.setattr(blind, "_watch", Blind())
    async with opened(blind):
        waiting = asyncio.create_task(soon(blind.receive(Topic.RUNS)))
        await asyncio.sleep(0.05)
        async with opened(NatsBus(nats_server.url)):
            assert (await waiting).id == LEFT[0]


@pytest.mark.usefixtures("often")
async def test_a_stream_that_keeps_what_is_done_gives_no_reason_to_deliver_it_again(
    nats_server: PrivateNats, caplog: pytest.LogCaptureFixture
) -> None:
    async with jetstream(nats_server.url) as js:
        await js.add_stream(
            StreamConfig(name=STREAM, subjects=["redfirst.runs"], retention=RetentionPolicy.LIMITS)
        )
    async with opened(NatsBus(nats_server.url)) as bus:
        await done(bus, "r1", "r2")
        await asyncio.sleep(LOOK_SECONDS * 4)
        assert "lost its place" not in caplog.text


async def test_a_consumer_that_is_ahead_of_its_stream_is_found_at_the_first_look(
    nats_server: PrivateNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers before 2.10 leave it so; newer ones cannot be brought to it, so this is what they would say."""

    class Ahead:
        def __init__(self, js: object) -> None:
            self._js = js

        def __getattr__(self, name: str) -> object:
            return getattr(self._js, name)

        async def consumer_info(self, stream: str, consumer: str) -> ConsumerInfo:
            return ConsumerInfo(
                name=consumer,
                stream_name=stream,
                config=ConsumerConfig(),
                created=datetime.now(UTC),
                delivered=SequenceInfo(consumer_seq=20, stream_seq=20 if consumer == "runs" else 0),
                ack_floor=SequenceInfo(consumer_seq=0, stream_seq=0),
            )

    async with opened(NatsBus(nats_server.url)) as bus, jetstream(nats_server.url) as js:
        await bus.announce(Topic.RUNS, "r1")
        found = await astray.Watch().astray(Ahead(js))  # pyright: ignore[reportArgumentType]
        assert [place.consumer for place in found] == ["runs"]


async def test_a_broker_that_was_killed_and_lost_its_files_is_set_up_again_under_open_buses(
    nats_server: PrivateNats,
) -> None:
    async with opened(NatsBus(nats_server.url)) as saying, opened(NatsBus(nats_server.url)) as hearing:
        await saying.announce(Topic.RUNS, "lost with the files")
        waiting = asyncio.create_task(soon(hearing.receive(Topic.DELIVERIES)))
        await asyncio.sleep(0.05)
        nats_server.stop(signal.SIGKILL)
        shutil.rmtree(nats_server.store)
        nats_server.start()
        async with asyncio.timeout(SOON):
            while not waiting.done():
                with contextlib.suppress(BusUnavailable):
                    await saying.announce(Topic.DELIVERIES, "d1")
                await asyncio.sleep(0.05)
        assert (await waiting).id == "d1"
        await announced(saying, "r1")
        await announced(hearing, "r2")
        assert {(await soon(bus.receive(Topic.RUNS))).id for bus in (saying, hearing)} == {"r1", "r2"}


async def test_the_private_server_that_was_killed_and_lost_its_files_is_set_up_again(tmp_path: Path) -> None:
    bus = EmbeddedBus(tmp_path)
    await bus.open()
    await bus.announce(Topic.RUNS, "lost with the files")
    waiting = asyncio.create_task(soon(bus.receive(Topic.DELIVERIES)))
    await asyncio.sleep(0.05)
    assert bus.server is not None
    assert bus.server.pid is not None
    # It has them open still: they are gone when it starts again, which it does at once.
    shutil.rmtree(tmp_path / "bus" / "jetstream")
    os.kill(bus.server.pid, signal.SIGKILL)
    async with asyncio.timeout(SOON):
        while not waiting.done():
            with contextlib.suppress(BusUnavailable):
                await bus.announce(Topic.DELIVERIES, "d1")
            await asyncio.sleep(0.05)
    assert (await waiting).id == "d1"
    await announced(bus, "r1")
    assert (await soon(bus.receive(Topic.RUNS))).id == "r1"
    await bus.close()
