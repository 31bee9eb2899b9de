"""The app put on an account's repositories, suspended there, and taken off; it hears of each of these."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import installations as shapes
from bot.standin.render import users
from bot.standin.render.common import node_id
from bot.standin.site import Site
from bot.standin.world.people import Installation
from bot.standin.world.repositories import Repository


def repositories(site: Site, installation: Installation) -> list[Repository]:
    """Those that it may see, in the order of their ids."""
    mine = (r for r in site.world.repositories.values() if r.owner.id == installation.account.id)
    return sorted((r for r in mine if r.installed), key=lambda repository: repository.id)


def suspend(site: Site, installation: Installation) -> None:
    if installation.suspended_at is None:
        installation.suspended_at = installation.updated_at = site.world.now()
        _announce(site, installation, "suspend")


def unsuspend(site: Site, installation: Installation) -> None:
    if installation.suspended_at is not None:
        installation.suspended_at, installation.updated_at = None, site.world.now()
        _announce(site, installation, "unsuspend")


def uninstall(site: Site, installation: Installation) -> None:
    """With it go its tokens: none of them is found any more."""
    seen: list[Json] = [_brief(repository) for repository in repositories(site, installation)]
    _announce(site, installation, "deleted", extra={"repositories": seen})
    for repository in repositories(site, installation):
        repository.installed = False
    del site.world.installations[installation.id]


def set_installed(site: Site, repository: Repository, *, installed: bool) -> None:
    """One more repository for the app to see, or one less; an account without the app gets it."""
    if repository.installed == installed:
        return
    installation = site.world.install(repository.owner)
    repository.installed, installation.updated_at = installed, site.world.now()
    changed: list[Json] = [_brief(repository)]
    action = "added" if installed else "removed"
    extra: dict[str, Json] = {
        "repositories_added": changed if installed else [],
        "repositories_removed": [] if installed else changed,
        "repository_selection": "selected",
        "requester": None,
    }
    _announce(site, installation, action, event="installation_repositories", extra=extra)


def _brief(repository: Repository) -> JsonObject:
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
    }


def _announce(
    site: Site,
    installation: Installation,
    action: str,
    *,
    event: str = "installation",
    extra: Mapping[str, Json] = MappingProxyType({}),
) -> None:
    urls = site.world.urls
    payload: dict[str, Json] = {
        "action": action,
        "installation": shapes.installation(urls, site.world, installation),
        "sender": users.simple(urls, installation.account),
        **extra,
    }
    for hook in site.world.hooks:
        # An app hears of its installations whatever it has subscribed to.
        if hook.repository_id is None and hook.active:
            site.hooks.enqueue(hook, event, payload, repository_id=None, installation_id=installation.id)
