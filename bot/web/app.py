"""The web application: a plain front for the one hot route, FastAPI for all others."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from bot.breakers import Breakers
from bot.bus.port import Bus, Topic
from bot.release import release
from bot.settings import Settings
from bot.store.port import Store
from bot.web import health
from bot.web.keeping import keep
from bot.web.webhook import PATH, Webhook

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig
    from starlette.types import ASGIApp, Receive, Scope, Send

# Our traces are read off the journal; FastAPI's own would say the same again.
_QUIET: TelemetryConfig = {"auto_configure": False, "tracing": False}


def create_app(settings: Settings, store: Store, bus: Bus, breakers: Breakers) -> ASGIApp:
    from fastapi import FastAPI

    webhook = Webhook(
        settings.webhook_secrets(),
        functools.partial(keep, store),
        functools.partial(bus.announce, Topic.DELIVERIES),
    )
    app = FastAPI(title="Redfirst", version=release(), docs_url=None, redoc_url=None, telemetry=_QUIET)
    app.include_router(health.routes(store, bus, breakers, webhook))

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await webhook(scope, receive, send)
        else:
            await app(scope, receive, send)

    return front
