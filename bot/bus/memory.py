"""A bus inside one process, for tests and for trying things out; in every other way like the real one."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from bot.bus.port import BusUnavailable, Received, Topic
from bot.bus.rules import ACK_SECONDS, MARK_SECONDS


@dataclass(eq=False)
class _Message:
    topic: Topic
    id: str


class _Line:
    """Messages in their order, and who waits for one."""

    def __init__(self) -> None:
        self._ready: deque[_Message] = deque()
        self._waiting: deque[asyncio.Future[_Message | None]] = deque()

    def put(self, message: _Message) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(message)
                return
        self._ready.append(message)

    def take(self) -> asyncio.Future[_Message | None]:
        future: asyncio.Future[_Message | None] = asyncio.get_running_loop().create_future()
        if self._ready:
            future.set_result(self._ready.popleft())
        else:
            self._waiting.append(future)
        return future


@dataclass
class Broker:
    """What several buses of one process share."""

    ack_seconds: float = ACK_SECONDS
    mark_seconds: float = MARK_SECONDS
    topics: defaultdict[Topic, _Line] = field(default_factory=lambda: defaultdict(_Line))
    _said: dict[tuple[Topic, str, str], float] = field(default_factory=dict[tuple[Topic, str, str], float])

    def announce(self, topic: Topic, item: str, mark: str) -> None:
        if not mark or self._is_new(topic, item, mark):
            self.put(_Message(topic, item))

    def put(self, message: _Message) -> None:
        self.topics[message.topic].put(message)

    def _is_new(self, topic: Topic, item: str, mark: str) -> bool:
        now = time.monotonic()
        # The oldest come first: what is forgotten here is all that is to be forgotten.
        while self._said and self._said[oldest := next(iter(self._said))] <= now - self.mark_seconds:
            del self._said[oldest]
        return self._said.setdefault((topic, item, mark), now) == now


class _InHand:
    """A message in hand: it goes back by itself when nobody says anything."""

    def __init__(self, message: _Message, bus: MemoryBus) -> None:
        self._message = message
        self._bus = bus
        self._timer: asyncio.TimerHandle | None = None
        bus.in_hand.add(self)
        self._wait()

    @property
    def id(self) -> str:
        return self._message.id

    async def ack(self) -> None:
        self._let_go()

    def back(self) -> None:
        if self._let_go():
            self._bus.broker.put(self._message)

    async def again(self, after: float) -> None:
        if self._let_go():
            asyncio.get_running_loop().call_later(after, self._bus.broker.put, self._message)

    async def working(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._wait()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._bus.broker.ack_seconds, self.back)

    def _let_go(self) -> bool:
        """False when it had been let go before."""
        if self._timer is None:
            return False
        self._timer.cancel()
        self._timer = None
        self._bus.in_hand.discard(self)
        return True


class MemoryBus:
    def __init__(self, broker: Broker | None = None) -> None:
        self.broker = broker or Broker()
        self.in_hand: set[_InHand] = set()
        self._asking: set[asyncio.Future[_Message | None]] = set()
        self._open = False

    async def open(self) -> None:
        self._open = True

    async def close(self) -> None:
        self._open = False
        for future in self._asking:
            if not future.done():
                future.set_result(None)
        for message in list(self.in_hand):
            message.back()

    async def check(self) -> str:
        return "in memory: messages stay in this process"

    async def worries(self) -> Sequence[str]:
        return ()

    async def announce(self, topic: Topic, item: str, *more: str, mark: str = "") -> None:
        if not self._open:
            raise BusUnavailable("the bus is closed: this process is about to end")
        for each in (item, *more):
            self.broker.announce(topic, each, mark)

    async def receive(self, topic: Topic) -> AsyncGenerator[Received]:
        while (message := await self._next(self.broker.topics[topic])) is not None:
            yield _InHand(message, self)

    async def _next(self, line: _Line) -> _Message | None:
        """None when the bus was closed."""
        if not self._open:
            return None
        future = line.take()
        self._asking.add(future)
        try:
            return await future
        except asyncio.CancelledError:
            # Given at the very moment when nobody wanted it any more.
            if future.done() and not future.cancelled() and (message := future.result()) is not None:
                self.broker.put(message)
            raise
        finally:
            self._asking.discard(future)
