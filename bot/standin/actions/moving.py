"""Repositories that are renamed, or handed to another owner."""

from __future__ import annotations

from bot.standin.actions.events import fire
from bot.standin.errors import invalid
from bot.standin.jsontypes import Json
from bot.standin.render import users
from bot.standin.roles import Need, Role
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository

MOVE = Need(Role.ADMIN, ("administration",), write=True)


def rename(site: Site, repo: Repository, by: User, name: str) -> None:
    site.require(repo, by, MOVE)
    before = repo.name
    _free(site, repo.owner, name)
    site.world.call(repo, repo.owner, name)
    changes: dict[str, Json] = {"repository": {"name": {"from": before}}}
    fire(site, repo, by, "repository", {"action": "renamed", "changes": changes})


def transfer(site: Site, repo: Repository, by: User, owner: User) -> None:
    site.require(repo, by, MOVE)
    before = repo.owner
    _free(site, owner, repo.name)
    site.world.call(repo, owner, repo.name)
    kind = "organization" if before.type == "Organization" else "user"
    changes: dict[str, Json] = {"owner": {"from": {kind: users.simple(site.world.urls, before)}}}
    fire(site, repo, by, "repository", {"action": "transferred", "changes": changes})


def _free(site: Site, owner: User, name: str) -> None:
    if f"{owner.login}/{name}".lower() in site.world.repositories:
        raise invalid("Repository", "name", "custom", "name already exists on this account")
