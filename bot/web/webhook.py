"""`POST /webhooks/github`: read within bounds, verify, keep, answer. Plain ASGI: every delivery pays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from bot.store.port import NewDelivery, StoreUnavailable
from bot.web.intake import MAX_BODY, Refusal, accept, check_headers, too_large

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PATH = "/webhooks/github"
BODY_SECONDS = 10.0
"""A body that takes longer to arrive is not GitHub's."""

log = logging.getLogger("redfirst.webhook")


class Webhook:
    def __init__(
        self,
        secrets: Sequence[bytes],
        keep: Callable[[NewDelivery], Awaitable[bool]],
        announce: Callable[[str], Awaitable[None]],
    ) -> None:
        self._secrets = secrets
        self._keep = keep
        self._announce = announce

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            return await _answer(send, 405, "error", "deliveries are POSTed")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        taken = await self._take(headers, receive)
        if isinstance(taken, Refusal):
            log.warning("delivery refused: %s", taken.sentence)
            return await _answer(send, taken.status, "error", taken.sentence)
        try:
            new = await self._keep(taken)
        except StoreUnavailable as error:
            # So that GitHub shows it as failed, and it can be sent again.
            log.error("delivery not kept: %s", error.sentence)
            return await _answer(send, 503, "error", "the store is unavailable; redeliver later")
        if new:
            await self._announce(taken.id)
        return await _answer(send, 202, "delivery", taken.id)

    async def _take(self, headers: Mapping[str, str], receive: Receive) -> NewDelivery | Refusal:
        refusal = check_headers(headers)
        if refusal is not None:
            return refusal
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive)
        except TimeoutError:
            return Refusal(408, f"the body did not arrive within {BODY_SECONDS:g} s")
        return accept(headers, body, self._secrets) if body is not None else too_large()


async def _body(receive: Receive) -> bytes | None:
    """None when there is more of it than there may be, whatever the header said."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _answer(send: Send, status: int, name: str, value: str) -> None:
    body = msgspec.json.encode({name: value})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    # What was refused unread must not be taken for the next request.
    if status in {408, 413, 415}:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
