"""How another process tells the stand-in what is to go wrong: `/-/faults`, in the terms of `FaultPlan`."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.standin.faults import FaultPlan
from bot.standin.site import Site


def control_routes(site: Site) -> list[Route]:
    async def show(_: Request) -> Response:
        return JSONResponse([{**asdict(fault), "seen": seen} for fault, seen in site.faults.seen()])

    async def add(request: Request) -> Response:
        import msgspec

        # No page of another site can send this type without asking first.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return JSONResponse({"message": "Send application/json"}, 415)
        try:
            plan = msgspec.json.decode(await request.body(), type=FaultPlan)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            return JSONResponse({"message": str(problem)}, 400)
        site.faults.add(*plan.all())
        return await show(request)

    async def clear(_: Request) -> Response:
        site.faults.clear()
        return Response(status_code=204)

    path = "/-/faults"
    return [
        Route(path, show, methods=["GET"]),
        Route(path, add, methods=["POST"]),
        Route(path, clear, methods=["DELETE"]),
    ]
