"""The apps behind checks: our own, and GitHub Actions, which is everywhere."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.standin.checks import ACTIONS, ACTIONS_ID
from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import installations, users
from bot.standin.render.common import node_id, time
from bot.standin.world.everything import World
from bot.standin.world.people import User

_BORN = datetime(2018, 7, 30, 9, 30, 17, tzinfo=UTC)
_GITHUB = User(9919, "github", "Organization", _BORN)
_MAY: dict[str, Json] = {
    "actions": "write", "administration": "read", "checks": "write", "contents": "write",
    "deployments": "write", "issues": "write", "metadata": "read", "packages": "write",
    "pages": "write", "pull_requests": "write", "repository_hooks": "write",
    "repository_projects": "write", "security_events": "write", "statuses": "write",
    "vulnerability_alerts": "read",
}  # fmt: skip


def integration(world: World, slug: str) -> JsonObject:
    if slug != ACTIONS:
        ours = installations.app(world.urls, world)
        return {name: value for name, value in ours.items() if name != "installations_count"}
    return {
        "id": ACTIONS_ID,
        "slug": slug,
        "client_id": "Iv1.05c79e9ad1f6bdfa",
        "node_id": node_id("A", ACTIONS_ID),
        "owner": users.simple(world.urls, _GITHUB),
        "name": "GitHub Actions",
        "description": "Automate your workflow from idea to production",
        "external_url": "https://help.github.com/en/actions",
        "html_url": f"{world.urls.root}/apps/{slug}",
        "created_at": time(_BORN),
        "updated_at": time(_BORN),
        "permissions": _MAY,
        "events": ["workflow_dispatch", "repository_dispatch"],
    }
