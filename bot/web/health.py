"""`/healthz`: the process answers. `/readyz`: the store and the bus do too, and what else does not."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from bot.breakers import Breakers
from bot.bus.port import Bus
from bot.release import release
from bot.store.port import Store
from bot.web.webhook import Webhook
from workflows.errors import Problem


class Taken(BaseModel):
    """What came to the door since the start."""

    kept: dict[str, int] = {}
    """By event, also those that are kept and then ignored."""
    again: int = 0
    refused: dict[int, int] = {}
    """By status."""
    untold: int = 0
    """Left to the sweep, since the bus did not take them."""


class Health(BaseModel):
    release: str
    ok: bool = True
    wrong: list[str] = []
    away: list[str] = []
    """What runs wait for. Deliveries are taken all the same, so it does not make this process unready."""
    deliveries: Taken = Taken()


def routes(store: Store, bus: Bus, breakers: Breakers, webhook: Webhook) -> APIRouter:
    async def healthz() -> Health:
        return Health(release=release())

    async def readyz(response: Response) -> Health:
        wrong: list[str] = []
        for check in (store.check, bus.check):
            try:
                await check()
            except Problem as problem:
                wrong.append(problem.sentence)
        response.status_code = 503 if wrong else 200
        counts = webhook.counts
        taken = Taken(
            kept=dict(counts.kept),
            again=counts.again,
            refused=dict(counts.refused),
            untold=webhook.herald.untold,
        )
        return Health(release=release(), ok=not wrong, wrong=wrong, away=breakers.away(), deliveries=taken)

    router = APIRouter(tags=["health"])
    router.add_api_route("/healthz", healthz)
    router.add_api_route("/readyz", readyz)
    return router
