"""The long-running commands: receive and work in one process, or only work."""

from __future__ import annotations

import asyncio
import json
import logging
import sys

from bot import settings as configuration
from bot.listening import listen, serving
from bot.models.keys import need_models
from bot.settings import Settings
from workflows.errors import OperatorProblem

log = logging.getLogger("redfirst")


async def serve(host: str | None, port: int | None, *, as_json: bool) -> None:
    settings = _settings(host=host, port=port)
    settings.webhook_secrets()
    if settings.workers:
        need_models(settings)
    from bot.breakers import Breakers
    from bot.github.guarded import GuardedForge
    from bot.web.app import create_app
    from bot.web.files import allow_many_files
    from bot.wiring import bus_of, plant, store_of

    allow_many_files()
    # First what fails most often, and before anything is begun that would be left half done.
    taken = listen(settings.host, settings.port)
    breakers = Breakers()
    try:
        async with (
            store_of(settings) as store,
            bus_of(settings) as bus,
            plant(
                settings,
                store,
                GuardedForge(settings, breakers),
                breakers=breakers,
                pool=settings.sandbox_pool if settings.workers else 0,
            ) as works,
        ):
            app = create_app(settings, store, bus, breakers)
            async with serving(app, bound=taken) as url:
                _ready(as_json, url=url, store=await store.check(), bus=await bus.check())
                if settings.workers:
                    works.model.warm()
                    await works.worker(settings, bus, settings.workers).work()
                else:
                    await asyncio.Event().wait()
    finally:
        taken.close()


async def work(at_once: int, *, as_json: bool) -> None:
    settings = _settings()
    if not (settings.database_url.startswith("postgres") and settings.nats_url):
        raise OperatorProblem(
            "work shares its work with serve: set REDFIRST_DATABASE_URL to PostgreSQL and NATS_URL for both"
        )
    need_models(settings)
    from bot.breakers import Breakers
    from bot.github.guarded import GuardedForge
    from bot.wiring import bus_of, plant, store_of

    breakers = Breakers()
    async with (
        store_of(settings) as store,
        bus_of(settings) as bus,
        plant(
            settings,
            store,
            GuardedForge(settings, breakers),
            breakers=breakers,
            pool=settings.sandbox_pool,
        ) as works,
    ):
        _ready(as_json, store=await store.check(), bus=await bus.check())
        works.model.warm()
        await works.worker(settings, bus, at_once).work()


def _settings(**overrides: object) -> Settings:
    from bot.telemetry import logs

    settings = configuration.load(**overrides)
    logs.set_up(settings)
    return settings


def _ready(as_json: bool, **facts: str) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"ready": True, **facts}) + "\n")
        sys.stdout.flush()
    log.info("ready: %s", "; ".join(facts.values()))
