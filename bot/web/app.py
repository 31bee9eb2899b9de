"""The web application: a plain front for the one hot route, FastAPI for all others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.bus.port import Bus, BusUnavailable, Topic
from bot.release import release
from bot.settings import Settings
from bot.store.port import Store
from bot.web import health
from bot.web.webhook import PATH, Webhook
from workflows.errors import OperatorProblem

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig
    from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger("redfirst.web")

# Our traces are read off the journal; FastAPI's own would say the same again.
_QUIET: TelemetryConfig = {"auto_configure": False, "tracing": False}


def create_app(settings: Settings, store: Store, bus: Bus) -> ASGIApp:
    from fastapi import FastAPI

    secrets = [
        secret.get_secret_value().encode()
        for secret in (settings.webhook_secret, settings.webhook_secret_previous)
        if secret.get_secret_value()
    ]
    if not secrets:
        raise OperatorProblem("no webhook secret: set REDFIRST_WEBHOOK_SECRET to what is set on GitHub")

    async def announce(delivery: str) -> None:
        try:
            await bus.announce(Topic.DELIVERIES, delivery)
        except BusUnavailable as error:
            # It is in the store; the sweep will find it.
            log.warning("delivery %s not announced: %s", delivery, error.sentence)

    webhook = Webhook(secrets, store.keep_delivery, announce)
    app = FastAPI(title="Redfirst", version=release(), docs_url=None, redoc_url=None, telemetry=_QUIET)
    app.include_router(health.routes(store, bus))

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await webhook(scope, receive, send)
        else:
            await app(scope, receive, send)

    return front
