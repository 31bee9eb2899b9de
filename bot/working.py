"""Keeps messages in hand while work on them goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable

from bot.bus.port import Received

WORKING_SECONDS = 10.0


@contextlib.asynccontextmanager
async def working(in_hand: Callable[[], Iterable[Received]]) -> AsyncGenerator[None]:
    async def beat() -> None:
        while True:
            await asyncio.sleep(WORKING_SECONDS)
            for message in list(in_hand()):
                await message.working()

    heart = asyncio.create_task(beat())
    try:
        yield
    finally:
        heart.cancel()
        # Not awaited as such: it would swallow a cancellation that is meant for us.
        await asyncio.wait([heart])
