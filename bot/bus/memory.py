"""A bus inside one process, for tests and for trying things out; in every other way like the real one."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from bot.bus.port import BusUnavailable, Received, Topic
from bot.bus.rules import ACK_SECONDS, MAX_DELIVERIES


@dataclass(eq=False)
class _Message:
    topic: Topic
    id: str
    times: int = 0


@dataclass
class Broker:
    """What several buses of one process share."""

    ack_seconds: float = ACK_SECONDS
    max_deliveries: int = MAX_DELIVERIES
    dead: list[tuple[Topic, str]] = field(default_factory=list[tuple[Topic, str]])
    _ready: defaultdict[Topic, deque[_Message]] = field(default_factory=lambda: defaultdict(deque))
    _waiting: defaultdict[Topic, deque[asyncio.Future[_Message | None]]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def put(self, message: _Message) -> None:
        if message.times >= self.max_deliveries:
            self.dead.append((message.topic, message.id))
            return
        waiting = self._waiting[message.topic]
        while waiting:
            future = waiting.popleft()
            if not future.done():
                future.set_result(message)
                return
        self._ready[message.topic].append(message)

    def take(self, topic: Topic) -> asyncio.Future[_Message | None]:
        future: asyncio.Future[_Message | None] = asyncio.get_running_loop().create_future()
        if self._ready[topic]:
            future.set_result(self._ready[topic].popleft())
        else:
            self._waiting[topic].append(future)
        return future


class _InHand:
    def __init__(self, message: _Message, bus: MemoryBus) -> None:
        message.times += 1
        self._message = message
        self._bus = bus
        self._timer: asyncio.TimerHandle | None = None
        self._wait()

    @property
    def id(self) -> str:
        return self._message.id

    @property
    def times(self) -> int:
        return self._message.times

    async def ack(self) -> None:
        self._let_go()

    async def again(self, after: float) -> None:
        if self._let_go():
            asyncio.get_running_loop().call_later(after, self._bus.broker.put, self._message)

    async def working(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._wait()

    def back(self) -> None:
        if self._let_go():
            self._bus.broker.put(self._message)

    def _wait(self) -> None:
        seconds = self._bus.broker.ack_seconds
        self._timer = asyncio.get_running_loop().call_later(seconds, self.back)

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

    async def announce(self, topic: Topic, item: str) -> None:
        if not self._open:
            raise BusUnavailable("the bus is closed: this process is about to end")
        self.broker.put(_Message(topic, item))

    async def receive(self, topic: Topic) -> AsyncGenerator[Received]:
        while self._open:
            future = self.broker.take(topic)
            self._asking.add(future)
            try:
                message = await future
            except asyncio.CancelledError:
                self._give_back(future)
                raise
            finally:
                self._asking.discard(future)
            if message is not None:
                taken = _InHand(message, self)
                self.in_hand.add(taken)
                yield taken

    def _give_back(self, future: asyncio.Future[_Message | None]) -> None:
        """Given at the very moment when nobody wanted it any more."""
        if future.done() and not future.cancelled():
            message = future.result()
            if message is not None:
                self.broker.put(message)
