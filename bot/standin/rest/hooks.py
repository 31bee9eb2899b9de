"""A repository's webhooks, and what became of each delivery."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions.events import send
from bot.standin.errors import not_found, refused
from bot.standin.jsontypes import JsonObject
from bot.standin.render import hooks as shapes
from bot.standin.rest.answers import created, json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import HOOKS_ADMIN
from bot.standin.world import Delivery, Hook, Repository


def _hook(call: Call) -> tuple[Repository, Hook]:
    repo = call.repository(HOOKS_ADMIN)
    for hook in call.site.world.hooks:
        if hook.id == call.number("hook_id") and hook.repository_id == repo.id:
            return repo, hook
    raise not_found()


async def list_hooks(call: Call) -> Response:
    repo = call.repository(HOOKS_ADMIN)
    mine = [hook for hook in call.site.world.hooks if hook.repository_id == repo.id]
    return call.page([shapes.hook(call.urls, repo, hook) for hook in mine])


async def create_hook(call: Call) -> Response:
    repo, body = call.repository(HOOKS_ADMIN), await call.body()
    config = body.child("config")
    if config is None:
        raise refused("Hook", "Config must contain URL for webhooks")
    world = call.site.world
    hook = Hook(
        world.next_id("hook"),
        config.text("url"),
        config.maybe_text("secret") or "",
        tuple(body.texts("events")) or ("push",),
        world.now(),
        repository_id=repo.id,
        active=body.flag("active", default=True),
    )
    world.hooks.append(hook)
    shape = shapes.hook(call.urls, repo, hook)
    ping: JsonObject = {"zen": "Keep it logically awesome.", "hook_id": hook.id, "hook": shape}
    if hook.active:
        send(call.site, hook, repo, call.user, "ping", ping)
    return created(shape)


def newest_first(call: Call, hook: Hook) -> list[Delivery]:
    mine = [delivery for delivery in call.site.world.deliveries if delivery.hook is hook]
    return sorted(mine, key=lambda delivery: delivery.id, reverse=True)


async def list_deliveries(call: Call) -> Response:
    _, hook = _hook(call)
    return call.page([shapes.delivery_item(delivery) for delivery in newest_first(call, hook)])


def _delivery(call: Call) -> Delivery:
    _, hook = _hook(call)
    delivery = call.site.world.delivery(call.number("delivery_id"))
    if delivery.hook is not hook:
        raise not_found()
    return delivery


async def get_delivery(call: Call) -> Response:
    return json_response(shapes.delivery(_delivery(call)))


async def redeliver(call: Call) -> Response:
    call.site.hooks.redeliver(_delivery(call).id)
    return json_response({}, 202)


_HOOKS = "/repos/{owner}/{repo}/hooks"
_DELIVERIES = _HOOKS + "/{hook_id:int}/deliveries"
_ONE = _DELIVERIES + "/{delivery_id:int}"
_DOCS = "repos/webhooks#"
ENDPOINTS = (
    Endpoint("GET", _HOOKS, list_hooks, _DOCS + "list-repository-webhooks"),
    Endpoint("POST", _HOOKS, create_hook, _DOCS + "create-a-repository-webhook"),
    Endpoint("GET", _DELIVERIES, list_deliveries, _DOCS + "list-deliveries-for-a-repository-webhook"),
    Endpoint("GET", _ONE, get_delivery, _DOCS + "get-a-delivery-for-a-repository-webhook"),
    Endpoint("POST", _ONE + "/attempts", redeliver, _DOCS + "redeliver-a-delivery-for-a-repository-webhook"),
)
