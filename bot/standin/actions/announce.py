"""The event that tells of an issue: `issues`, or `pull_request` for what is one."""

from __future__ import annotations

from collections.abc import Mapping

from bot.standin.actions import pull_view
from bot.standin.actions.events import fire
from bot.standin.jsontypes import Json
from bot.standin.render import issues as shapes
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Repository


async def announce(
    site: Site, repo: Repository, issue: Issue, by: User, action: str, extra: Mapping[str, Json] | None = None
) -> None:
    fields: dict[str, Json] = {"action": action}
    if issue.pull is None:
        fields["issue"] = shapes.in_webhook(site.world.urls, repo, issue)
    else:
        fields["number"] = issue.number
        fields["pull_request"] = await pull_view.full(site, repo, issue, issue.pull)
    event = "issues" if issue.pull is None else "pull_request"
    fire(site, repo, by, event, {**fields, **(extra or {})})
