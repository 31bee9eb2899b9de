"""Keeps messages and deliveries in hand while work on them goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass

from bot.bus.port import Received
from bot.store.port import Delivery, Store
from workflows.engine.journal import Lease
from workflows.engine.lease import held

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


@contextlib.asynccontextmanager
async def taken(
    store: Store, delivery_id: str, worker: str, seconds: float
) -> AsyncGenerator[Delivery | None]:
    """For as long as it takes, and by nobody else; put down again if it comes to nothing."""
    asked = asyncio.get_running_loop().time()
    delivery = await store.take_delivery(delivery_id, worker, seconds)
    if delivery is None:
        yield None
        return
    lease = Lease(run=delivery_id, worker=worker, fence=0)
    async with held(_Deliveries(store), lease, seconds, asked=asked, what="delivery"):
        yield delivery


@dataclass(frozen=True, slots=True)
class _Deliveries:
    """The leases on them."""

    store: Store

    async def renew(self, lease: Lease, seconds: float) -> None:
        await self.store.renew_delivery(lease.run, lease.worker, seconds)

    async def release(self, lease: Lease) -> None:
        await self.store.give_back_delivery(lease.run, lease.worker)
