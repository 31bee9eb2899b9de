"""The bus over somebody's NATS: what it sets up there, what it leaves alone, and what it says."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

from bot.bus.connecting import leave
from bot.bus.nats import NatsBus
from bot.bus.port import BusUnavailable, Topic
from bot.bus.server import NatsServer, find
from bot.bus.streams import STREAM
from tests.services.until import until
from tests.unit.bus.opened import jetstream, opened


async def first(bus: NatsBus) -> str:
    return (await anext(bus.receive(Topic.RUNS))).id


async def test_a_full_queue_refuses_what_is_new_and_drops_nothing(nats_url: str) -> None:
    async with opened(NatsBus(nats_url)), jetstream(nats_url) as js:
        config = (await js.stream_info(STREAM)).config
    assert config.discard == DiscardPolicy.NEW
    assert config.retention == RetentionPolicy.WORK_QUEUE
    assert config.storage == StorageType.FILE
    assert config.subjects == ["redfirst.deliveries", "redfirst.runs"]


async def test_settings_of_an_older_release_are_mended_and_the_operators_are_left_alone(
    nats_url: str,
) -> None:
    async with jetstream(nats_url) as js:
        await js.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=["redfirst.deliveries"],
                retention=RetentionPolicy.WORK_QUEUE,
                discard=DiscardPolicy.OLD,
                max_bytes=12345678,
                description="ours, says the operator",
            )
        )
        async with opened(NatsBus(nats_url)) as bus:
            await bus.announce(Topic.RUNS, "r1")
        config = (await js.stream_info(STREAM)).config
    assert config.discard == DiscardPolicy.NEW
    assert config.subjects == ["redfirst.deliveries", "redfirst.runs"]
    assert (config.max_bytes, config.description) == (12345678, "ours, says the operator")


async def test_opening_twice_changes_nothing(nats_url: str) -> None:
    async with opened(NatsBus(nats_url)) as bus:
        await bus.announce(Topic.RUNS, "r1")
        async with opened(NatsBus(nats_url)) as other:
            assert "1 waiting" in await other.check()


async def test_a_server_that_is_not_there_says_where_and_what_to_do_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        began = time.monotonic()
        bus = NatsBus(f"nats://me:s3cret@127.0.0.1:{port}")
        with pytest.raises(BusUnavailable) as caught:
            await bus.open()
    assert f"NATS at 127.0.0.1:{port} cannot be reached" in caught.value.sentence
    assert "start it, or correct its URL" in caught.value.sentence
    assert "s3cret" not in caught.value.sentence + caplog.text
    assert "Traceback" not in caplog.text
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("url", ["nats://me:s3cret@host:port", "nats://me:s3cret@[::1", " , "])
def test_a_url_that_cannot_be_read_says_how_to_write_one_and_is_not_shown(url: str) -> None:
    with pytest.raises(BusUnavailable, match="cannot be read: write it as nats://") as caught:
        NatsBus(url)
    assert "s3cret" not in caught.value.sentence


async def test_a_password_is_not_shown_where_the_url_has_no_scheme() -> None:
    with pytest.raises(BusUnavailable, match=r"NATS at 127\.0\.0\.1:1 cannot be reached") as caught:
        await NatsBus("me:s3cret@127.0.0.1:1").open()
    assert "s3cret" not in caught.value.sentence


async def test_opening_can_be_given_up_at_any_moment(nats_url: str) -> None:
    for turns in range(12):
        opening = asyncio.create_task(NatsBus(nats_url).open())
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening


async def test_leaving_before_anything_began_is_fine() -> None:
    await leave(Client())


async def test_one_server_of_a_cluster_is_enough(nats_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        absent = f"nats://127.0.0.1:{taken.getsockname()[1]}"
        # The client tries them in an order of its own.
        for _ in range(3):
            async with opened(NatsBus(f"{absent}, {nats_url}, {absent}, {absent}")) as bus:
                await bus.announce(Topic.RUNS, "r1")


async def test_wrong_credentials_say_so_and_are_not_shown(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    url = await server.start()
    with pytest.raises(BusUnavailable, match="refused the credentials: correct its URL") as caught:
        await NatsBus(url.replace("//", "//s3cret@")).open()
    assert "s3cret" not in caught.value.sentence
    await server.stop()


async def test_a_server_without_jetstream_says_what_to_enable(tmp_path: Path) -> None:
    plain = tmp_path / "nats-server"
    plain.write_text(f'#!/bin/sh\nsed -i "/jetstream/d" "$2"\nexec {find(None)} "$@"\n')
    plain.chmod(0o755)
    server = NatsServer(tmp_path / "bus", str(plain))
    url = await server.start()
    with pytest.raises(BusUnavailable, match="nats-server -js"):
        await NatsBus(url, token=server.secret).open()
    await server.stop()


async def test_while_the_server_is_away_it_says_so_and_then_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server = NatsServer(tmp_path)
    url = await server.start()
    async with opened(NatsBus(url, token=server.secret)) as bus:
        got: list[str] = []

        async def receive() -> None:
            async for message in bus.receive(Topic.RUNS):
                got.append(message.id)
                await message.ack()

        receiver = asyncio.create_task(receive())
        await server.stop()
        began = time.monotonic()
        with pytest.raises(BusUnavailable):
            await bus.announce(Topic.RUNS, "r1")
        assert time.monotonic() - began < 3
        with pytest.raises(BusUnavailable):
            await bus.check()
        await server.start()
        async with asyncio.timeout(15):
            while not got:
                with contextlib.suppress(BusUnavailable):
                    await bus.announce(Topic.RUNS, "r2")
                await asyncio.sleep(0.05)
        receiver.cancel()
        await asyncio.gather(receiver, return_exceptions=True)
    await server.stop()
    assert "Traceback" not in caplog.text
    assert len([line for line in caplog.messages if "NATS" in line]) < 6


async def test_a_connection_that_the_server_ends_for_good_is_made_anew(nats_url: str) -> None:
    async with opened(NatsBus(nats_url)) as bus:
        receiving = asyncio.create_task(first(bus))
        await asyncio.sleep(0.05)
        client = bus._client  # pyright: ignore[reportPrivateUsage] - the server cannot be made to do it
        assert client is not None
        await client.close()
        async with asyncio.timeout(15):
            while not receiving.done():
                with contextlib.suppress(BusUnavailable):
                    await bus.announce(Topic.RUNS, "r1")
                await asyncio.sleep(0.05)
        assert await receiving == "r1"


async def test_streams_that_somebody_removed_are_made_again(nats_url: str) -> None:
    async with opened(NatsBus(nats_url)) as bus:
        receiving = asyncio.create_task(first(bus))
        await asyncio.sleep(0.05)
        async with jetstream(nats_url) as js:
            await js.delete_stream(STREAM)
        async with asyncio.timeout(15):
            while not receiving.done():
                with contextlib.suppress(BusUnavailable):
                    await bus.announce(Topic.RUNS, "r1")
                await asyncio.sleep(0.05)
        assert await receiving == "r1"


async def test_streams_that_somebody_removed_are_made_again_while_nobody_has_anything_to_say(
    nats_url: str,
) -> None:
    async with opened(NatsBus(nats_url)) as bus, jetstream(nats_url) as js:
        receiving = asyncio.create_task(first(bus))
        await asyncio.sleep(0.05)
        await js.delete_stream(STREAM)
        async with asyncio.timeout(5):
            while STREAM not in [stream.config.name for stream in await js.streams_info()]:
                await asyncio.sleep(0.05)
        await bus.announce(Topic.RUNS, "r1")
        async with asyncio.timeout(5):
            assert await receiving == "r1"


async def test_who_waits_longer_than_the_server_keeps_a_request_is_not_forgotten(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bus.pull.EXPIRES", 0.1)
    async with opened(NatsBus(nats_url)) as bus:
        receiving = asyncio.create_task(first(bus))
        await asyncio.sleep(0.5)
        await bus.announce(Topic.RUNS, "r1")
        async with asyncio.timeout(5):
            assert await receiving == "r1"


async def test_closing_is_prompt_at_any_moment_of_mending(nats_url: str) -> None:
    for turns in range(60):
        bus = NatsBus(nats_url)
        await bus.open()
        bus._wake.set()  # pyright: ignore[reportPrivateUsage] - as when a hint was refused
        for _ in range(turns):
            await asyncio.sleep(0.0001)
        began = time.monotonic()
        await bus.close()
        assert time.monotonic() - began < 5


async def test_closing_is_prompt_with_a_server_that_is_gone(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    url = await server.start()
    bus = NatsBus(url, token=server.secret)
    await bus.open()
    await bus.announce(Topic.RUNS, "r1")
    await first(bus)
    await server.stop()
    await until(lambda: bus._client is None or not bus._client.is_connected)  # pyright: ignore[reportPrivateUsage]
    async with asyncio.timeout(5):
        await bus.close()
