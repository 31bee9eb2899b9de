"""Every endpoint there is."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route

from bot.standin.rest import (
    app,
    clone,
    comments,
    commits,
    contents,
    git_objects,
    git_refs,
    hooks,
    issues,
    labels,
    pulls,
    reactions,
    reviews,
    users,
)
from bot.standin.rest.contents import Downloads
from bot.standin.rest.endpoint import nothing_here, routes
from bot.standin.site import Site

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_RESOURCES = (
    users,
    issues,
    labels,
    comments,
    reactions,
    git_refs,
    git_objects,
    commits,
    contents,
    pulls,
    reviews,
    hooks,
    app,
)


def api_routes(site: Site) -> list[BaseRoute]:
    """The API twice: at the root as on api.github.com, and below /api/v3 as on a GitHub of one's own."""
    downloads = Downloads(site)
    endpoints = [endpoint for resource in _RESOURCES for endpoint in resource.ENDPOINTS]
    api = routes(site, [*endpoints, *downloads.endpoints()])
    return [
        Mount("/api/v3", routes=[*api, Route("/{rest:path}", nothing_here, methods=_METHODS)]),
        *api,
        *(
            Route(f"/{first}/{{rest:path}}", nothing_here, methods=_METHODS)
            for first in ("repos", "users", "app")
        ),
        Route("/-/codeload/{owner}/{repo}/legacy.tar.gz/{ref:path}", downloads.send),
        *clone.routes(site),
    ]
