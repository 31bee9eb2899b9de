"""Nobody makes us read more than GitHub would send, or wait longer than it would take."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.web import webhook
from bot.web.intake import MAX_BODY
from bot.web.webhook import BODY_SECONDS, Webhook
from tests.unit.bot.signed import SECRET, headers


class Flood:
    """A caller that sends for ever, quickly or slowly."""

    def __init__(self, part: int, pause: float = 0.0) -> None:
        self._part = b"x" * part
        self._pause = pause
        self.sent = 0
        self.status = 0

    async def receive(self) -> dict[str, object]:
        await asyncio.sleep(self._pause)
        self.sent += len(self._part)
        return {"type": "http.request", "body": self._part, "more_body": True}

    async def send(self, message: dict[str, int]) -> None:
        self.status = message.get("status", self.status)


async def deliver(flood: Flood, length: int | None) -> None:
    async def never(_: object) -> bool:
        raise AssertionError("it was let in")

    scope = {"type": "http", "method": "POST", "headers": headers(length=length)}
    await Webhook([SECRET], never, never)(scope, flood.receive, flood.send)  # pyright: ignore[reportArgumentType]


async def test_a_flood_is_read_to_the_limit_and_no_further() -> None:
    flood = Flood(1024**2)
    await deliver(flood, None)
    assert flood.status == 413
    assert flood.sent <= MAX_BODY + 1024**2


async def test_an_announced_flood_is_not_read_at_all() -> None:
    flood = Flood(1024**2)
    await deliver(flood, 200 * 1024**2)
    assert (flood.status, flood.sent) == (413, 0)


async def test_a_trickle_is_cut_off_however_alive_it_keeps_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.2)
    flood = Flood(1, pause=0.01)
    began = time.monotonic()
    await deliver(flood, None)
    assert flood.status == 408
    assert time.monotonic() - began < 2


def test_the_deadline_is_ten_seconds() -> None:
    assert BODY_SECONDS <= 10
