"""What `/readyz` says: what makes us unready, and what we only wait for."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.breakers import Breakers
from bot.bus.memory import MemoryBus
from bot.store.memory import MemoryStore
from bot.store.port import NewDelivery, StoreUnavailable
from bot.web.health import Health, Taken, routes
from bot.web.intake import Refusal
from bot.web.webhook import Webhook
from workflows.errors import Passing, Unreachable


class BrokenStore(MemoryStore):
    async def check(self) -> str:
        raise StoreUnavailable("the database is locked; see who holds it")


def asked(breakers: Breakers, store: MemoryStore | None = None) -> tuple[int, Health]:
    app = FastAPI(telemetry={"auto_configure": False, "tracing": False})
    app.include_router(routes(store or MemoryStore(), MemoryBus(), breakers, door()))
    with TestClient(app) as client:
        answer = client.get("/readyz")
    return answer.status_code, Health.model_validate_json(answer.content)


def door() -> Webhook:
    async def keep(_: NewDelivery) -> bool:
        return True

    async def announce(*_: str) -> None: ...

    webhook = Webhook([b"secret"], keep, announce)
    webhook.counts.keep("issues")
    webhook.counts.refuse(Refusal(401, "not signed"))
    return webhook


async def away() -> Breakers:
    breakers = Breakers()

    async def ask() -> None:
        raise Passing("503", wait=60)

    try:
        await breakers.of("the model m").call(ask)
    except Unreachable:
        return breakers
    raise AssertionError("it should have opened")


def test_with_all_there_nothing_is_said() -> None:
    status, health = asked(Breakers())
    assert (status, health.ok, health.wrong, health.away) == (200, True, [], [])


async def test_a_model_that_is_away_is_named_and_does_not_make_us_unready() -> None:
    status, health = asked(await away())
    assert (status, health.ok, health.wrong) == (200, True, [])
    (said,) = health.away
    assert said.startswith("the model m has not answered since")


async def test_a_store_that_is_away_does() -> None:
    status, health = asked(await away(), BrokenStore())
    assert (status, health.ok, health.wrong) == (503, False, ["the database is locked; see who holds it"])
    assert health.away


def test_what_came_to_the_door_is_counted() -> None:
    _, health = asked(Breakers())
    assert health.deliveries == Taken(kept={"issues": 1}, refused={401: 1})
