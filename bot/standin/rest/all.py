"""Every endpoint there is."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route

from bot.standin.rest import (
    app,
    app_hook,
    archives,
    assignees,
    check_suites,
    checks,
    clone,
    collaborators,
    comments,
    commits,
    contents,
    git_objects,
    git_refs,
    graphql,
    hooks,
    issues,
    labels,
    merges,
    meta,
    pulls,
    reactions,
    review_comments,
    review_requests,
    reviews,
    statuses,
    tokens,
    users,
    workflow_runs,
)
from bot.standin.rest.downloads import PATH, Downloads
from bot.standin.rest.endpoint import nothing_here, routes
from bot.standin.site import Site
from bot.standin.urls import PREFIX

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
# The order matters where a commit's name may have slashes: what follows it comes before the commit alone.
RESOURCES = (
    users,
    collaborators,
    issues,
    assignees,
    labels,
    comments,
    reactions,
    git_refs,
    git_objects,
    statuses,
    checks,
    check_suites,
    commits,
    merges,
    contents,
    pulls,
    review_requests,
    reviews,
    review_comments,
    workflow_runs,
    graphql,
    hooks,
    app,
    app_hook,
    tokens,
    meta,
)
_ROOTS = ("repos", "repositories", "users", "user", "app", "apps", "installation", "orgs", "search")


def api_routes(site: Site) -> list[BaseRoute]:
    """The API twice: at the root as on api.github.com, and below /api/v3 as on a GitHub of one's own."""
    downloads = Downloads(site)
    logs = workflow_runs.Logs(downloads)
    endpoints = [endpoint for resource in RESOURCES for endpoint in resource.ENDPOINTS]
    api = routes(site, [*endpoints, *archives.endpoints(downloads), *logs.endpoints(), meta.ROOT])
    return [
        Mount(PREFIX, routes=[*api, Route("/{rest:path}", nothing_here, methods=_METHODS)]),
        *(route for route in api if route.path != meta.ROOT.path),
        *(Route(f"/{first}/{{rest:path}}", nothing_here, methods=_METHODS) for first in _ROOTS),
        Route(PATH, downloads.send),
        *clone.routes(site),
    ]
