"""The GitHub App itself: who it is, and where it is installed."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import installations as actions
from bot.standin.errors import not_found
from bot.standin.render import installations as shapes
from bot.standin.rest.answers import json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.world.people import Installation, User


def installation(call: Call) -> Installation:
    found = call.site.world.installations.get(call.number("installation_id"))
    if found is None:
        raise not_found()
    return found


def _shown(call: Call, given: Installation) -> Response:
    return json_response(shapes.installation(call.urls, call.site.world, given))


async def get_app(call: Call) -> Response:
    return json_response(shapes.app(call.urls, call.site.world))


async def get_app_by_slug(call: Call) -> Response:
    if call.path("app_slug") != call.site.world.app.slug:
        raise not_found()
    return await get_app(call)


async def list_installations(call: Call) -> Response:
    world = call.site.world
    return call.page([shapes.installation(call.urls, world, one) for one in world.installations.values()])


async def get_installation(call: Call) -> Response:
    return _shown(call, installation(call))


async def get_repository_installation(call: Call) -> Response:
    repo = call.site.world.repository(call.path("owner"), call.path("repo"))
    if not repo.installed:
        raise not_found()
    return _of_account(call, repo.owner)


async def get_user_installation(call: Call) -> Response:
    return _of_account(call, call.site.world.user(call.path("account")))


def _of_account(call: Call, account: User) -> Response:
    for one in call.site.world.installations.values():
        if one.account.id == account.id:
            return _shown(call, one)
    raise not_found()


async def suspend(call: Call) -> Response:
    actions.suspend(call.site, installation(call))
    return no_content()


async def unsuspend(call: Call) -> Response:
    actions.unsuspend(call.site, installation(call))
    return no_content()


async def uninstall(call: Call) -> Response:
    actions.uninstall(call.site, installation(call))
    return no_content()


_ALL = "/app/installations"
_ONE = _ALL + "/{installation_id:int}"
_DOCS = "apps/apps#"
_FOR_US = "-installation-for-the-authenticated-app"
ENDPOINTS = (
    Endpoint("GET", "/app", get_app, _DOCS + "get-the-authenticated-app", by="app"),
    Endpoint("GET", "/apps/{app_slug}", get_app_by_slug, _DOCS + "get-an-app", by="anyone"),
    Endpoint(
        "GET",
        _ALL,
        list_installations,
        _DOCS + "list-installations-for-the-authenticated-app",
        by="app",
    ),
    Endpoint("GET", _ONE, get_installation, _DOCS + "get-an" + _FOR_US, by="app"),
    Endpoint("DELETE", _ONE, uninstall, _DOCS + "delete-an" + _FOR_US, by="app"),
    Endpoint("PUT", _ONE + "/suspended", suspend, _DOCS + "suspend-an-app-installation", by="app"),
    Endpoint("DELETE", _ONE + "/suspended", unsuspend, _DOCS + "unsuspend-an-app-installation", by="app"),
    Endpoint(
        "GET",
        "/repos/{owner}/{repo}/installation",
        get_repository_installation,
        _DOCS + "get-a-repository" + _FOR_US,
        by="app",
    ),
    Endpoint(
        "GET",
        "/users/{account}/installation",
        get_user_installation,
        _DOCS + "get-a-user" + _FOR_US,
        by="app",
    ),
    Endpoint(
        "GET",
        "/orgs/{account}/installation",
        get_user_installation,
        _DOCS + "get-an-organization" + _FOR_US,
        by="app",
    ),
)
