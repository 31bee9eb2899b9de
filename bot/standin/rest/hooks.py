"""A repository's webhooks, and what became of each delivery."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions.events import send
from bot.standin.errors import invalid, not_found, refused
from bot.standin.jsontypes import JsonObject
from bot.standin.render import hooks as shapes
from bot.standin.rest import deliveries, hook_config
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.meta import ZEN
from bot.standin.roles import HOOKS_ADMIN, HOOKS_READ, Need
from bot.standin.world.hooks import Hook
from bot.standin.world.repositories import Repository


def _hook(call: Call, need: Need = HOOKS_READ) -> tuple[Repository, Hook]:
    repo = call.repository(need)
    for hook in call.site.world.hooks:
        if hook.id == call.number("hook_id") and hook.repository_id == repo.id:
            return repo, hook
    raise not_found()


async def list_hooks(call: Call) -> Response:
    repo = call.repository(HOOKS_READ)
    mine = [hook for hook in call.site.world.hooks if hook.repository_id == repo.id]
    return call.page([shapes.hook(call.urls, repo, hook) for hook in mine])


async def create_hook(call: Call) -> Response:
    repo, body = call.repository(HOOKS_ADMIN), await call.body()
    config = body.child("config")
    if config is None or not config.has("url"):
        raise refused("Hook", "Config must contain URL for webhooks")
    world = call.site.world
    events = tuple(body.texts("events")) or ("push",)
    active = body.flag("active", default=True)
    hook = Hook(0, "", "", events, world.now(), repository_id=repo.id, active=active, content_type="form")
    hook_config.apply(hook, config)
    if any(h.repository_id == repo.id and h.url == hook.url and h.events == events for h in world.hooks):
        raise refused("Hook", "Hook already exists on this repository")
    hook.id = world.next_id("hook")
    world.hooks.append(hook)
    _ping(call, repo, hook)
    return created(shapes.hook(call.urls, repo, hook))


async def get_hook(call: Call) -> Response:
    repo, hook = _hook(call)
    return json_response(shapes.hook(call.urls, repo, hook))


async def update_hook(call: Call) -> Response:
    repo, hook = _hook(call, HOOKS_ADMIN)
    body = await call.body()
    config = body.child("config")
    if config is not None:
        hook_config.apply(hook, config)
    events = set(body.texts("events") if body.has("events") else hook.events)
    events = (events | set(body.texts("add_events"))) - set(body.texts("remove_events"))
    if not events:
        raise invalid("Hook", "events", "missing_field")
    hook.events, hook.active = tuple(sorted(events)), body.flag("active", default=hook.active)
    return json_response(shapes.hook(call.urls, repo, hook))


async def delete_hook(call: Call) -> Response:
    _, hook = _hook(call, HOOKS_ADMIN)
    call.site.world.hooks.remove(hook)
    return no_content()


async def get_config(call: Call) -> Response:
    _, hook = _hook(call)
    return json_response(shapes.config(hook))


async def update_config(call: Call) -> Response:
    _, hook = _hook(call, HOOKS_ADMIN)
    hook_config.apply(hook, await call.body())
    return json_response(shapes.config(hook))


async def ping(call: Call) -> Response:
    repo, hook = _hook(call)
    _ping(call, repo, hook)
    return no_content()


async def test(call: Call) -> Response:
    """GitHub sends the newest push once more, if the hook wants pushes and there has been one."""
    _, hook = _hook(call)
    pushes = [one for one in call.site.world.deliveries if one.event == "push" and one.hook is hook]
    if pushes and hook.wants("push"):
        call.site.hooks.repeat(pushes[-1])
    return no_content()


def _ping(call: Call, repo: Repository, hook: Hook) -> None:
    shape = shapes.hook(call.urls, repo, hook)
    payload: JsonObject = {"zen": ZEN, "hook_id": hook.id, "hook": shape}
    if hook.active:
        send(call.site, hook, repo, call.user, "ping", payload)


async def list_deliveries(call: Call) -> Response:
    return deliveries.listed(call, _hook(call)[1])


async def get_delivery(call: Call) -> Response:
    return deliveries.shown(call, _hook(call)[1])


async def redeliver(call: Call) -> Response:
    return deliveries.sent_again(call, _hook(call, HOOKS_ADMIN)[1])


_HOOKS = "/repos/{owner}/{repo}/hooks"
_ONE = _HOOKS + "/{hook_id:int}"
_CONFIG, _DELIVERIES = _ONE + "/config", _ONE + "/deliveries"
_DELIVERY = _DELIVERIES + "/{delivery_id:int}"
_DOCS = "repos/webhooks#"
ENDPOINTS = (
    Endpoint("GET", _HOOKS, list_hooks, _DOCS + "list-repository-webhooks"),
    Endpoint("POST", _HOOKS, create_hook, _DOCS + "create-a-repository-webhook"),
    Endpoint("GET", _ONE, get_hook, _DOCS + "get-a-repository-webhook"),
    Endpoint("PATCH", _ONE, update_hook, _DOCS + "update-a-repository-webhook"),
    Endpoint("DELETE", _ONE, delete_hook, _DOCS + "delete-a-repository-webhook"),
    Endpoint("GET", _CONFIG, get_config, _DOCS + "get-a-webhook-configuration-for-a-repository"),
    Endpoint("PATCH", _CONFIG, update_config, _DOCS + "update-a-webhook-configuration-for-a-repository"),
    Endpoint("POST", _ONE + "/pings", ping, _DOCS + "ping-a-repository-webhook"),
    Endpoint("POST", _ONE + "/tests", test, _DOCS + "test-the-push-repository-webhook"),
    Endpoint("GET", _DELIVERIES, list_deliveries, _DOCS + "list-deliveries-for-a-repository-webhook"),
    Endpoint("GET", _DELIVERY, get_delivery, _DOCS + "get-a-delivery-for-a-repository-webhook"),
    Endpoint(
        "POST", _DELIVERY + "/attempts", redeliver, _DOCS + "redeliver-a-delivery-for-a-repository-webhook"
    ),
)
