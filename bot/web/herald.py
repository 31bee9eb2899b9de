"""Tells the bus what was kept, beside the requests: a bus that hangs holds up no answer.

What cannot be told is found by the sweep, so whoever waits too long is let go.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Unpack

from bot.bus.port import BusUnavailable

MOST_WAITING = 10_000
AT_ONCE = 256
SECONDS = 5.0
PAUSE_SECONDS = 0.02
"""Between two rounds: many at once cost the bus and us a quarter of what they cost one by one."""

log = logging.getLogger("redfirst.webhook")


Announce = Callable[[Unpack[tuple[str, ...]]], Awaitable[None]]
"""Of several deliveries at once."""


class Herald:
    def __init__(self, announce: Announce) -> None:
        self._announce = announce
        self._waiting: deque[str] = deque()
        self._going: asyncio.Task[None] | None = None
        self.untold = 0
        """How many were left to the sweep."""

    def tell(self, delivery: str) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self.untold += 1
            return
        self._waiting.append(delivery)
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go(), name="herald")

    async def _go(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                async with asyncio.timeout(SECONDS):
                    await self._announce(*some)
            except (BusUnavailable, TimeoutError) as error:
                self._leave(len(some), error)
            await asyncio.sleep(PAUSE_SECONDS)

    def _leave(self, failed: int, error: Exception) -> None:
        """All that waits with them: else each would have to wait for the bus in its turn."""
        left = failed + len(self._waiting)
        self._waiting.clear()
        self.untold += left
        why = error.sentence if isinstance(error, BusUnavailable) else "the bus does not answer"
        log.warning("%s deliveries not announced, the sweep will find them: %s", left, why)
