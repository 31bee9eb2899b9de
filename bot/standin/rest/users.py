"""Users, and what they may do in a repository."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.errors import GitHubError, not_accessible
from bot.standin.render import repositories, users
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import METADATA, require_push_access_to_ask


async def get_authenticated(call: Call) -> Response:
    if call.user.type == "Bot":
        # An installation is nobody in particular; GitHub refuses to name it a user.
        raise not_accessible("integration")
    return json_response(users.public(call.urls, call.user))


async def get_user(call: Call) -> Response:
    return json_response(users.public(call.urls, call.site.world.user(call.path("username"))))


async def get_repository(call: Call) -> Response:
    return json_response(repositories.full(call.urls, call.repository(METADATA), call.user))


async def get_permission(call: Call) -> Response:
    world = call.site.world
    repo = world.repository(call.path("owner"), call.path("repo"))
    require_push_access_to_ask(world.app, repo, call.user)
    user = world.users.get(call.path("username").lower())
    if user is None or user.type != "User":
        raise GitHubError(404, f"{call.path('username')} is not a user")
    return json_response(users.permission(call.urls, repo, user))


ENDPOINTS = (
    Endpoint("GET", "/user", get_authenticated, "users/users#get-the-authenticated-user"),
    Endpoint("GET", "/users/{username}", get_user, "users/users#get-a-user"),
    Endpoint("GET", "/repos/{owner}/{repo}", get_repository, "repos/repos#get-a-repository"),
    Endpoint(
        "GET",
        "/repos/{owner}/{repo}/collaborators/{username}/permission",
        get_permission,
        "collaborators/collaborators#get-repository-permissions-for-a-user",
    ),
)
