"""The bus over NATS JetStream: one work queue, a subject and a durable consumer for each topic."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Sequence

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import Header, StorageType

from bot.bus import soundness, streams
from bot.bus.astray import Watch
from bot.bus.connecting import TROUBLE, leave, once, place, servers_of, still_wanted
from bot.bus.inhand import InHand
from bot.bus.port import BusUnavailable, Received, Topic
from bot.bus.pull import Puller
from bot.bus.refusals import NEEDED, forbidden, what_to_do, why
from bot.bus.rules import ACK_SECONDS, MARK_SECONDS

log = logging.getLogger(__name__)

ANSWER_SECONDS = 2.0
LOOK_SECONDS = 15.0
SECOND_LOOK_SECONDS = 2.0
MEND_SECONDS = 0.5


class NatsBus:
    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        in_memory: bool = False,
        ack_seconds: float = ACK_SECONDS,
        mark_seconds: float = MARK_SECONDS,
    ) -> None:
        self._servers = servers_of(url)
        self._place = place(self._servers)
        self._token = token
        self._storage = StorageType.MEMORY if in_memory else StorageType.FILE
        self._ack_seconds = ack_seconds
        self._mark_seconds = mark_seconds
        self._client: Client | None = None
        self._js: JetStreamContext | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._watch = Watch()
        self._forbidden = ""
        self._pullers = {topic: Puller(streams.STREAM, topic.value, self._wake.set) for topic in Topic}
        self._in_hand: set[InHand] = set()

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
            await asyncio.wait([keeper])
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
        except TROUBLE as error:
            raise self._unavailable(error) from error
        version = client.connected_server_version
        release = f"{version.major}.{version.minor}.{version.patch}"
        return f"NATS {release} at {self._place}: {waiting} waiting"

    async def worries(self) -> Sequence[str]:
        client, js = self._connected()
        try:
            return await soundness.worries(client, js, self._storage)
        except TROUBLE as error:
            raise self._unavailable(error) from error

    async def announce(self, topic: Topic, item: str, *more: str, mark: str = "") -> None:
        client, js = self._connected()
        subject = streams.subject(topic)
        *before, last = item, *more
        try:
            for each in before:
                # Nobody asks what became of it: the server takes them in order, and a broker that has lost
                # its stream, or has no room, says so to the last.
                await client.publish(subject, each.encode(), headers=_marked(topic, each, mark))
            # Not `publish_async`: what is refused is never heard of there.
            await js.publish(subject, last.encode(), ANSWER_SECONDS, headers=_marked(topic, last, mark))
            still_wanted()
        except TROUBLE as error:
            self._wake.set()
            raise self._unavailable(error) from error

    async def receive(self, topic: Topic) -> AsyncGenerator[Received]:
        while (msg := await self._pullers[topic].next()) is not None:
            yield InHand(msg, self._in_hand, self._can_say)

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
        if isinstance(error, TimeoutError) and self._forbidden:
            return BusUnavailable(
                f"NATS at {self._place} does not let this user do what is needed ({self._forbidden}): "
                f"allow it to {NEEDED}"
            )
        if isinstance(error, TimeoutError):
            return BusUnavailable(f"NATS at {self._place} does not answer: see that it runs")
        return BusUnavailable(f"NATS at {self._place} would not take it ({why(error)}): {what_to_do(error)}")

    async def _connect(self) -> None:
        client = self._client = Client()
        self._forbidden = ""
        # Only the first refusals are asked for; a server that is away for days goes on refusing.
        failed: asyncio.Queue[Exception] = asyncio.Queue(len(self._servers))

        async def on_error(error: Exception) -> None:
            with contextlib.suppress(asyncio.QueueFull):
                failed.put_nowait(error)
            self._forbidden = forbidden(error) or self._forbidden
            log.debug("NATS at %s: %s", self._place, why(error))

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
            soundness.refuse_what_is_too_old(client)
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
            await streams.make(self._js, self._storage, self._ack_seconds, self._mark_seconds)
            await self._look(self._js)
        except TimeoutError as error:
            raise self._unavailable(error) from error
        except TROUBLE as error:
            raise BusUnavailable(
                f"NATS at {self._place} would not set up the stream {streams.STREAM} ({why(error)}): "
                f"{what_to_do(error)}"
            ) from error

    async def _look(self, js: JetStreamContext) -> bool:
        """True when something had to be mended."""
        lost = await self._watch.astray(js)
        for found in lost:
            await streams.begin_anew(js, found, self._ack_seconds)
            log.warning(
                "NATS at %s had lost its place in %s of %s, as after its files were put back: "
                "what is there is delivered again",
                self._place,
                found.consumer,
                streams.STREAM,
            )
        return bool(lost)

    async def _keep(self) -> None:
        """Streams in memory vanish with their server, and a server may close a connection for good."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SECOND_LOOK_SECONDS if self._watch.suspects else LOOK_SECONDS):
                    await self._wake.wait()
            client = self._client
            troubled = self._wake.is_set() or any(puller.is_deaf for puller in self._pullers.values())
            self._wake.clear()
            if client is None:
                continue
            try:
                if troubled:
                    await self._mend(client)
                else:
                    await self._look_again(client)
                    still_wanted()
                    continue
            except BusUnavailable as problem:
                log.info("%s", problem)
                self._wake.set()
            still_wanted()
            await asyncio.sleep(MEND_SECONDS)

    async def _look_again(self, client: Client) -> None:
        if self._js is None or not client.is_connected:
            return
        try:
            if await self._look(self._js):
                self._wake.set()
        except TROUBLE as error:
            raise self._unavailable(error) from error

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


def _marked(topic: Topic, item: str, mark: str) -> dict[str, str] | None:
    return {Header.MSG_ID.value: f"{topic.value} {item} {mark}"} if mark else None
