"""From a handler to a route: who asks, the rate limit, errors and headers, the same for every endpoint."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.standin.errors import GitHubError, not_found
from bot.standin.rest.answers import error_response, json_response
from bot.standin.rest.app_auth import authenticate_app
from bot.standin.rest.auth import authenticate
from bot.standin.rest.call import Call, media_of
from bot.standin.rest.conditional import conditional
from bot.standin.rest.limits import RateLimits, spender
from bot.standin.rest.versions import OLDEST, in_version, version_of
from bot.standin.site import Site
from bot.standin.urls import ENTERPRISE_VERSION
from bot.standin.world.people import User

Handler = Callable[[Call], Awaitable[Response]]
NOBODY = User(0, "", "User")


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str
    handler: Handler
    docs: str
    """The page below docs.github.com/rest that an error of this endpoint points to."""
    by: Literal["token", "app", "anyone"] = "token"
    """Whether the caller must be the app itself, with what it has signed, or need not be known at all."""
    free: bool = False
    """Whether asking is not counted against the rate limit, and allowed when that is used up."""


def routes(site: Site, endpoints: Sequence[Endpoint]) -> list[Route]:
    limits = RateLimits(site.world)

    async def rate_limit(call: Call) -> Response:
        return json_response(limits.summary(spender(site.world, call.user, by_app=False)))

    asked = Endpoint("GET", "/rate_limit", rate_limit, "rate-limit/rate-limit", free=True)
    return [Route(e.path, _route(site, limits, e), methods=[e.method]) for e in (*endpoints, asked)]


def _route(site: Site, limits: RateLimits, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        headers = common_headers(request)
        who = None
        try:
            version = version_of(request)
            user = _caller(site, endpoint, request)
            if user is not NOBODY:
                who = spender(site.world, user, by_app=endpoint.by == "app")
                if not endpoint.free:
                    limits.spend(who)
            call = Call(site, request, user, headers)
            response = conditional(request, in_version(version, await endpoint.handler(call)))
            if who is not None and response.status_code == 304 and not endpoint.free:
                limits.give_back(who)
        except GitHubError as error:
            response = error_response(error, endpoint.docs)
            headers.update(error.headers)
        response.headers.update({**headers, **(limits.headers(who) if who else {})})
        return response

    return serve


def _caller(site: Site, endpoint: Endpoint, request: Request) -> User:
    header = request.headers.get("authorization")
    if endpoint.by == "app":
        return authenticate_app(site.world, header)
    return NOBODY if endpoint.by == "anyone" and not header else authenticate(site.world, header)


def common_headers(request: Request) -> dict[str, str]:
    version, media = request.headers.get("x-github-api-version"), media_of(request)
    is_enterprise = bool(request.scope.get("root_path"))
    return {
        "Server": "github.com",
        "X-GitHub-Media-Type": "github.v3; " + ("format=json" if media == "json" else f"param={media}"),
        "X-GitHub-Request-Id": ":".join(secrets.token_hex(size).upper() for size in (2, 3, 4, 4, 4)),
        "X-GitHub-Api-Version-Selected": version or OLDEST,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=60, s-maxage=60",
        "Vary": "Accept, Authorization, Cookie, Accept-Encoding, Accept, X-Requested-With",
        **({"X-GitHub-Enterprise-Version": ENTERPRISE_VERSION} if is_enterprise else {}),
    }


async def nothing_here(request: Request) -> Response:
    response = error_response(not_found())
    response.headers.update(common_headers(request))
    return response
