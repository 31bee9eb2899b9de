"""A bus, or the broker behind it, for as long as a test looks at it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

import nats
from nats.js import JetStreamContext

from bot.bus.nats import NatsBus


@contextlib.asynccontextmanager
async def jetstream(url: str, **options: str) -> AsyncGenerator[JetStreamContext]:
    client = await nats.connect(url, **options)
    try:
        yield client.jetstream()
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def opened(bus: NatsBus) -> AsyncGenerator[NatsBus]:
    await bus.open()
    try:
        yield bus
    finally:
        await bus.close()
