"""The App's own webhook, and its deliveries: by them a receiver that was down finds what it missed."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.errors import not_found
from bot.standin.render.hooks import config
from bot.standin.rest import deliveries, hook_config
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.world.hooks import Hook


def _hook(call: Call) -> Hook:
    for hook in call.site.world.hooks:
        if hook.repository_id is None:
            return hook
    raise not_found()


async def get_config(call: Call) -> Response:
    return json_response(config(_hook(call)))


async def update_config(call: Call) -> Response:
    hook = _hook(call)
    hook_config.apply(hook, await call.body())
    return json_response(config(hook))


async def list_deliveries(call: Call) -> Response:
    return deliveries.listed(call, _hook(call))


async def get_delivery(call: Call) -> Response:
    return deliveries.shown(call, _hook(call))


async def redeliver(call: Call) -> Response:
    return deliveries.sent_again(call, _hook(call))


_CONFIG = "/app/hook/config"
_DELIVERIES = "/app/hook/deliveries"
_ONE = _DELIVERIES + "/{delivery_id:int}"
_DOCS = "apps/webhooks#"
ENDPOINTS = (
    Endpoint("GET", _CONFIG, get_config, _DOCS + "get-a-webhook-configuration-for-an-app", by="app"),
    Endpoint("PATCH", _CONFIG, update_config, _DOCS + "update-a-webhook-configuration-for-an-app", by="app"),
    Endpoint("GET", _DELIVERIES, list_deliveries, _DOCS + "list-deliveries-for-an-app-webhook", by="app"),
    Endpoint("GET", _ONE, get_delivery, _DOCS + "get-a-delivery-for-an-app-webhook", by="app"),
    Endpoint(
        "POST", _ONE + "/attempts", redeliver, _DOCS + "redeliver-a-delivery-for-an-app-webhook", by="app"
    ),
)
