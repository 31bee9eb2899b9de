"""Who is to do it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.standin.actions.announce import announce
from bot.standin.actions.history import note
from bot.standin.errors import invalid
from bot.standin.render import users
from bot.standin.roles import triage_need
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Repository

MOST_ASSIGNEES = 10


def assignable(site: Site, repo: Repository) -> list[User]:
    return [site.world.user(login) for login in dict.fromkeys((repo.owner.login, *repo.collaborators))]


def _known(site: Site, repo: Repository, logins: Sequence[str]) -> list[User]:
    """Only people of the repository can be assigned; GitHub ignores the others."""
    wanted = {login.lower() for login in logins}
    return [user for user in assignable(site, repo) if user.login.lower() in wanted]


async def assign(site: Site, repo: Repository, issue: Issue, by: User, logins: Sequence[str]) -> None:
    site.require(repo, by, triage_need(issue.pull is not None))
    new = [user for user in _known(site, repo, logins) if user not in issue.assignees]
    if len(issue.assignees) + len(new) > MOST_ASSIGNEES:
        raise invalid("Issue", "assignees", "invalid")
    for user in new:
        issue.assignees.append(user)
        await _tell(site, repo, issue, by, "assigned", user)


async def unassign(site: Site, repo: Repository, issue: Issue, by: User, logins: Sequence[str]) -> None:
    site.require(repo, by, triage_need(issue.pull is not None))
    gone = {login.lower() for login in logins}
    for user in [user for user in issue.assignees if user.login.lower() in gone]:
        issue.assignees.remove(user)
        await _tell(site, repo, issue, by, "unassigned", user)


async def set_assignees(site: Site, repo: Repository, issue: Issue, by: User, logins: Sequence[str]) -> None:
    wanted = {login.lower() for login in logins}
    others = [user.login for user in issue.assignees if user.login.lower() not in wanted]
    await unassign(site, repo, issue, by, others)
    await assign(site, repo, issue, by, logins)


async def _tell(site: Site, repo: Repository, issue: Issue, by: User, action: str, user: User) -> None:
    note(site, issue, by, action, user=user)
    await announce(site, repo, issue, by, action, {"assignee": users.simple(site.world.urls, user)})
