"""Sandboxes that were started before anybody asked for them, so that who asks need not wait.

They are made one at a time and never more than are wanted. What nobody asks for goes away again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from workflows.errors import Problem

log = logging.getLogger("redfirst.sandboxes")

S = TypeVar("S")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Pace:
    idle_seconds: float = 900.0
    """For a kind that nobody asked for as long, nothing is kept."""
    rest_seconds: float = 30.0
    """After one that could not be made."""
    kinds: int = 3
    """The default image, and the environments of late."""


@dataclass(slots=True)
class Pool(Generic[K, S]):
    size: int
    """Of each kind."""
    make: Callable[[K], Awaitable[S]]
    discard: Callable[[S], Awaitable[None]]
    pace: Pace = field(default_factory=Pace)
    _ready: defaultdict[K, deque[S]] = field(default_factory=lambda: defaultdict(deque))
    _asked: dict[K, float] = field(default_factory=dict[K, float])
    """When each was asked for last, the latest at the end."""
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _filling: asyncio.Task[None] | None = None

    def want(self, kind: K) -> None:
        """From now on some of this kind are there."""
        if self.size:
            self._asked.pop(kind, None)
            self._asked[kind] = asyncio.get_running_loop().time()
            self._wanted.set()
            self._filling = self._filling or asyncio.create_task(self._fill())

    def take(self, kind: K) -> S | None:
        """One that is now the caller's, if there is one."""
        ready = self._ready.get(kind)
        return ready.popleft() if ready else None

    @property
    def ready(self) -> int:
        return sum(map(len, self._ready.values()))

    async def close(self) -> None:
        if self._filling:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
            self._filling = None
        leaving = [one for ready in self._ready.values() for one in ready]
        self._ready.clear()
        await asyncio.gather(*(self._drop(one) for one in leaving))

    async def _fill(self) -> None:
        while True:
            self._wanted.clear()
            await self._drop_idle()
            kind = next((kind for kind in reversed(self._asked) if len(self._ready[kind]) < self.size), None)
            if kind is None:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.pace.idle_seconds / 2):
                        await self._wanted.wait()
                continue
            try:
                made = await self.make(kind)
            except Problem as problem:
                log.info("no sandbox could be made ready beforehand: %s", problem.sentence)
                # Until somebody asks again.
                self._asked.pop(kind, None)
                await asyncio.sleep(self.pace.rest_seconds)
            else:
                self._ready[kind].append(made)

    async def _drop_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        latest = list(self._asked)[-self.pace.kinds :]
        for kind in list(self._ready | self._asked):
            asked = self._asked.get(kind)
            if asked is None or kind not in latest or now - asked > self.pace.idle_seconds:
                self._asked.pop(kind, None)
                for one in self._ready.pop(kind, ()):
                    await self._drop(one)

    async def _drop(self, one: S) -> None:
        # What is left behind here is found by the reaper.
        with contextlib.suppress(Problem):
            await self.discard(one)
