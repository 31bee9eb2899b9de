"""From a handler to a route: authentication, rate limit, errors and headers, the same for every endpoint."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.standin.errors import GitHubError, not_found
from bot.standin.rest.answers import error_response, json_response, with_entity_tag
from bot.standin.rest.auth import authenticate, authenticate_app
from bot.standin.rest.call import Call
from bot.standin.rest.limits import RateLimits
from bot.standin.rest.versions import OLDEST, in_version, version_of
from bot.standin.site import Site

Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str
    handler: Handler
    docs: str
    """The page below docs.github.com/rest that an error of this endpoint points to."""
    by_app: bool = False
    """Whether the caller must be the app itself, with its signed token, and not one of its installations."""


def routes(site: Site, endpoints: Sequence[Endpoint]) -> list[Route]:
    limits = RateLimits(site.world)

    async def rate_limit(call: Call) -> Response:
        core = limits.summary(call.user)
        return json_response({"resources": {"core": core, "search": core}, "rate": core})

    asked = Endpoint("GET", "/rate_limit", rate_limit, "rate-limit/rate-limit")
    return [Route(e.path, _route(site, limits, e), methods=[e.method]) for e in (*endpoints, asked)]


def _route(site: Site, limits: RateLimits, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            version = version_of(request)
            check = authenticate_app if endpoint.by_app else authenticate
            user = check(site.world, request.headers.get("authorization"))
            headers = limits.headers(user)
            limits.check(user)
            call = Call(site, request, user)
            answer = in_version(version, await endpoint.handler(call))
            response = with_entity_tag(request, answer)
            # What had not changed costs nothing.
            if response.status_code != 304 and not endpoint.path.endswith("/rate_limit"):
                limits.count(user)
            headers = limits.headers(user)
        except GitHubError as error:
            response = error_response(error, endpoint.docs)
        response.headers.update({**common_headers(request), **headers})
        return response

    return serve


def common_headers(request: Request) -> dict[str, str]:
    version = request.headers.get("x-github-api-version")
    return {
        "Server": "github.com",
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Request-Id": hashlib.sha256(uuid.uuid4().bytes).hexdigest()[:32].upper(),
        "X-GitHub-Api-Version-Selected": version or OLDEST,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=60, s-maxage=60",
        "Vary": "Accept, Authorization, Cookie, Accept-Encoding, Accept, X-Requested-With",
    }


async def nothing_here(request: Request) -> Response:
    response = error_response(not_found())
    response.headers.update(common_headers(request))
    return response
