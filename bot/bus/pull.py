"""Pulls one message for each receiver that waits, and none for those that are busy.

The client's own `fetch` costs several times as much, cannot be ended early, and when it is cancelled leaves a
request behind whose message nobody sees until its time is up.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

EXPIRES = 30.0
"""How long the server keeps a request, and then says that it has nothing."""

_NOTHING_YET = {"404", "408"}


class Puller:
    def __init__(self, stream: str, consumer: str, trouble: Callable[[], None]) -> None:
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._request = json.dumps({"batch": 1, "expires": int(EXPIRES * 1e9)}).encode()
        self._trouble = trouble
        self._client: Client | None = None
        self._inbox = ""
        self._subscription: Subscription | None = None
        self._waiting: deque[asyncio.Future[Msg | None]] = deque()
        self._asked = 0
        self._heard = 0.0

    async def attach(self, client: Client) -> None:
        """To a connection, the first or a new one."""
        self._client = client
        self._inbox = client.new_inbox()
        self._subscription = await client.subscribe(self._inbox, cb=self._arrived)
        await self.ask_again()

    async def close(self) -> None:
        """Who waits is told that nothing more comes."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
        client, self._client = self._client, None
        if self._subscription is not None and client is not None and client.is_connected:
            # The server drops requests for an inbox that nobody listens to.
            await self._subscription.unsubscribe()

    async def next(self) -> Msg | None:
        """The next message; None when this puller was closed."""
        future: asyncio.Future[Msg | None] = asyncio.get_running_loop().create_future()
        if self._client is None:
            return None
        self._waiting.append(future)
        try:
            await self._ask()
            return await future
        except asyncio.CancelledError:
            await self._not_wanted(future)
            raise

    async def ask_again(self) -> None:
        """After the server lost our requests."""
        self._asked = 0
        self._heard = time.monotonic()
        await self._ask()

    @property
    def is_deaf(self) -> bool:
        """A healthy server answers each request in time, if only to say that there is nothing."""
        return bool(self._waiting) and time.monotonic() - self._heard > EXPIRES * 1.5

    async def _ask(self) -> None:
        client = self._client
        while client is not None and client.is_connected and self._asked < len(self._waiting):
            self._asked += 1
            await client.publish(self._next, self._request, reply=self._inbox)

    async def _arrived(self, msg: Msg) -> None:
        self._heard = time.monotonic()
        self._asked = max(0, self._asked - 1)
        status = msg.headers.get("Status") if msg.headers and not msg.data else None
        if status is None:
            await self._hand_over(msg)
        elif status in _NOTHING_YET:
            await self._ask()
        else:
            self._trouble()

    async def _hand_over(self, msg: Msg) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(msg)
                return
        await msg.nak()

    async def _not_wanted(self, future: asyncio.Future[Msg | None]) -> None:
        """Whoever asked went away; what came for them at that very moment goes back."""
        if future in self._waiting:
            self._waiting.remove(future)
        elif future.done() and not future.cancelled():
            msg = future.result()
            if msg is not None:
                await msg.nak()
