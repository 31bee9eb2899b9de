"""Labels: of a repository, and put on issues."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.standin.actions.announce import announce
from bot.standin.actions.events import fire
from bot.standin.actions.history import note
from bot.standin.errors import GitHubError, invalid, not_accessible
from bot.standin.jsontypes import Json
from bot.standin.render import issues as shapes
from bot.standin.roles import LABELS_CREATE, may, triage_need
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.talk import Label

NAME_LIMIT = 50
GREY = "ededed"
_COLOR = re.compile(r"[0-9a-fA-F]{6}")


def _tell(site: Site, repo: Repository, by: User, action: str, label: Label, **extra: Json) -> None:
    fire(
        site,
        repo,
        by,
        "label",
        {"action": action, "label": shapes.label(site.world.urls, repo, label), **extra},
    )


def _check(repo: Repository, name: str, color: str) -> None:
    if not name.strip():
        raise invalid("Label", "name", "missing_field")
    if len(name) > NAME_LIMIT:
        raise invalid("Label", "name", "custom", f"name is too long (maximum is {NAME_LIMIT} characters)")
    if name.lower() in repo.labels:
        raise invalid("Label", "name", "already_exists")
    if not _COLOR.fullmatch(color):
        raise invalid("Label", "color", "invalid")


def create_label(
    site: Site, repo: Repository, by: User, *, name: str, color: str, description: str | None
) -> Label:
    if not may(site.world.app, repo, by, LABELS_CREATE):
        raise not_accessible("integration" if by.type == "Bot" else "personal access token")
    _check(repo, name, color)
    label = Label(site.world.next_id("label"), name, color, description)
    repo.labels[name.lower()] = label
    _tell(site, repo, by, "created", label)
    return label


def edit_label(
    site: Site,
    repo: Repository,
    by: User,
    label: Label,
    *,
    name: str | None,
    color: str | None,
    description: str | None,
) -> None:
    site.require(repo, by, LABELS_CREATE)
    changes: dict[str, Json] = {}
    del repo.labels[label.name.lower()]
    try:
        _check(repo, name or label.name, color or label.color)
        if name is not None and name != label.name:
            changes["name"], label.name = {"from": label.name}, name
    finally:
        repo.labels[label.name.lower()] = label
    if color is not None and color != label.color:
        changes["color"], label.color = {"from": label.color}, color
    if description is not None and description != label.description:
        changes["description"], label.description = {"from": label.description or ""}, description
    _tell(site, repo, by, "edited", label, changes=changes)


def delete_label(site: Site, repo: Repository, by: User, label: Label) -> None:
    site.require(repo, by, LABELS_CREATE)
    del repo.labels[label.name.lower()]
    for issue in repo.issues.values():
        if label in issue.labels:
            issue.labels.remove(label)
    _tell(site, repo, by, "deleted", label)


def known_or_new(site: Site, repo: Repository, name: str, by: User) -> Label:
    """An unknown label is made on the fly, in grey, by those who may make labels."""
    known = repo.labels.get(name.lower())
    return known or create_label(site, repo, by, name=name, color=GREY, description=None)


async def add_labels(site: Site, repo: Repository, issue: Issue, by: User, names: Sequence[str]) -> None:
    site.require(repo, by, triage_need(issue.pull is not None))
    for name in names:
        label = known_or_new(site, repo, name, by)
        if not issue.has_label(name):
            issue.labels.append(label)
            await tell_of(site, repo, issue, by, "labeled", label)


async def remove_label(site: Site, repo: Repository, issue: Issue, by: User, name: str) -> None:
    site.require(repo, by, triage_need(issue.pull is not None))
    if not issue.has_label(name):
        raise GitHubError(404, "Label does not exist")
    label = repo.labels[name.lower()]
    issue.labels.remove(label)
    await tell_of(site, repo, issue, by, "unlabeled", label)


async def set_labels(site: Site, repo: Repository, issue: Issue, by: User, names: Sequence[str]) -> None:
    wanted = {name.lower() for name in names}
    for label in [label for label in issue.labels if label.name.lower() not in wanted]:
        await remove_label(site, repo, issue, by, label.name)
    await add_labels(site, repo, issue, by, names)


async def tell_of(site: Site, repo: Repository, issue: Issue, by: User, action: str, label: Label) -> None:
    note(site, issue, by, action, label=label)
    await announce(site, repo, issue, by, action, {"label": shapes.label(site.world.urls, repo, label)})
