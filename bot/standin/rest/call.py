"""One request as an endpoint sees it: who asks, about which repository, with what body."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from bot.standin.errors import GitHubError
from bot.standin.jsontypes import Body, Json, is_list
from bot.standin.rest.answers import Page, json_response, link_header
from bot.standin.roles import Need
from bot.standin.site import Site
from bot.standin.urls import Urls
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository


@dataclass
class Call:
    site: Site
    request: Request
    user: User
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def urls(self) -> Urls:
        """Those of the API that was asked: with the prefix, or at the root."""
        return replace(self.site.world.urls, prefix=str(self.request.scope.get("root_path", "")))

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def number(self, name: str = "number") -> int:
        return int(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    def repository(self, need: Need) -> Repository:
        """The repository in the path, if the caller may do with it what is asked."""
        repo = self.site.world.repository(self.path("owner"), self.path("repo"))
        self.site.require(repo, self.user, need)
        if self.user.type == "Bot":
            self.headers["X-Accepted-GitHub-Permissions"] = need.accepted
        return repo

    async def json(self) -> Json:
        raw = await self.request.body()
        if not raw:
            return {}
        try:
            given = cast("Json", json.loads(raw))
            # Half a surrogate pair passes the parser, and could never be sent back.
            json.dumps(given, ensure_ascii=False).encode()
            return given
        except ValueError as problem:
            raise GitHubError(400, "Problems parsing JSON") from problem

    async def body(self) -> Body:
        given = await self.json()
        if not isinstance(given, Mapping):
            raise GitHubError(400, "Body should be a JSON object")
        return Body(given)

    async def names_or_list(self, name: str) -> list[str]:
        """Some bodies may be the bare array instead of an object around it."""
        given = await self.json()
        if is_list(given):
            return Body({name: given}).names(name)
        return (await self.body()).names(name)

    def page(self, rows: Sequence[Json], under: str = "") -> Response:
        """The part of the list that was asked for, with the Link header that leads to the others.

        `under` is the name of the list where GitHub gives an object with its length beside it.
        """
        page = Page.asked(self.request.query_params)
        link = link_header(self.urls.root, self.request, page, len(rows))
        part = page.of(rows)
        shape: Json = {"total_count": len(rows), under: part} if under else part
        return json_response(shape, headers={"Link": link} if link else {})

    def media(self) -> str:
        return media_of(self.request)


def media_of(request: Request) -> str:
    """`diff`, `patch`, `raw` or `json`, from the Accept header in its old and new spelling."""
    for part in request.headers.get("accept", "").split(","):
        kind = part.split(";")[0].strip()
        if kind.startswith("application/vnd.github."):
            name = kind.removeprefix("application/vnd.github.").removeprefix("v3.").removesuffix("+json")
            if name in ("diff", "patch", "raw"):
                return name
    return "json"
