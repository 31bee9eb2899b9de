"""Deliveries as they should not be, on the wire: each gets its answer, and the server stays well."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from bot.models.script import Script
from bot.store.port import DeliveryState
from bot.web.intake import MAX_BODY
from tests.acceptance.house import SECRET, House, house
from tests.unit.bot import signed
from tests.unit.bot.web.lines import calling, head, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

Headers = list[tuple[bytes, bytes]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad-deliveries")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def here(folder: Path) -> AsyncGenerator[House]:
    async with house(folder, script=Script(parts=())) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def stays_well(here: House, folder: Path, request: pytest.FixtureRequest) -> AsyncGenerator[None]:
    """After each of these, what is well is taken, and what was not is nowhere."""
    yield
    name = "".join(each if each.isalnum() else "-" for each in request.node.name)[:50]
    body = _body(name)
    assert await told(here.url, _request(body, name)) == 202
    await here.outcome(name)
    assert "bad" not in await here.store.waiting_deliveries(limit=1_000)
    log = (folder / "serve.log").read_text()
    assert "Traceback" not in log
    assert "ASGI" not in log


def _body(word: str = "", **more: object) -> bytes:
    return json.dumps({"action": "created", "word": word, **more}).encode()


def _headers(
    body: bytes,
    name: str = "bad",
    *,
    length: int | None = -1,
    kind: str = "application/json",
    event: str = "issues",
) -> Headers:
    length = len(body) if length == -1 else length
    secret = SECRET.encode()
    return signed.headers(body, secret=secret, length=length, kind=kind, delivery=name, event=event)


def _request(
    body: bytes, name: str = "bad", *, kind: str = "application/json", event: str = "issues"
) -> bytes:
    return head(_headers(body, name, kind=kind, event=event)) + body


def _with(given: Headers, *more: tuple[bytes, bytes], but: Sequence[bytes] = ()) -> Headers:
    return [each for each in given if each[0] not in but] + list(more)


async def test_one_that_was_tampered_with_is_unauthorized(here: House) -> None:
    body = _body("genuine")
    for other in (
        body.replace(b"genuine", b"forged!"),
        body + b" ",
        body[:-1] + b" }",
        b"\xef\xbb\xbf" + body,
    ):
        assert await told(here.url, head(_with(_headers(body, length=len(other)))) + other) == 401


async def test_one_that_is_signed_with_something_else_is_unauthorized(here: House) -> None:
    body = _body()
    for other in (
        b"sha256=" + b"0" * 64,
        b"sha1=" + b"0" * 40,
        b"",
        b"\xff" * 71,
        b"sha256=" + b"0" * 10_000,
    ):
        given = _with(_headers(body), (b"x-hub-signature-256", other), but=[b"x-hub-signature-256"])
        assert await told(here.url, head(given) + body) == 401
    assert await told(here.url, head(_with(_headers(body), but=[b"x-hub-signature-256"])) + body) == 401


async def test_one_whose_sender_hangs_up_half_way_leaves_nothing(here: House, folder: Path) -> None:
    body = _body("x" * 10_000)
    before = len((folder / "serve.log").read_text())
    for part in (0, 1, len(body) - 1):
        async with calling(here.url) as caller:
            await caller.send(head(_headers(body)) + body[:part])
            caller.writer.write_eof()
            assert await caller.status() in {0, 400}
    async with calling(here.url) as caller:
        await caller.send(head(_headers(body)) + body[:-1])
        caller.writer.transport.abort()
    # Nobody is told to look at the secrets because of it.
    assert "signature" not in (folder / "serve.log").read_text()[before:]


async def test_one_that_is_cut_short_and_signed_so_is_a_bad_request(here: House) -> None:
    body = _body("x" * 100)
    for part in (0, 1, 20, len(body) - 1):
        assert await told(here.url, _request(body[:part])) == 400


@pytest.mark.parametrize(
    "body",
    [
        b'{"word":"\xff"}',
        b'{"word":"\xc3\x28"}',
        '{"word":"ü"}'.encode("latin-1"),
        '{"word":"ü"}'.encode("utf-16"),
        b'{"word":NaN}',
        b"[]",
        b"null",
        b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
    ],
    ids=["byte", "sequence", "latin-1", "utf-16", "NaN", "list", "null", "deep", "too deep to be read later"],
)
async def test_one_that_nobody_could_read_is_a_bad_request(here: House, body: bytes) -> None:
    assert await told(here.url, _request(body)) == 400


async def test_one_of_another_type_is_told_which_is_wanted(here: House) -> None:
    form = b"payload=%7B%7D"
    for kind in ("application/x-www-form-urlencoded", "text/plain", "", "application/json5"):
        assert await told(here.url, _request(form, kind=kind)) == 415
    packed = gzip.compress(_body())
    encoded = _with(_headers(packed), (b"content-encoding", b"gzip"))
    assert await told(here.url, head(encoded) + packed) == 415


@pytest.mark.parametrize("name", [each for each, _ in signed.headers()])
async def test_one_with_a_header_twice_is_a_bad_request(here: House, name: bytes) -> None:
    body = _body()
    given = _headers(body)
    assert await told(here.url, head([*given, (name, dict(given)[name])]) + body) == 400


async def test_one_with_a_header_of_absurd_length_is_refused(here: House) -> None:
    body = _body()
    for name in (b"x-github-delivery", b"x-github-event"):
        for length in (65, 10_000):
            given = _with(_headers(body), (name, b"a" * length), but=[name])
            assert await told(here.url, head(given) + body) == 400
    long = head(_headers(body)).removesuffix(b"\r\n") + b"x-long: " + b"a" * 300_000
    assert await told(here.url, long + b"\r\n\r\n" + body) in {0, 431}


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"0x10", b"9" * 30, b"", b"1 1"])
async def test_one_whose_length_is_no_length_is_refused(here: House, length: bytes) -> None:
    body = _body()
    given = _with(_headers(body), (b"content-length", length), but=[b"content-length"])
    assert await told(here.url, head(given) + body) in {0, 400, 413}


async def test_one_that_is_too_large_is_refused_before_it_is_sent(here: House) -> None:
    assert await told(here.url, head(_headers(b"", length=MAX_BODY + 1))) == 413


async def test_one_that_grows_too_large_is_cut_off(here: House) -> None:
    given = _with(_headers(b"", length=None), (b"transfer-encoding", b"chunked"))
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    async with calling(here.url) as caller:
        await caller.send(head(given))
        for _ in range(40):
            await caller.send(chunk)
        # Closed with more of it on the way, the answer may be lost.
        assert await caller.status() in {0, 413}
        assert await caller.closed()


async def test_one_that_says_its_length_in_two_ways_is_refused(here: House) -> None:
    body = _body()
    both = _with(_headers(body), (b"transfer-encoding", b"chunked"))
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    assert await told(here.url, head(both) + chunked) in {0, 400}
    assert await told(here.url, head(both[::-1]) + chunked) in {0, 400}


async def test_one_without_a_length_but_in_chunks_is_a_delivery(here: House) -> None:
    body = _body("in chunks")
    given = _with(_headers(body, "in-chunks", length=None), (b"transfer-encoding", b"chunked"))
    assert await told(here.url, head(given) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)) == 202
    assert await here.outcome("in-chunks")


async def test_what_follows_a_refused_one_on_its_connection_is_not_done(here: House) -> None:
    body = _body()
    async with calling(here.url) as caller:
        await caller.send(_request(body, kind="text/plain") + _request(body, "behind"))
        assert await caller.status() == 415
        assert await caller.closed()
    assert "behind" not in await here.store.waiting_deliveries(limit=1_000)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_one_that_is_not_posted_is_not_allowed(here: House, method: str) -> None:
    body = _body()
    assert await told(here.url, head(_headers(body), method=method) + body) == 405


async def test_a_look_at_the_head_of_it_gets_one(here: House) -> None:
    async with calling(here.url) as caller:
        await caller.send(head([], method="HEAD"))
        said = await asyncio.wait_for(caller.reader.readuntil(b"\r\n\r\n"), 15)
        assert b" 405 " in said
        assert await caller.closed()


async def test_what_is_no_http_at_all_is_refused(here: House) -> None:
    for noise in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"\0" * 100,
        b"{}\r\n\r\n",
    ):
        assert await told(here.url, noise) in {0, 400}


async def test_one_that_is_replayed_is_acknowledged_and_the_first_of_it_counts(
    here: House, folder: Path
) -> None:
    first, second = _body("first"), _body("second")
    for body in (first, first, second):
        assert await told(here.url, _request(body, "replayed")) == 202
    assert (await here.store.delivery("replayed")).payload == first


async def test_those_that_come_in_the_wrong_order_are_handled_each(here: House) -> None:
    """Closed before it was opened, and all at once."""
    names = [f"out-of-order-{number}" for number in range(8)]
    actions = ["closed", "labeled", "opened", "edited"] * 2
    sent = [_request(_body(name, action=action), name) for name, action in zip(names, actions, strict=True)]
    assert set(await asyncio.gather(*(told(here.url, each) for each in sent))) == {202}
    for name in names:
        await here.outcome(name)
        assert (await here.store.delivery(name)).state is DeliveryState.IGNORED


async def test_one_that_nobody_reads_is_acknowledged_and_ignored_with_the_reason(here: House) -> None:
    body = _body()
    for event in ("gollum", "an_event_of_tomorrow"):
        name = event.replace("_", "-")
        assert await told(here.url, _request(body, name, event=event)) == 202
        assert event in await here.outcome(name)
