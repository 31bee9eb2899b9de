"""Work in line by whose it is: each line in its order and one at a time, all lines in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[None]]


class Lines:
    def __init__(self, group: asyncio.TaskGroup, at_once: int, most: int) -> None:
        """`most` stand in line; who brings one more waits."""
        self._group = group
        # Whoever waits for it gets it in order, which is what lets the lines take turns.
        self._turns = asyncio.Semaphore(at_once)
        self._room = asyncio.Semaphore(most)
        self._lines: dict[str, deque[Work]] = {}

    async def join(self, whose: str, work: Work) -> None:
        await self._room.acquire()
        line = self._lines.get(whose)
        if line is None:
            line = self._lines[whose] = deque()
            self._group.create_task(self._go_on(whose, line))
        line.append(work)

    async def _go_on(self, whose: str, line: deque[Work]) -> None:
        while line:
            async with self._turns:
                await line.popleft()()
            self._room.release()
        del self._lines[whose]
