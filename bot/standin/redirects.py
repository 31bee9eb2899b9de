"""Where a repository went: its old name leads to its number, and that to what is asked of it now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import URL
from starlette.responses import JSONResponse

from bot.standin.world.everything import World

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_NAMED = re.compile(r"(?P<prefix>/api/v3)?/repos/(?P<name>[^/]+/[^/]+)(?P<rest>/.*)?")
_NUMBERED = re.compile(r"(?P<prefix>/api/v3)?/repositories/(?P<number>\d+)(?P<rest>/.*)?")


class Redirects:
    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = str(scope["path"])
        named = _NAMED.fullmatch(path)
        moved = self._world.moved.get(named["name"].lower()) if named else None
        if named and moved and named["name"].lower() not in self._world.repositories:
            to = f"{named['prefix'] or ''}/repositories/{moved.id}{named['rest'] or ''}"
            await _elsewhere(scope, to)(scope, receive, send)
            return
        await self._app(self._by_name(scope, path), receive, send)

    def _by_name(self, scope: Scope, path: str) -> Scope:
        numbered = _NUMBERED.fullmatch(path)
        if numbered is None:
            return scope
        for repository in self._world.repositories.values():
            if repository.id == int(numbered["number"]):
                there = f"{numbered['prefix'] or ''}/repos/{repository.full_name}{numbered['rest'] or ''}"
                return {**scope, "path": there, "raw_path": there.encode()}
        return scope


def _elsewhere(scope: Scope, to: str) -> JSONResponse:
    reading = scope["method"] in {"GET", "HEAD"}
    location = str(URL(scope=scope).replace(path=to))
    docs = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects"
    said = {"message": "Moved Permanently", "url": location, "documentation_url": docs}
    return JSONResponse(said, 301 if reading else 307, {"location": location})
