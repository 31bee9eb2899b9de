"""The app, and where it is installed."""

from __future__ import annotations

from bot.standin.defaults import APP_EVENTS
from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import users
from bot.standin.render.common import maybe_time, node_id, time
from bot.standin.urls import Urls
from bot.standin.world.everything import World
from bot.standin.world.people import Installation


def app(urls: Urls, world: World) -> JsonObject:
    given, bot = world.app, world.user(world.app.login)
    owner = next((installation.account for installation in world.installations.values()), bot)
    made = time(bot.created_at)
    return {
        "id": given.id,
        "slug": given.slug,
        "client_id": given.client_id,
        "node_id": node_id("A", given.id),
        "owner": users.simple(urls, owner),
        "name": given.slug,
        "description": None,
        "external_url": urls.root,
        "html_url": f"{urls.root}/apps/{given.slug}",
        "created_at": made,
        "updated_at": made,
        "permissions": dict(given.permissions),
        "events": _events(world),
        "installations_count": len(world.installations),
    }


def installation(urls: Urls, world: World, given: Installation) -> JsonObject:
    account = users.simple(urls, given.account)
    return {
        "id": given.id,
        "client_id": world.app.client_id,
        "account": account,
        "repository_selection": "selected",
        "access_tokens_url": f"{urls.api}/app/installations/{given.id}/access_tokens",
        "repositories_url": f"{urls.api}/installation/repositories",
        "html_url": f"{urls.root}/settings/installations/{given.id}",
        "app_id": world.app.id,
        "app_slug": world.app.slug,
        "target_id": given.account.id,
        "target_type": given.account.type,
        "permissions": dict(world.app.permissions),
        "events": _events(world),
        "created_at": time(given.created_at),
        "updated_at": time(given.updated_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        # Only its owner can, as far as the stand-in goes.
        "suspended_by": account if given.suspended_at else None,
        "suspended_at": maybe_time(given.suspended_at),
    }


def _events(world: World) -> list[Json]:
    """An app names each one; "*" is only what a hook of a repository may say."""
    hooks = [hook for hook in world.hooks if hook.repository_id is None]
    return [event for hook in hooks for event in (APP_EVENTS if "*" in hook.events else hook.events)]
