"""One attempt to deliver a webhook: what is sent, how it is signed, and what became of it."""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from bot.standin.world.everything import World
from bot.standin.world.hooks import Delivery

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10.0
KEPT_RESPONSE_CHARACTERS = 100_000
FORM = "application/x-www-form-urlencoded"


async def attempt(client: httpx.AsyncClient, world: World, delivery: Delivery) -> None:
    """Written down in the delivery, whatever comes of it."""
    import httpx

    body = _body(delivery)
    delivery.request_headers = _headers(world, delivery, body)
    delivery.delivered_at = world.now()
    started = time.monotonic()
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            answer = await client.post(delivery.hook.url, content=body, headers=delivery.request_headers)
    except (httpx.TimeoutException, TimeoutError):
        delivery.status, delivery.status_code = "timed out", 504
    except (httpx.HTTPError, httpx.InvalidURL):
        lost(delivery)
    else:
        delivery.status = "OK" if answer.is_success else f"Invalid HTTP Response: {answer.status_code}"
        delivery.status_code = answer.status_code
        delivery.response_headers = dict(answer.headers)
        delivery.response_body = answer.text[:KEPT_RESPONSE_CHARACTERS]
    delivery.duration = time.monotonic() - started


def lost(delivery: Delivery) -> None:
    delivery.status, delivery.status_code = "failed to connect to host", 502


def _body(delivery: Delivery) -> bytes:
    if delivery.hook.content_type == "json":
        return delivery.request_body
    return b"payload=" + quote_plus(delivery.request_body).encode()


def _headers(world: World, delivery: Delivery, body: bytes) -> dict[str, str]:
    hook = delivery.hook
    from_app = hook.repository_id is None
    target = world.app.id if from_app else hook.repository_id
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json" if hook.content_type == "json" else FORM,
        "User-Agent": "GitHub-Hookshot/51a1d0e",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(target),
        "X-GitHub-Hook-Installation-Target-Type": "integration" if from_app else "repository",
    }
    if hook.secret:
        headers["X-Hub-Signature"] = signature("sha1", hook.secret, body)
        headers["X-Hub-Signature-256"] = signature("sha256", hook.secret, body)
    return headers


def signature(method: str, secret: str, body: bytes) -> str:
    return f"{method}=" + hmac.new(secret.encode(), body, method).hexdigest()
