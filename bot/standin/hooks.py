"""Webhooks: sent in order by one task, every attempt kept, nothing repeated unless asked for."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.standin import sending
from bot.standin.faults import DeliveryFault, Faults
from bot.standin.jsontypes import JsonObject
from bot.standin.world.everything import World
from bot.standin.world.hooks import Delivery, Hook

if TYPE_CHECKING:
    import ssl

    import httpx


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Read once: the certificates of the whole world take longer than the rest of a start."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


class Deliverer:
    """GitHub's side of a webhook. GitHub does not retry either: a receiver that was down asks again."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._went = asyncio.Event()
        """Set when the next one has gone, and then replaced."""

    def enqueue(
        self,
        hook: Hook,
        event: str,
        payload: JsonObject,
        *,
        repository_id: int | None,
        installation_id: int | None,
    ) -> Delivery:
        action = payload.get("action")
        delivery = Delivery(
            id=self._world.next_id("delivery"),
            guid=str(uuid.uuid4()),
            hook=hook,
            event=event,
            action=action if isinstance(action, str) else None,
            repository_id=repository_id,
            installation_id=installation_id,
            delivered_at=self._world.now(),
            redelivery=False,
            # Rendered now: a receiver gets the state at the time of the event, however late it is sent.
            request_body=json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(),
        )
        return self._queued(delivery)

    def redeliver(self, delivery_id: int) -> Delivery:
        """Another attempt with the same body and guid: by that guid a receiver knows it has seen it."""
        return self._again(self._world.delivery(delivery_id), redelivery=True)

    def repeat(self, delivery: Delivery) -> Delivery:
        """What it said as a delivery of its own, which no receiver has seen."""
        return self._again(replace(delivery, guid=str(uuid.uuid4())), redelivery=False)

    def _again(self, old: Delivery, *, redelivery: bool) -> Delivery:
        return self._queued(
            replace(
                old,
                id=self._world.next_id("delivery"),
                delivered_at=self._world.now(),
                redelivery=redelivery,
                request_headers={},
                duration=0.0,
                status="PENDING",
                status_code=0,
                response_headers={},
                response_body="",
            )
        )

    def _queued(self, delivery: Delivery) -> Delivery:
        self._world.deliveries.append(delivery)
        self._queue.put_nowait(delivery)
        return delivery

    async def settled(self) -> None:
        """Returns once everything that was fired so far has been attempted."""
        await self._queue.join()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._deliver_all(), name="standin-hooks")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _deliver_all(self) -> None:
        import httpx

        # trust_env=False: a proxy of this machine has no business between the two.
        async with (
            httpx.AsyncClient(timeout=sending.TIMEOUT_SECONDS, trust_env=False, verify=_trusted()) as client,
            asyncio.TaskGroup() as held_back,
        ):
            while True:
                delivery = await self._queue.get()
                fault = self._faults.for_delivery(delivery.event, delivery.action)
                if fault is not None and fault.what in ("reorder", "delay"):
                    held_back.create_task(self._deliver_late(client, delivery, fault, self._went))
                else:
                    await self._deliver(client, delivery, fault)
                    self._went.set()
                    self._went = asyncio.Event()

    async def _deliver_late(
        self, client: httpx.AsyncClient, delivery: Delivery, fault: DeliveryFault, another_went: asyncio.Event
    ) -> None:
        """Not later than its time: the one to be let past may never come."""
        waited_for = another_went if fault.what == "reorder" else asyncio.Event()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(waited_for.wait(), fault.seconds)
        await self._deliver(client, delivery, None)

    async def _deliver(
        self, client: httpx.AsyncClient, delivery: Delivery, fault: DeliveryFault | None
    ) -> None:
        try:
            if fault is not None and fault.what == "drop":
                sending.lost(delivery)
                return
            await sending.attempt(client, self._world, delivery)
            if fault is not None and fault.what == "twice":
                await sending.attempt(client, self._world, delivery)
        finally:
            self._queue.task_done()
