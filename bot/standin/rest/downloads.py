"""Addresses that carry their permission with them, and need no header: of archives and logs."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from bot.standin.errors import not_found
from bot.standin.rest.answers import error_response
from bot.standin.site import Site

KEPT = 1000
PATH = "/-/codeload/{name:path}"
Content = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True)
class _Offer:
    name: str
    file: str
    kind: str
    content: Content


class Downloads:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._offers: dict[str, _Offer] = {}

    def offer(self, name: str, kind: str, content: bytes) -> str:
        async def ready() -> bytes:
            return content

        return self.offer_later(name, name, kind, ready)

    def offer_later(self, name: str, file: str, kind: str, content: Content) -> str:
        """The address; what is there is made when it is fetched."""
        token = secrets.token_urlsafe(16)
        self._offers[token] = _Offer(name, file, kind, content)
        if len(self._offers) > KEPT:
            del self._offers[next(iter(self._offers))]
        return f"{self._site.world.urls.root}/-/codeload/{quote(name)}?token={token}"

    async def send(self, request: Request) -> Response:
        offer = self._offers.get(request.query_params.get("token", ""))
        if offer is None or offer.name != str(request.path_params["name"]):
            return error_response(not_found())
        disposition = {"Content-Disposition": f"attachment; filename={offer.file}"}
        return Response(await offer.content(), media_type=offer.kind, headers=disposition)
