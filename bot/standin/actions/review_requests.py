"""Whom a pull request asks for a review."""

from __future__ import annotations

from collections.abc import Sequence

from bot.standin.actions.announce import announce
from bot.standin.actions.assignees import assignable
from bot.standin.actions.history import note
from bot.standin.errors import unprocessable
from bot.standin.render import users
from bot.standin.roles import PULLS_TRIAGE
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository


def _reviewers(site: Site, repo: Repository, logins: Sequence[str]) -> list[User]:
    people = {user.login.lower(): user for user in assignable(site, repo)}
    if any(login.lower() not in people for login in logins):
        raise unprocessable(
            "Reviews may only be requested from collaborators. One or more of the users or teams "
            f"you specified is not a collaborator of the {repo.full_name} repository."
        )
    return [people[login.lower()] for login in logins]


async def request(
    site: Site,
    repo: Repository,
    issue: Issue,
    pull: Pull,
    by: User,
    logins: Sequence[str],
    teams: Sequence[str] = (),
) -> None:
    site.require(repo, by, PULLS_TRIAGE)
    if any(login.lower() == issue.user.login.lower() for login in logins):
        raise unprocessable("Review cannot be requested from pull request author.")
    # There are no organisations here, so no team is a collaborator either.
    for reviewer in _reviewers(site, repo, [*logins, *teams]):
        if reviewer not in pull.requested_reviewers:
            pull.requested_reviewers.append(reviewer)
            await _tell(site, repo, issue, by, "review_requested", reviewer)


async def withdraw(
    site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, logins: Sequence[str]
) -> None:
    site.require(repo, by, PULLS_TRIAGE)
    for reviewer in _reviewers(site, repo, logins):
        if reviewer in pull.requested_reviewers:
            pull.requested_reviewers.remove(reviewer)
            await _tell(site, repo, issue, by, "review_request_removed", reviewer)


async def _tell(site: Site, repo: Repository, issue: Issue, by: User, action: str, reviewer: User) -> None:
    note(site, issue, by, action, user=reviewer)
    extra = {"requested_reviewer": users.simple(site.world.urls, reviewer)}
    await announce(site, repo, issue, by, action, extra)
