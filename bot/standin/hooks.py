"""Signed webhooks: sent in order by one task, every attempt kept, nothing repeated unless asked for."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.standin.jsontypes import JsonObject
from bot.standin.world import Delivery, Hook, World

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10.0
KEPT_RESPONSE_CHARACTERS = 100_000


class Deliverer:
    """GitHub's side of a webhook. GitHub does not retry either: a receiver that was down asks again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

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
        old = self._world.delivery(delivery_id)
        again = Delivery(
            id=self._world.next_id("delivery"),
            guid=old.guid,
            hook=old.hook,
            event=old.event,
            action=old.action,
            repository_id=old.repository_id,
            installation_id=old.installation_id,
            delivered_at=self._world.now(),
            redelivery=True,
            request_body=old.request_body,
        )
        return self._queued(again)

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
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            while True:
                delivery = await self._queue.get()
                try:
                    await self._deliver(client, delivery)
                finally:
                    self._queue.task_done()

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        import httpx

        delivery.request_headers = dict(self._headers(delivery))
        delivery.delivered_at = self._world.now()
        started = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await client.post(
                    delivery.hook.url, content=delivery.request_body, headers=delivery.request_headers
                )
        except (httpx.TimeoutException, TimeoutError):
            delivery.status, delivery.status_code = "timed out", 504
        except (httpx.HTTPError, httpx.InvalidURL):
            delivery.status, delivery.status_code = "failed to connect to host", 502
        else:
            delivery.status = "OK" if answer.is_success else f"Invalid HTTP Response: {answer.status_code}"
            delivery.status_code = answer.status_code
            delivery.response_headers = dict(answer.headers)
            delivery.response_body = answer.text[:KEPT_RESPONSE_CHARACTERS]
        delivery.duration = time.monotonic() - started

    def _headers(self, delivery: Delivery) -> Mapping[str, str]:
        hook = delivery.hook
        from_app = hook.repository_id is None
        target = self._world.app.id if from_app else hook.repository_id
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/51a1d0e",
            "X-GitHub-Delivery": delivery.guid,
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Hook-ID": str(hook.id),
            "X-GitHub-Hook-Installation-Target-ID": str(target),
            "X-GitHub-Hook-Installation-Target-Type": "integration" if from_app else "repository",
            "X-Hub-Signature-256": signature(hook.secret, delivery.request_body),
        }


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
