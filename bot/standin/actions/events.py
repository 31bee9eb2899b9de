"""One event to every webhook that listens."""

from __future__ import annotations

from bot.standin.jsontypes import JsonObject
from bot.standin.render import repositories, users
from bot.standin.render.common import node_id
from bot.standin.site import Site
from bot.standin.world.hooks import Hook
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository


def fire(site: Site, repo: Repository, sender: User, event: str, fields: JsonObject) -> None:
    for hook in site.world.hooks:
        if hook.wants(event) and _listens_to(site, hook, repo):
            send(site, hook, repo, sender, event, fields)


def _listens_to(site: Site, hook: Hook, repo: Repository) -> bool:
    if hook.repository_id is None:
        return site.world.installation_of(repo) is not None
    return hook.repository_id == repo.id


def send(site: Site, hook: Hook, repo: Repository, sender: User, event: str, fields: JsonObject) -> None:
    urls = site.world.urls
    payload: JsonObject = {
        **fields,
        "repository": repositories.repository(urls, repo),
        "sender": users.simple(urls, sender),
    }
    installed = site.world.installation_of(repo) if hook.repository_id is None else None
    installation = installed.id if installed else None
    if installation is not None:
        # Only the app's own webhook names the installation; a repository's does not know of it.
        payload = {**payload, "installation": {"id": installation, "node_id": node_id("IN", installation)}}
    site.hooks.enqueue(hook, event, payload, repository_id=repo.id, installation_id=installation)
