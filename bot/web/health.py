"""`/healthz`: the process answers. `/readyz`: the store and the bus do too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bus.port import Bus
from bot.release import release
from bot.store.port import Store
from workflows.errors import Problem

if TYPE_CHECKING:
    from fastapi import APIRouter


def routes(store: Store, bus: Bus) -> APIRouter:
    from fastapi import APIRouter, Response
    from pydantic import BaseModel

    class Health(BaseModel):
        release: str
        ok: bool = True
        wrong: list[str] = []

    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> Health:
        return Health(release=release())

    @router.get("/readyz")
    async def readyz(response: Response) -> Health:
        wrong: list[str] = []
        for check in (store.check, bus.check):
            try:
                await check()
            except Problem as problem:
                wrong.append(problem.sentence)
        response.status_code = 503 if wrong else 200
        return Health(release=release(), ok=not wrong, wrong=wrong)

    del healthz, readyz
    return router
