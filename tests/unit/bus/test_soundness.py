"""What the settings of a real server may cost: it is said, mended, or refused with what to do."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import time
from collections.abc import AsyncGenerator, Callable
from urllib.parse import urlsplit

import pytest
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

from bot.bus import streams
from bot.bus.nats import NatsBus
from bot.bus.port import BusUnavailable, Topic
from bot.bus.streams import STREAM
from bot.checkup import check_up
from bot.settings import load
from bot.wiring import bus_of
from tests.services.nats import JETSTREAM, PrivateNats
from tests.unit.bus.opened import jetstream, opened

StartNats = Callable[..., PrivateNats]

SUBJECTS = ["redfirst.deliveries", "redfirst.runs"]


def account(jetstream: str, more: str = "") -> str:
    return f"""{JETSTREAM}
        accounts {{ A {{ {jetstream}, users = [{{ user: us, password: us }}] }} }}
        no_auth_user: us
        {more}"""


def telling(sync: str) -> str:
    """An operator who lets our account ask what only the system's account may."""
    return f"""jetstream {{ store_dir: %(store)s, {sync} }}
        accounts {{
            A {{
                jetstream: enabled, users = [{{ user: us, password: us }}]
                imports = [{{ service: {{ account: SYS, subject: "$SYS.REQ.SERVER.PING.JSZ" }} }}]
            }}
            SYS {{
                users = [{{ user: sys, password: sys }}]
                exports = [{{ service: "$SYS.REQ.SERVER.PING.JSZ", accounts: [A] }}]
            }}
        }}
        system_account: SYS
        no_auth_user: us"""


async def worries(url: str) -> list[str]:
    async with opened(NatsBus(url)) as bus:
        return list(await bus.worries())


@contextlib.asynccontextmanager
async def of_another_version(url: str, version: str) -> AsyncGenerator[str]:
    """The same server, which says that it is older."""
    at = urlsplit(url)
    busy: set[asyncio.Task[None] | None] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(re.sub(rb'"version":"[^"]+"', f'"version":"{version}"'.encode(), data))
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        busy.add(asyncio.current_task())
        from_server, to_server = await asyncio.open_connection(at.hostname, at.port)
        await asyncio.gather(pump(reader, to_server), pump(from_server, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.gather(*filter(None, busy))


async def announce_many(bus: NatsBus) -> None:
    for _ in range(100):
        await bus.announce(Topic.RUNS, "r" * 50)


async def test_a_server_at_its_defaults_is_no_reason_to_worry(nats_url: str) -> None:
    assert await worries(nats_url) == []


async def test_a_queue_in_memory_is_said_and_works(nats_url: str) -> None:
    async with jetstream(nats_url) as js:
        await js.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=SUBJECTS,
                storage=StorageType.MEMORY,
                retention=RetentionPolicy.WORK_QUEUE,
            )
        )
    async with opened(NatsBus(nats_url)) as bus:
        [said] = await bus.worries()
        await bus.announce(Topic.RUNS, "r1")
    assert said.startswith("REDFIRST is kept in memory: what waits is lost when NATS restarts")
    assert "nats stream rm REDFIRST" in said


async def test_a_queue_that_was_asked_for_in_memory_is_no_reason_to_worry(nats_url: str) -> None:
    async with opened(NatsBus(nats_url, in_memory=True)) as bus:
        assert await bus.worries() == []


async def test_a_stream_that_is_no_work_queue_is_said_and_works(nats_url: str) -> None:
    async with jetstream(nats_url) as js:
        await js.add_stream(StreamConfig(name=STREAM, subjects=SUBJECTS, discard=DiscardPolicy.OLD))
        async with opened(NatsBus(nats_url)) as bus:
            [said] = await bus.worries()
            await bus.announce(Topic.RUNS, "r1")
            await (await anext(bus.receive(Topic.RUNS))).ack()
        assert (await js.stream_info(STREAM)).config.discard == DiscardPolicy.NEW
    assert said.startswith("REDFIRST is not a work queue")


async def test_settings_that_refuse_or_swallow_hints_are_mended(nats_url: str) -> None:
    async with jetstream(nats_url) as js:
        await js.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=SUBJECTS,
                retention=RetentionPolicy.WORK_QUEUE,
                no_ack=True,
                max_msgs=3,
                max_msgs_per_subject=1,
                max_msg_size=2,
                duplicate_window=0.5,
                max_age=60,
            )
        )
        async with opened(NatsBus(nats_url)) as bus:
            for n in range(5):
                await bus.announce(Topic.RUNS, f"run {n}")
            assert "5 waiting" in await bus.check()
            assert await bus.worries() == []


async def test_a_consumer_of_another_kind_under_our_name_is_replaced(nats_url: str) -> None:
    async with opened(NatsBus(nats_url)), jetstream(nats_url) as js:
        await js.delete_consumer(STREAM, "runs")
        await js.add_consumer(
            STREAM, durable_name="runs", filter_subject="redfirst.runs", deliver_subject="elsewhere"
        )
    async with opened(NatsBus(nats_url)) as bus:
        await bus.announce(Topic.RUNS, "r1")
        async with asyncio.timeout(5):
            assert (await anext(bus.receive(Topic.RUNS))).id == "r1"


async def test_a_paused_consumer_is_said(nats_url: str) -> None:
    async with opened(NatsBus(nats_url)) as bus, jetstream(nats_url) as js:
        await js.pause_consumer(STREAM, "runs", pause_until="2099-01-01T00:00:00Z")
        assert await bus.worries() == [
            "runs of REDFIRST is paused, so nothing of it is delivered: nats consumer resume REDFIRST runs"
        ]


async def test_a_queue_that_is_nearly_full_is_said_and_a_full_one_says_why_it_refuses(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_MSGS", 10)
    async with opened(NatsBus(nats_url)) as bus:
        for n in range(8):
            await bus.announce(Topic.RUNS, f"r{n}")
        assert await bus.worries() == []
        await bus.announce(Topic.RUNS, "r8")
        [said] = await bus.worries()
        assert said.startswith("REDFIRST holds 9 of 10 messages")
        await bus.announce(Topic.RUNS, "r9")
        with pytest.raises(BusUnavailable, match="the queue is full: start more workers"):
            await bus.announce(Topic.RUNS, "r10")


async def test_an_account_that_is_nearly_out_of_room_is_said_and_then_refuses_with_what_to_do(
    start_nats: StartNats,
) -> None:
    server = start_nats(account("jetstream: { max_file: 1K }"))
    async with opened(NatsBus(server.url)) as bus:
        with pytest.raises(BusUnavailable, match="give its JetStream more room"):
            await announce_many(bus)
        [said] = await bus.worries()
        assert said.startswith("the account at NATS has used")


async def test_an_account_that_demands_a_limit_in_bytes_gets_one(start_nats: StartNats) -> None:
    server = start_nats(account("jetstream: { max_file: 1G, max_bytes: true }"))
    async with opened(NatsBus(server.url)) as bus:
        await bus.announce(Topic.RUNS, "r1")


@pytest.mark.parametrize(
    ("settings", "what_to_do"),
    [
        (account("jetstream: disabled"), "enable JetStream there for the account of this user"),
        (account("jetstream: { max_consumers: 1 }"), "raise the account's limit of consumers"),
        (account("jetstream: { max_mem: 1G, max_file: 0 }"), "give its JetStream more room"),
        (
            account("jetstream: { max_file: 1G, disk_max_stream_bytes: 1M, max_bytes: true }"),
            "bytes in a stream",
        ),
    ],
)
async def test_an_account_that_cannot_have_what_we_need_is_told_what_to_change(
    start_nats: StartNats, settings: str, what_to_do: str
) -> None:
    with pytest.raises(BusUnavailable, match=what_to_do):
        await worries(start_nats(settings).url)


async def test_an_account_that_has_used_up_its_streams_is_told_so(start_nats: StartNats) -> None:
    url = start_nats(account("jetstream: { max_streams: 1 }")).url
    async with jetstream(url) as js:
        await js.add_stream(StreamConfig(name="THEIRS", subjects=["theirs"]))
    with pytest.raises(BusUnavailable, match="raise the account's limit of streams"):
        await worries(url)


async def test_a_stream_of_somebody_else_with_our_subjects_is_named_as_the_reason(nats_url: str) -> None:
    async with jetstream(nats_url) as js:
        await js.add_stream(StreamConfig(name="THEIRS", subjects=["redfirst.>"]))
    with pytest.raises(BusUnavailable, match="another stream there has subjects that begin with redfirst"):
        await worries(nats_url)


async def test_a_user_who_may_not_do_what_is_needed_is_told_what_to_allow(start_nats: StartNats) -> None:
    server = start_nats(
        f"""{JETSTREAM}
        authorization {{ users = [{{ user: us, password: us, permissions: {{ publish: ["redfirst.>"] }} }}] }}
        no_auth_user: us"""
    )
    with pytest.raises(BusUnavailable, match=r"allow it to publish to \$JS\.API\.>"):
        await worries(server.url)


async def test_a_user_who_may_ask_for_nothing_more_than_is_needed_works(start_nats: StartNats) -> None:
    server = start_nats(
        f"""{JETSTREAM}
        authorization {{ users = [{{ user: us, password: us, permissions: {{
            publish: {{ allow: ["$JS.API.STREAM.>", "$JS.API.CONSUMER.>", "$JS.ACK.>", "redfirst.>"] }}
            subscribe: ["_INBOX.>"]
        }} }}] }}
        no_auth_user: us"""
    )
    async with opened(NatsBus(server.url)) as bus:
        began = time.monotonic()
        assert await bus.worries() == []
        assert time.monotonic() - began < 1.9
        await bus.announce(Topic.RUNS, "r1")
        await (await anext(bus.receive(Topic.RUNS))).ack()


async def test_a_server_that_may_lose_what_it_took_says_how_much_where_it_can_be_asked(
    start_nats: StartNats,
) -> None:
    [said] = await worries(start_nats(telling('sync_interval: "2m"')).url)
    assert said.startswith(
        "a power cut at NATS loses what it took in the last 120 s, until the sweep says it again"
    )
    assert "sync_interval: always" in said
    assert await worries(start_nats(telling("sync_interval: always")).url) == []


async def test_small_messages_are_said(start_nats: StartNats) -> None:
    [said] = await worries(start_nats(f"{JETSTREAM}\nmax_payload: 1024").url)
    assert said.startswith("NATS takes no message above 1024 bytes: set max_payload to 8192 or more")


async def test_an_old_server_is_said(nats_url: str) -> None:
    async with of_another_version(nats_url, "2.9.10") as url:
        [said] = await worries(url)
    assert said.startswith("NATS 2.9.10 ignores settings that it does not know")
    assert "install 2.10.0 or newer" in said


async def test_a_server_that_is_too_old_to_work_is_refused(nats_url: str) -> None:
    async with of_another_version(nats_url, "2.6.5") as url:
        with pytest.raises(BusUnavailable, match=r"NATS 2\.6\.5 is too old.*install 2\.10\.0 or newer"):
            await worries(url)


async def test_doctor_says_it_beside_what_is_there(
    start_nats: StartNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATS_URL", start_nats(f"{JETSTREAM}\nmax_payload: 1024").url)
    monkeypatch.setenv("REDFIRST_SANDBOX", "process")
    monkeypatch.setenv("REDFIRST_GITHUB_API_URL", "http://127.0.0.1:9")
    [bus] = [finding for finding in await check_up() if finding.name == "bus"]
    assert bus.ok
    assert "0 waiting; NATS takes no message above 1024 bytes" in bus.said


async def test_who_opens_the_bus_to_work_finds_it_in_the_log(
    start_nats: StartNats, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NATS_URL", start_nats(f"{JETSTREAM}\nmax_payload: 1024").url)
    async with bus_of(load()):
        pass
    assert "NATS takes no message above 1024 bytes" in caplog.text


async def test_one_copy_in_a_cluster_is_said_until_there_are_three(start_nats: StartNats) -> None:
    with contextlib.ExitStack() as held:
        taken = [held.enter_context(socket.socket()) for _ in range(3)]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        ports = [each.getsockname()[1] for each in taken]
    routes = ", ".join(f"nats-route://127.0.0.1:{port}" for port in ports)
    servers = [
        start_nats(
            f"{JETSTREAM}\nserver_name: n{n}\n"
            f'cluster {{ name: three, listen: "127.0.0.1:{port}", routes: [{routes}] }}'
        )
        for n, port in enumerate(ports)
    ]
    bus = NatsBus(",".join(server.url for server in servers))
    async with asyncio.timeout(60):
        while True:
            # It takes some seconds until they have chosen who leads.
            with contextlib.suppress(BusUnavailable):
                await bus.open()
                break
    try:
        said = await bus.worries()
        assert [each.split(":")[0] for each in said] == [
            "REDFIRST has 1 of 3 copies in the cluster three",
        ]
        async with jetstream(servers[0].url) as js:
            config = (await js.stream_info(STREAM)).config
            await js.update_stream(config.evolve(num_replicas=3))
        async with opened(NatsBus(servers[1].url)) as other:
            assert await other.worries() == []
            assert (await js_replicas(servers[1].url)) == 3
    finally:
        await bus.close()


async def js_replicas(url: str) -> int | None:
    async with jetstream(url) as js:
        return (await js.stream_info(STREAM)).config.num_replicas
