"""`/healthz`: the process answers. `/readyz`: the store and the bus do too, and what else does not."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from bot.breakers import Breakers
from bot.bus.port import Bus
from bot.release import release
from bot.store.port import Store
from workflows.errors import Problem


class Health(BaseModel):
    release: str
    ok: bool = True
    wrong: list[str] = []
    away: list[str] = []
    """What runs wait for. Deliveries are taken all the same, so it does not make this process unready."""


def routes(store: Store, bus: Bus, breakers: Breakers) -> APIRouter:
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
        return Health(release=release(), ok=not wrong, wrong=wrong, away=breakers.away())

    router = APIRouter(tags=["health"])
    router.add_api_route("/healthz", healthz)
    router.add_api_route("/readyz", readyz)
    return router
