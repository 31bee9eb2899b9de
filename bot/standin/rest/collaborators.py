"""Who belongs to a repository."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.errors import not_found
from bot.standin.render import users
from bot.standin.rest.answers import no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import require_push_access_to_ask
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository


def _people(call: Call) -> tuple[Repository, list[User]]:
    world = call.site.world
    repo = world.repository(call.path("owner"), call.path("repo"))
    require_push_access_to_ask(world.app, repo, call.user)
    logins = dict.fromkeys((repo.owner.login, *repo.collaborators))
    return repo, [world.user(login) for login in logins]


async def list_collaborators(call: Call) -> Response:
    repo, people = _people(call)
    return call.page([users.collaborator(call.urls, repo, user) for user in people])


async def check_collaborator(call: Call) -> Response:
    _, people = _people(call)
    if call.path("username").lower() not in (user.login.lower() for user in people):
        raise not_found()
    return no_content()


_ALL = "/repos/{owner}/{repo}/collaborators"
_DOCS = "collaborators/collaborators#"
ENDPOINTS = (
    Endpoint("GET", _ALL, list_collaborators, _DOCS + "list-repository-collaborators"),
    Endpoint(
        "GET",
        _ALL + "/{username}",
        check_collaborator,
        _DOCS + "check-if-a-user-is-a-repository-collaborator",
    ),
)
