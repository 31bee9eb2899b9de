"""The GitHub App itself: who it is, its installation's tokens, its webhook and that one's deliveries."""

from __future__ import annotations

import secrets
from datetime import timedelta

from starlette.responses import Response

from bot.standin.errors import not_found
from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import hooks as shapes
from bot.standin.render import users
from bot.standin.render.common import node_id, time
from bot.standin.rest.answers import created, json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.hooks import newest_first
from bot.standin.world import Delivery, Hook, Token, World

TOKEN_LIFE = timedelta(hours=1)


def _events(world: World) -> list[Json]:
    return [event for hook in world.hooks if hook.repository_id is None for event in hook.events]


async def get_app(call: Call) -> Response:
    world, app = call.site.world, call.site.world.app
    made = time(call.user.created_at)
    return json_response(
        {
            "id": app.id,
            "slug": app.slug,
            "node_id": node_id("A", app.id),
            "owner": users.simple(call.urls, call.user),
            "name": app.slug,
            "description": None,
            "external_url": call.urls.root,
            "html_url": f"{call.urls.root}/apps/{app.slug}",
            "created_at": made,
            "updated_at": made,
            "permissions": dict(app.permissions),
            "events": _events(world),
            "installations_count": 1,
        }
    )


async def get_installation(call: Call) -> Response:
    world, app = call.site.world, call.site.world.app
    repo = world.repository(call.path("owner"), call.path("repo"))
    if not repo.installed:
        raise not_found()
    made = time(call.user.created_at)
    shape: JsonObject = {
        "id": app.installation_id,
        "account": users.simple(call.urls, repo.owner),
        "repository_selection": "selected",
        "access_tokens_url": f"{call.urls.api}/app/installations/{app.installation_id}/access_tokens",
        "repositories_url": f"{call.urls.api}/installation/repositories",
        "html_url": f"{call.urls.root}/settings/installations/{app.installation_id}",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": repo.owner.id,
        "target_type": repo.owner.type,
        "permissions": dict(app.permissions),
        "events": _events(world),
        "created_at": made,
        "updated_at": made,
        "single_file_name": None,
        "suspended_by": None,
        "suspended_at": None,
    }
    return json_response(shape)


async def create_access_token(call: Call) -> Response:
    world = call.site.world
    if call.number("installation_id") != world.app.installation_id:
        raise not_found()
    token = f"ghs_{secrets.token_urlsafe(27)}"
    expires = world.now() + TOKEN_LIFE
    world.tokens[token] = Token(call.user, expires)
    return created(
        {
            "token": token,
            "expires_at": time(expires),
            "permissions": dict(world.app.permissions),
            "repository_selection": "selected",
        }
    )


def _hook(call: Call) -> Hook:
    for hook in call.site.world.hooks:
        if hook.repository_id is None:
            return hook
    raise not_found()


def _hook_config(hook: Hook) -> Response:
    return json_response({"url": hook.url, "content_type": "json", "insecure_ssl": "0", "secret": "********"})


async def get_hook_config(call: Call) -> Response:
    return _hook_config(_hook(call))


async def update_hook_config(call: Call) -> Response:
    hook, body = _hook(call), await call.body()
    hook.url = body.maybe_text("url") or hook.url
    hook.secret = body.maybe_text("secret") or hook.secret
    return _hook_config(hook)


async def list_deliveries(call: Call) -> Response:
    return call.page([shapes.delivery_item(delivery) for delivery in newest_first(call, _hook(call))])


def _delivery(call: Call) -> Delivery:
    delivery = call.site.world.delivery(call.number("delivery_id"))
    if delivery.hook is not _hook(call):
        raise not_found()
    return delivery


async def get_delivery(call: Call) -> Response:
    return json_response(shapes.delivery(_delivery(call)))


async def redeliver(call: Call) -> Response:
    call.site.hooks.redeliver(_delivery(call).id)
    return json_response({}, 202)


_CONFIG = "/app/hook/config"
_DELIVERIES = "/app/hook/deliveries"
_ONE = _DELIVERIES + "/{delivery_id:int}"
_TOKENS = "/app/installations/{installation_id:int}/access_tokens"
_APPS, _HOOKS = "apps/apps#", "apps/webhooks#"
ENDPOINTS = (
    Endpoint("GET", "/app", get_app, _APPS + "get-the-authenticated-app", by_app=True),
    Endpoint(
        "GET",
        "/repos/{owner}/{repo}/installation",
        get_installation,
        _APPS + "get-a-repository-installation-for-the-authenticated-app",
        by_app=True,
    ),
    Endpoint(
        "POST",
        _TOKENS,
        create_access_token,
        _APPS + "create-an-installation-access-token-for-an-app",
        by_app=True,
    ),
    Endpoint("GET", _CONFIG, get_hook_config, _HOOKS + "get-a-webhook-configuration-for-an-app", by_app=True),
    Endpoint(
        "PATCH",
        _CONFIG,
        update_hook_config,
        _HOOKS + "update-a-webhook-configuration-for-an-app",
        by_app=True,
    ),
    Endpoint("GET", _DELIVERIES, list_deliveries, _HOOKS + "list-deliveries-for-an-app-webhook", by_app=True),
    Endpoint("GET", _ONE, get_delivery, _HOOKS + "get-a-delivery-for-an-app-webhook", by_app=True),
    Endpoint(
        "POST", _ONE + "/attempts", redeliver, _HOOKS + "redeliver-a-delivery-for-an-app-webhook", by_app=True
    ),
)
