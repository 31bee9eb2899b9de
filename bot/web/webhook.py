"""`POST /webhooks/github`: read within bounds, verify, keep, answer. Plain ASGI: every delivery pays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from bot.store.port import NewDelivery, StoreUnavailable
from bot.web.counts import Counts
from bot.web.herald import Announce, Herald
from bot.web.intake import MAX_BODY, Refusal, accept, check_headers, pick_headers, too_large
from bot.web.room import Room, Share

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PATH = "/webhooks/github"
BODY_SECONDS = 10.0
"""A body that takes longer to arrive is not GitHub's."""
RETRY_AFTER = b"30"

METHOD = Refusal(405, "deliveries are POSTed")
HUNG_UP = Refusal(400, "the caller hung up before the body was there")
NO_ROOM = Refusal(503, "too many large bodies at once; redeliver later")
# What is wrong with our store is for our log, not for whoever sent this.
NOT_KEPT = Refusal(503, "the store is unavailable; redeliver later")

log = logging.getLogger("redfirst.webhook")


class Webhook:
    def __init__(
        self,
        secrets: Sequence[bytes],
        keep: Callable[[NewDelivery], Awaitable[bool]],
        announce: Announce,
        room: Room | None = None,
    ) -> None:
        self._secrets = secrets
        self._keep = keep
        self._room = room or Room()
        self.herald = Herald(announce)
        self.counts = Counts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with Share(self._room) as share:
            taken = await self._take(scope, receive, share)
            if isinstance(taken, NewDelivery):
                taken = await self._kept(taken)
        if isinstance(taken, Refusal):
            self.counts.refuse(taken)
            return await _answer(send, taken.status, "error", taken.sentence)
        return await _answer(send, 202, "delivery", taken)

    async def _take(self, scope: Scope, receive: Receive, share: Share) -> NewDelivery | Refusal:
        if scope["method"] != "POST":
            return METHOD
        headers = pick_headers(scope["headers"])
        if isinstance(headers, Refusal):
            return headers
        refusal = check_headers(headers)
        if refusal is not None:
            return refusal
        try:
            # For all of it: a caller who keeps itself alive by a byte a second gains nothing.
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive, share)
        except TimeoutError:
            return Refusal(408, f"the body did not arrive within {BODY_SECONDS:g} s")
        return body if isinstance(body, Refusal) else accept(headers, body, self._secrets)

    async def _kept(self, delivery: NewDelivery) -> str | Refusal:
        try:
            new = await self._keep(delivery)
        except StoreUnavailable as error:
            # So that GitHub shows it as failed, and it can be sent again.
            log.error("delivery not kept: %s", error.sentence)
            return NOT_KEPT
        if new:
            self.counts.keep(delivery.event)
            self.herald.tell(delivery.id)
        else:
            self.counts.again += 1
        return delivery.id


async def _body(receive: Receive, share: Share) -> bytes | Refusal:
    """Within bounds, whatever the header said."""
    whole: bytearray | None = None
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return HUNG_UP
        part: bytes = message.get("body", b"")
        more: bool = message.get("more_body", False)
        size = len(part) + len(whole or b"")
        if size > MAX_BODY:
            return too_large()
        if not share.hold(size):
            return NO_ROOM
        if whole is None and not more:
            return part
        whole = bytearray() if whole is None else whole
        whole += part
        if not more:
            return bytes(whole)


async def _answer(send: Send, status: int, name: str, value: str) -> None:
    body = msgspec.json.encode({name: value})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status != 202:
        # What was refused unread must not be taken for the next request.
        headers.append((b"connection", b"close"))
    if status == 405:
        headers.append((b"allow", b"POST"))
    if status == 503:
        headers.append((b"retry-after", RETRY_AFTER))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
