"""Connections as attackers make them, on a real socket: none is held for nothing, nor takes all memory."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, cast

import pytest

from bot.listening import listen, serving
from bot.store.port import NewDelivery
from bot.web import connections, webhook
from bot.web.connections import LONGEST_HEAD
from bot.web.files import ENOUGH, allow_many_files
from bot.web.one_write import MOST_GATHERED, OneWrite
from bot.web.webhook import Webhook
from tests.unit.bot.signed import BODY, SECRET, headers
from tests.unit.bot.test_webhook import Door
from tests.unit.bot.web.lines import Caller, calling, head, told

GENUINE = head(headers()) + BODY
CHUNKED = head([*headers(length=None), (b"transfer-encoding", b"chunked")])


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def url(door: Door) -> AsyncGenerator[str]:
    async with serving(Webhook([SECRET], door.keep, door.announce)) as url:
        yield url


async def test_deliveries_follow_each_other_on_one_connection(url: str) -> None:
    async with calling(url) as caller:
        for _ in range(3):
            await caller.send(GENUINE)
            assert await caller.status() == 202
        await caller.send(GENUINE + GENUINE)
        assert [await caller.status(), await caller.status()] == [202, 202]


async def test_a_connection_that_says_nothing_is_closed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
    async with calling(url) as caller:
        assert await caller.closed()


@pytest.mark.parametrize("before", [0, 1])
async def test_a_head_that_comes_a_byte_at_a_time_is_not_waited_for(
    url: str, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    async with calling(url) as caller:
        for _ in range(before):
            await caller.send(GENUINE)
            assert await caller.status() == 202

        async def trickle() -> None:
            for byte in head(headers()):
                await caller.send(bytes([byte]))
                await asyncio.sleep(0.01)

        trickling = asyncio.create_task(trickle())
        assert await caller.status() == 0
        trickling.cancel()
        await asyncio.wait([trickling])


@pytest.mark.parametrize(
    "endless",
    [
        lambda: b"x-more: " + b"y" * LONGEST_HEAD,
        lambda: b"x-more: y\r\n" * (LONGEST_HEAD // 8),
        lambda: b"x" * (2 * LONGEST_HEAD),
    ],
    ids=["one long value", "many headers", "one long name"],
)
async def test_a_head_without_end_is_read_to_the_limit(url: str, endless: Callable[[], bytes]) -> None:
    unfinished = head(headers()).removesuffix(b"\r\n")
    # Closed with more of it on the way, the answer may be lost.
    assert await told(url, unfinished + endless()) in {0, 431}


async def test_a_head_that_is_too_long_is_told_so(url: str) -> None:
    unfinished = head(headers()).removesuffix(b"\r\n")
    assert await told(url, unfinished + b"x-more: " + b"y" * (LONGEST_HEAD - len(unfinished))) == 431


async def test_an_address_without_end_is_read_to_the_limit(url: str) -> None:
    assert await told(url, b"POST /" + b"x" * 2 * LONGEST_HEAD) in {0, 431}


@pytest.mark.parametrize(
    "flood", [b"x-more: y\r\n" * LONGEST_HEAD, b"x-more: " + b"y" * (8 * LONGEST_HEAD)], ids=["many", "one"]
)
async def test_trailers_without_end_are_read_to_the_limit(url: str, flood: bytes, door: Door) -> None:
    chunk = b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY)
    async with calling(url) as caller:
        await caller.send(CHUNKED + chunk, flood)
        assert await caller.status() in {0, 400}
        assert await caller.closed()
    assert await door.store.waiting_deliveries() == []


async def test_a_chunked_body_with_trailers_of_a_sane_length_is_a_delivery(url: str) -> None:
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in BODY)
    assert await told(url, CHUNKED + chunks + b"0\r\nx-more: y\r\n\r\n") == 202


async def test_what_is_no_request_fills_no_log(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async with calling(url) as caller:
        await caller.send(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        assert await caller.status() == 400
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "wrong",
    [headers(secret=b"another")[:3], headers(kind="text/plain"), headers(delivery="a b")],
    ids=["unsigned", "of another type", "with a malformed id"],
)
async def test_after_a_refusal_the_rest_of_the_body_is_not_read(url: str, wrong: Any) -> None:
    given = [each for each in wrong if each[0] != b"content-length"] + [(b"content-length", b"1000000")]
    async with calling(url) as caller:
        await caller.send(head(given))
        assert 400 <= await caller.status() < 500
        assert await caller.closed()


async def test_what_is_answered_elsewhere_without_its_body_is_closed_too() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async with serving(app) as url, calling(url) as caller:
        await caller.send(head([(b"content-length", b"10")]))
        assert await caller.status() == 200
        # Sooner than a connection that is idle.
        assert await caller.closed(within=3)


async def test_what_comes_behind_a_refused_delivery_is_not_taken_for_a_request(url: str, door: Door) -> None:
    async with calling(url) as caller:
        await caller.send(head(headers(secret=b"another")) + BODY + GENUINE)
        assert await caller.status() == 401
        assert await caller.closed()
    assert await door.store.waiting_deliveries() == []


async def test_a_body_that_trickles_is_cut_off_on_the_wire_too(
    url: str, monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.2)
    async with calling(url) as caller:
        await caller.send(head(headers()))
        answer = asyncio.create_task(caller.status())
        for byte in BODY[:-1]:
            await caller.send(bytes([byte]))
            # It reads before it writes again: a write to a closed connection would lose what was said.
            if (await asyncio.wait([answer], timeout=0.02))[0]:
                break
        assert await answer == 408
    assert await door.store.waiting_deliveries() == []


@contextlib.asynccontextmanager
async def many(
    url: str, count: int, begin: Callable[[Caller], Awaitable[None]]
) -> AsyncGenerator[Sequence[Caller]]:
    async with contextlib.AsyncExitStack() as stack:
        callers: list[Caller] = []
        for _ in range(count):
            callers.append(await stack.enter_async_context(calling(url)))
            await begin(callers[-1])
        yield callers


async def _nothing(_: Caller) -> None: ...


async def _half_a_head(caller: Caller) -> None:
    await caller.send(b"POST /webhooks/github HTTP/1.1\r\nhost: ")


async def _half_a_body(caller: Caller) -> None:
    await caller.send(head(headers()) + BODY[:5])


async def _a_delivery(caller: Caller) -> None:
    await caller.send(GENUINE)
    assert await caller.status() == 202


@pytest.mark.parametrize("begin", [_nothing, _half_a_head, _half_a_body, _a_delivery])
async def test_a_thousand_that_keep_us_waiting_stand_in_nobodys_way(
    url: str, begin: Callable[[Caller], Awaitable[None]]
) -> None:
    allow_many_files()
    async with many(url, 1000, begin) as callers:
        for _ in range(3):
            assert await told(url, GENUINE) == 202
        # Whoever came first had to go, and not who came last.
        assert await callers[0].closed()
        assert not callers[-1].reader.at_eof()


@pytest.mark.parametrize("begin", [_nothing, _half_a_head, _half_a_body, _a_delivery])
async def test_of_too_many_that_keep_us_waiting_the_longest_is_let_go(
    monkeypatch: pytest.MonkeyPatch, door: Door, begin: Callable[[Caller], Awaitable[None]]
) -> None:
    monkeypatch.setattr(connections, "MOST_WAITING", 3)
    async with (
        serving(Webhook([SECRET], door.keep, door.announce)) as small,
        many(small, 3, begin) as (first, second, third),
        calling(small) as fourth,
    ):
        assert await first.closed()
        for caller in (fourth, *((second, third) if begin in {_nothing, _a_delivery} else ())):
            await caller.send(GENUINE)
            assert await caller.status() == 202


async def test_one_that_begins_to_speak_has_not_waited_long(
    monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    monkeypatch.setattr(connections, "MOST_WAITING", 2)
    async with (
        serving(Webhook([SECRET], door.keep, door.announce)) as small,
        calling(small) as one,
        calling(small) as two,
    ):
        for caller in (one, two):
            await caller.send(GENUINE)
            assert await caller.status() == 202
        await one.send(GENUINE[:9])
        async with calling(small):
            assert await two.closed()
            await one.send(GENUINE[9:])
            assert await one.status() == 202


async def test_who_is_being_answered_is_not_let_go_and_only_of_those_there_can_be_too_many(
    monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    monkeypatch.setattr(connections, "MOST_WAITING", 2)
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 4)
    going, kept = asyncio.Semaphore(0), asyncio.Event()

    async def keep(delivery: NewDelivery) -> bool:
        going.release()
        await kept.wait()
        return await door.keep(delivery)

    async with (
        serving(Webhook([SECRET], keep, door.announce)) as small,
        many(small, 3, lambda caller: caller.send(GENUINE)) as callers,
    ):
        for _ in callers:
            await asyncio.wait_for(going.acquire(), 15)
        async with many(small, 5, _nothing):
            assert await told(small, GENUINE) == 503
        kept.set()
        assert [await caller.status() for caller in callers] == [202, 202, 202]
        assert await told(small, GENUINE) == 202


async def test_a_client_that_does_not_take_what_it_is_answered_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.1)
    gone = asyncio.Event()

    async def app(_: Any, receive: Any, send: Any) -> None:
        async def pour() -> None:
            while True:
                await send({"type": "http.response.body", "body": b"x" * 2**20, "more_body": True})

        await send({"type": "http.response.start", "status": 200, "headers": []})
        pouring = asyncio.create_task(pour())
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()
        pouring.cancel()
        await asyncio.wait([pouring])

    async with serving(app) as url, calling(url) as caller:
        await caller.send(head([(b"content-length", b"0")]))
        await asyncio.wait_for(gone.wait(), 15)


async def test_a_connection_cannot_be_made_into_something_else(url: str) -> None:
    upgrade = [(b"connection", b"upgrade"), (b"upgrade", b"websocket"), (b"sec-websocket-version", b"13")]
    async with calling(url) as caller:
        await caller.send(head([*headers(), *upgrade, (b"sec-websocket-key", b"x" * 16)]) + BODY)
        assert await caller.status() == 401
        assert await caller.closed(within=3)


def test_as_many_files_may_be_open_as_the_system_lets_us() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    try:
        allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(ENOUGH, before[1]), before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_kernel_holds_no_answer_back() -> None:
    """asyncio turns Nagle's delay off only where it sees that it is TCP; else each answer waits for 40 ms."""
    with listen("127.0.0.1", 0) as bound:
        assert bound.proto == socket.IPPROTO_TCP


async def test_it_does_not_say_what_it_is_made_of(url: str) -> None:
    async with calling(url) as caller:
        await caller.send(GENUINE)
        said = await caller.reader.readuntil(b"\r\n\r\n")
    assert b"server:" not in said.lower()


class Sent:
    """A transport that only notes what it is told."""

    def __init__(self) -> None:
        self.said: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.said.append(data)

    def close(self) -> None:
        self.said.append("closed")


async def test_a_head_and_its_body_are_one_packet() -> None:
    sent = Sent()
    transport = OneWrite(cast("asyncio.Transport", sent), asyncio.get_running_loop())
    for part in (b"head", b"body"):
        transport.write(part)
    await asyncio.sleep(0)
    transport.write(b"later")
    await asyncio.sleep(0)
    assert sent.said == [b"headbody", b"later"]


async def test_what_was_said_before_a_connection_is_closed_is_sent_first() -> None:
    sent = Sent()
    transport = OneWrite(cast("asyncio.Transport", sent), asyncio.get_running_loop())
    transport.write(b"head")
    transport.close()
    await asyncio.sleep(0)
    assert sent.said == [b"head", "closed"]


async def test_a_long_answer_is_not_gathered_in_memory() -> None:
    sent = Sent()
    transport = OneWrite(cast("asyncio.Transport", sent), asyncio.get_running_loop())
    for _ in range(3):
        transport.write(b"x" * MOST_GATHERED)
    assert sum(map(len, sent.said)) >= 2 * MOST_GATHERED
    await asyncio.sleep(0)
    assert sum(map(len, sent.said)) == 3 * MOST_GATHERED


@pytest.mark.parametrize(
    "both",
    [
        [(b"content-length", b"21"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"chunked"), (b"content-length", b"21")],
        [(b"content-length", b"21"), (b"content-length", b"22")],
        [(b"content-length", b"21"), (b"content-length", b"21")],
        [(b"content-length", b"21, 21")],
        [(b"transfer-encoding", b"chunked, identity")],
        [(b"transfer-encoding", b"xchunked")],
        [(b"content-length", b"0x15")],
        [(b"content-length ", b"21")],
    ],
)
async def test_a_length_that_can_be_read_in_two_ways_is_refused(
    url: str, both: list[tuple[bytes, bytes]], door: Door
) -> None:
    assert await told(url, head([*headers(length=None), *both]) + BODY) in {0, 400}
    assert await door.store.waiting_deliveries() == []
