"""The tokens of an installation: made by the app for as little as it asks, and given back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from starlette.responses import Response

from bot.standin.actions.installations import repositories
from bot.standin.errors import GitHubError, suspended, unprocessable
from bot.standin.grants import Grant, narrowed
from bot.standin.jsontypes import Body, Json
from bot.standin.render import repositories as shapes
from bot.standin.render.common import time
from bot.standin.rest.answers import created, no_content
from bot.standin.rest.app import installation
from bot.standin.rest.auth import credential
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.world.people import Installation, Token
from bot.standin.world.repositories import Repository

TOKEN_LIFE = timedelta(hours=1)


async def create_access_token(call: Call) -> Response:
    world, of, body = call.site.world, installation(call), await call.body()
    if of.suspended_at is not None:
        raise suspended()
    asked = body.child("permissions")
    permissions = narrowed(world.app.permissions, asked.texts_by_name() if asked else None)
    chosen = _chosen(call, of, body)
    only = None if chosen is None else frozenset(repository.id for repository in chosen)
    token, expires = f"ghs_{secrets.token_hex(18)}", world.now() + TOKEN_LIFE
    world.tokens[token] = Token(call.user, expires, Grant(of.id, of.account.id, permissions, only))
    answer: dict[str, Json] = {
        "token": token,
        "expires_at": time(expires),
        "permissions": permissions,
        "repository_selection": "selected",
    }
    if chosen is not None:
        answer["repositories"] = [shapes.repository(call.urls, repository) for repository in chosen]
    return created(answer)


def _chosen(call: Call, of: Installation, body: Body) -> list[Repository] | None:
    names, ids = body.texts("repositories"), body.numbers("repository_ids")
    if not names and not ids:
        return None
    seen = repositories(call.site, of)
    wanted_names, wanted_ids = {name.lower() for name in names}, set(ids)
    chosen = [one for one in seen if one.name.lower() in wanted_names or one.id in wanted_ids]
    if wanted_names - {one.name.lower() for one in chosen} or wanted_ids - {one.id for one in chosen}:
        raise unprocessable(
            "There is at least one repository that does not exist or is not accessible to the parent "
            "installation."
        )
    return chosen


async def list_repositories(call: Call) -> Response:
    """What the token sees, which may be less than what its installation sees."""
    world, grant = call.site.world, call.user.grant
    if call.user.type != "Bot":
        raise GitHubError(
            403,
            "You must authenticate with an installation access token in order to list repositories for an "
            "installation.",
        )
    of = world.installations.get(grant.installation_id if grant else world.app.installation_id)
    seen = repositories(call.site, of) if of else []
    rows = [one for one in seen if grant is None or grant.covers(one)]
    return call.page([shapes.repository(call.urls, one) for one in rows], under="repositories")


async def revoke(call: Call) -> Response:
    if call.user.grant is None:
        raise GitHubError(403, "You must authenticate with an installation access token to revoke it.")
    del call.site.world.tokens[credential(call.request.headers["authorization"])]
    return no_content()


_DOCS = "apps/"
ENDPOINTS = (
    Endpoint(
        "POST",
        "/app/installations/{installation_id:int}/access_tokens",
        create_access_token,
        _DOCS + "apps#create-an-installation-access-token-for-an-app",
        by="app",
    ),
    Endpoint(
        "GET",
        "/installation/repositories",
        list_repositories,
        _DOCS + "installations#list-repositories-accessible-to-the-app-installation",
    ),
    Endpoint(
        "DELETE",
        "/installation/token",
        revoke,
        _DOCS + "installations#revoke-an-installation-access-token",
    ),
)
