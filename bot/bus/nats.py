"""The bus over NATS JetStream: one work queue, a subject and a durable consumer for each topic."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import StorageType

from bot.bus import streams
from bot.bus.connecting import TROUBLE, brief, leave, once, place, servers_of
from bot.bus.port import BusUnavailable, Received, Topic
from bot.bus.pull import Puller
from bot.bus.rules import ACK_SECONDS

log = logging.getLogger(__name__)

ANSWER_SECONDS = 2.0
LOOK_SECONDS = 15.0
MEND_SECONDS = 0.5


class NatsBus:
    def __init__(
        self, url: str, *, token: str | None = None, in_memory: bool = False, ack_seconds: float = ACK_SECONDS
    ) -> None:
        self._servers = servers_of(url)
        self._place = place(self._servers)
        self._token = token
        self._storage = StorageType.MEMORY if in_memory else StorageType.FILE
        self._ack_seconds = ack_seconds
        self._client: Client | None = None
        self._js: JetStreamContext | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._pullers = {topic: Puller(topic.value, self._wake.set) for topic in Topic}
        self._in_hand: set[_InHand] = set()

    async def open(self) -> None:
        try:
            await self._connect()
        except BaseException:
            await self.close()
            raise
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        with contextlib.suppress(*TROUBLE):
            for puller in self._pullers.values():
                await puller.close()
            for message in list(self._in_hand):
                await message.again(0)
        client, self._client = self._client, None
        if client is not None:
            await leave(client)

    async def check(self) -> str:
        client, js = self._connected()
        try:
            waiting = (await js.stream_info(streams.STREAM)).state.messages
            dead = (await js.stream_info(streams.DEAD)).state.messages
        except TROUBLE as error:
            raise self._unavailable(error) from error
        version = client.connected_server_version
        release = f"{version.major}.{version.minor}.{version.patch}"
        return f"NATS {release} at {self._place}: {waiting} waiting, {dead} given up"

    async def announce(self, topic: Topic, item: str) -> None:
        _, js = self._connected()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                # Many may be under way at once, and this way none waits for another.
                await (await js.publish_async(streams.subject(topic), item.encode()))
        except TROUBLE as error:
            self._wake.set()
            raise self._unavailable(error) from error

    async def receive(self, topic: Topic) -> AsyncGenerator[Received]:
        while (msg := await self._pullers[topic].next()) is not None:
            message = _InHand(msg, self._in_hand, self._can_say)
            self._in_hand.add(message)
            yield message

    def _can_say(self) -> bool:
        return self._client is not None and self._client.is_connected

    def _connected(self) -> tuple[Client, JetStreamContext]:
        if self._client is None or self._js is None:
            raise BusUnavailable("the bus is closed: this process is about to end")
        if not self._client.is_connected:
            raise BusUnavailable(
                f"NATS at {self._place} is not connected just now: it is tried again and again"
            )
        return self._client, self._js

    def _unavailable(self, error: BaseException) -> BusUnavailable:
        if isinstance(error, TimeoutError):
            return BusUnavailable(f"NATS at {self._place} does not answer: see that it runs")
        return BusUnavailable(f"NATS at {self._place} would not take it ({brief(error)}): see to its streams")

    async def _connect(self) -> None:
        client = self._client = Client()
        # Only the first refusals are asked for; a server that is away for days goes on refusing.
        failed: asyncio.Queue[Exception] = asyncio.Queue(len(self._servers))

        async def on_error(error: Exception) -> None:
            with contextlib.suppress(asyncio.QueueFull):
                failed.put_nowait(error)
            log.debug("NATS at %s: %s", self._place, brief(error))

        async def on_lost() -> None:
            if self._client is client:
                log.info("lost NATS at %s, trying to reach it again", self._place)

        async def on_change() -> None:
            # Found again, or closed for good by the server: either way there is something to mend.
            self._wake.set()

        connecting = client.connect(
            servers=self._servers,
            name="redfirst",
            token=self._token,
            connect_timeout=2,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            error_cb=on_error,
            disconnected_cb=on_lost,
            reconnected_cb=on_change,
            closed_cb=on_change,
        )
        try:
            await once(connecting, failed, self._servers)
            self._js = client.jetstream(timeout=ANSWER_SECONDS)
            await self._make()
            for puller in self._pullers.values():
                await puller.attach(client)
        except BaseException:
            await leave(client)
            raise

    async def _make(self) -> None:
        if self._js is None:
            return
        try:
            await streams.make(self._js, self._storage, self._ack_seconds)
        except TimeoutError as error:
            raise self._unavailable(error) from error
        except TROUBLE as error:
            raise BusUnavailable(
                f"NATS at {self._place} would not set up the stream {streams.STREAM} ({brief(error)}): "
                "enable JetStream there (nats-server -js), and see that this user may manage streams"
            ) from error

    async def _keep(self) -> None:
        """Streams in memory vanish with their server, and a server may close a connection for good."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
            client = self._client
            troubled = self._wake.is_set() or any(puller.is_deaf for puller in self._pullers.values())
            self._wake.clear()
            if client is None or not troubled:
                continue
            try:
                await self._mend(client)
            except BusUnavailable as problem:
                log.info("%s", problem)
                self._wake.set()
            await asyncio.sleep(MEND_SECONDS)

    async def _mend(self, client: Client) -> None:
        if client.is_closed:
            await self._connect()
        elif client.is_connected:
            await self._make()
            for puller in self._pullers.values():
                await puller.ask_again()
        else:
            return  # it is being looked for, and found it wakes us again
        log.info("NATS at %s is there", self._place)


class _InHand:
    def __init__(self, msg: Msg, in_hand: set[_InHand], can_say: Callable[[], bool]) -> None:
        self._msg = msg
        self._in_hand = in_hand
        self._can_say = can_say

    @property
    def id(self) -> str:
        return self._msg.data.decode()

    @property
    def times(self) -> int:
        return self._msg.metadata.num_delivered or 1

    async def ack(self) -> None:
        if self._let_go():
            with contextlib.suppress(*TROUBLE):
                await self._msg.ack()

    async def again(self, after: float) -> None:
        if self._let_go():
            with contextlib.suppress(*TROUBLE):
                await self._msg.nak(delay=after or None)

    async def working(self) -> None:
        if self in self._in_hand and self._can_say():
            with contextlib.suppress(*TROUBLE):
                await self._msg.in_progress()

    def _let_go(self) -> bool:
        """True when there is something to say and a server to say it to.

        What could not be said is a message that comes again, which every receiver has to stand anyway.
        """
        held = self in self._in_hand
        self._in_hand.discard(self)
        return held and self._can_say()
