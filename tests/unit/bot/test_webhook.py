"""The webhook as an ASGI application: read within bounds, kept before it is acknowledged, announced once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import pytest

from bot.store.memory import MemoryStore
from bot.store.port import NewDelivery, StoreUnavailable
from bot.web import intake, webhook
from bot.web.room import FREE, Room
from bot.web.webhook import Webhook
from tests.unit.bot.signed import BODY, DELIVERY, SECRET, headers

Answer = tuple[int, dict[str, str], dict[str, str]]


class Line:
    """One request: the parts of its body as they arrive, and what was answered."""

    def __init__(
        self, parts: Iterable[bytes] = (BODY,), *, stalls: bool = False, hangs_up: bool = False
    ) -> None:
        self._left = list(parts)
        self._stalls = stalls
        self._hangs_up = hangs_up
        self.read = 0
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self._left:
            part = self._left.pop(0)
            self.read += len(part)
            more = bool(self._left) or self._stalls or self._hangs_up
            return {"type": "http.request", "body": part, "more_body": more}
        if self._hangs_up:
            return {"type": "http.disconnect"}
        await asyncio.sleep(3600)
        raise AssertionError("nobody waits that long")

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def answer(self) -> Answer:
        start, body = self.sent
        named = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], named, json.loads(body["body"])


class Door:
    """What stands behind the webhook: a store that forgets, and a list of what was announced."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.announced: list[str] = []
        self.problem: Exception | None = None
        self.app = Webhook([SECRET], self.keep, self.announce)

    async def keep(self, delivery: NewDelivery) -> bool:
        if self.problem is not None:
            raise self.problem
        return await self.store.keep_delivery(delivery)

    async def announce(self, *deliveries: str) -> None:
        for delivery in deliveries:
            await self.store.delivery(delivery)  # it must be kept by now
        self.announced += deliveries

    async def deliver(
        self, line: Line, given: Sequence[tuple[bytes, bytes]] | None = None, method: str = "POST"
    ) -> Answer:
        app: Callable[..., Awaitable[None]] = self.app
        scope = {"type": "http", "method": method, "headers": headers() if given is None else given}
        await app(scope, line.receive, line.send)
        # Nobody waits for what is announced but we do, to see that it was not.
        if heralds := [task for task in asyncio.all_tasks() if task.get_name() == "herald"]:
            await asyncio.wait(heralds)
        return line.answer


async def test_a_delivery_is_kept_and_announced_and_acknowledged() -> None:
    door = Door()
    status, named, said = await door.deliver(Line())
    assert (status, said) == (202, {"delivery": DELIVERY})
    assert named["content-type"] == "application/json"
    assert (await door.store.delivery(DELIVERY)).payload == BODY
    assert door.announced == [DELIVERY]


async def test_a_delivery_that_was_kept_before_is_acknowledged_and_not_announced_again() -> None:
    door = Door()
    await door.deliver(Line())
    status, _, _ = await door.deliver(Line())
    assert status == 202
    assert door.announced == [DELIVERY]


async def test_a_body_may_come_in_any_pieces() -> None:
    door = Door()
    status, _, _ = await door.deliver(Line([bytes([byte]) for byte in BODY] + [b""]))
    assert status == 202


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE"])
async def test_deliveries_are_posted(method: str) -> None:
    line = Line()
    status, named, _ = await Door().deliver(line, method=method)
    assert (status, line.read, named["allow"]) == (405, 0, "POST")


async def test_a_body_that_is_too_large_by_its_header_is_not_read() -> None:
    line = Line([b"x"])
    status, named, said = await Door().deliver(line, headers(length=intake.MAX_BODY + 1))
    assert (status, line.read) == (413, 0)
    assert named["connection"] == "close"
    assert "larger than" in said["error"]


async def test_a_body_that_turns_out_too_large_is_read_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "MAX_BODY", 1_000)
    line = Line([b"x" * 400] * 50)
    door = Door()
    status, named, _ = await door.deliver(line, headers(length=None))
    assert (status, named["connection"]) == (413, "close")
    assert line.read == 1_200
    assert door.announced == []


async def test_a_body_that_lies_about_its_length_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "MAX_BODY", 1_000)
    status, _, _ = await Door().deliver(Line([b"x" * 2_000]), headers(length=10))
    assert status == 413


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.05)
    door = Door()
    status, named, said = await asyncio.wait_for(door.deliver(Line([BODY[:5]], stalls=True)), 5)
    assert (status, named["connection"]) == (408, "close")
    assert said == {"error": "the body did not arrive within 0.05 s"}
    assert door.announced == []


async def test_a_caller_that_hangs_up_half_way_leaves_nothing_and_is_not_called_a_forger() -> None:
    door = Door()
    status, _, said = await door.deliver(Line([BODY[:5]], hangs_up=True))
    assert 400 <= status < 500
    assert said == {"error": "the caller hung up before the body was there"}
    assert await door.store.waiting_deliveries() == []


async def test_a_wrong_signature_leaves_nothing() -> None:
    door = Door()
    status, _, said = await door.deliver(Line(), headers(secret=b"another"))
    assert status == 401
    assert said == {"error": "the signature does not fit: set the same secret here and on GitHub"}
    assert await door.store.waiting_deliveries() == []
    assert door.announced == []


async def test_a_form_is_refused_unread() -> None:
    line = Line()
    status, named, _ = await Door().deliver(line, headers(kind="application/x-www-form-urlencoded"))
    assert (status, line.read, named["connection"]) == (415, 0, "close")


async def test_what_cannot_be_kept_is_not_acknowledged() -> None:
    door = Door()
    door.problem = StoreUnavailable("the disk is full: make room on /var")
    status, named, said = await door.deliver(Line())
    # What is wrong with our disk is for our log, not for whoever sent this.
    assert (status, said) == (503, {"error": "the store is unavailable; redeliver later"})
    assert int(named["retry-after"]) > 0
    assert door.announced == []


async def test_what_could_not_be_kept_is_taken_when_it_is_sent_again() -> None:
    door = Door()
    door.problem = StoreUnavailable("locked")
    await door.deliver(Line())
    door.problem = None
    status, _, _ = await door.deliver(Line())
    assert (status, door.announced) == (202, [DELIVERY])


async def test_a_header_that_is_there_twice_is_refused_unread() -> None:
    line = Line()
    twice = [*headers(), (b"x-hub-signature-256", b"sha256=" + b"0" * 64)]
    status, _, said = await Door().deliver(line, twice)
    assert (status, line.read) == (400, 0)
    assert said == {"error": "the x-hub-signature-256 header is there twice"}


async def test_large_bodies_for_which_there_is_no_room_are_put_off_and_small_ones_are_taken() -> None:
    door = Door()
    room = Room(4 * FREE)
    door.app = Webhook([SECRET], door.keep, door.announce, room)
    large = Line([b"x" * FREE] * 4, stalls=True)
    reading = asyncio.create_task(door.app(_scope(), large.receive, large.send))
    while room.held < 3 * FREE:
        await asyncio.sleep(0)
    status, named, said = await door.deliver(Line([b"x" * FREE] * 4), headers(length=None))
    assert (status, said) == (503, {"error": "too many large bodies at once; redeliver later"})
    assert int(named["retry-after"]) > 0
    assert (await door.deliver(Line()))[0] == 202
    assert room.held == 3 * FREE
    reading.cancel()
    await asyncio.wait([reading])
    assert room.held == 0


async def test_a_bus_that_hangs_holds_up_no_answer() -> None:
    door = Door()

    async def hang(*_: str) -> None:
        await asyncio.sleep(3600)

    app = Webhook([SECRET], door.keep, hang)
    for number in range(3):
        line = Line()
        sent = headers(delivery=f"d{number}")
        await asyncio.wait_for(app(_scope(sent), line.receive, line.send), 5)
        assert line.answer[0] == 202


async def test_what_came_is_counted_by_event_and_what_was_refused_by_status() -> None:
    door = Door()
    await door.deliver(Line(), headers(event="gollum"))
    await door.deliver(Line(), headers(event="gollum"))
    await door.deliver(Line(), headers(secret=b"another"))
    door.problem = StoreUnavailable("locked")
    await door.deliver(Line(), headers(delivery="d2"))
    counts = door.app.counts
    assert (counts.kept, counts.again, counts.refused) == ({"gollum": 1}, 1, {401: 1, 503: 1})


def _scope(given: Sequence[tuple[bytes, bytes]] | None = None) -> Any:
    return {"type": "http", "method": "POST", "headers": given or headers(length=None)}
