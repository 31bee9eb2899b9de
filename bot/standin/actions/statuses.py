"""Commit statuses: the older, plainer word about a commit."""

from __future__ import annotations

from bot.standin.actions.events import fire
from bot.standin.checks import CommitStatus
from bot.standin.errors import invalid, unprocessable
from bot.standin.git import objects, refs
from bot.standin.jsontypes import Json
from bot.standin.render import git as git_shapes
from bot.standin.render.checks import status as shape
from bot.standin.roles import Need, Role
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository

STATUSES_READ = Need(Role.READ, ("statuses",))
STATUSES_WRITE = Need(Role.WRITE, ("statuses",), write=True)
STATES = ("error", "failure", "pending", "success")


async def create_status(
    site: Site,
    repo: Repository,
    by: User,
    sha: str,
    *,
    state: str,
    context: str,
    description: str | None,
    target_url: str | None,
) -> CommitStatus:
    site.require(repo, by, STATUSES_WRITE)
    if state not in STATES:
        raise invalid("Status", "state", "invalid")
    git = site.git_of(repo)
    if await objects.kind(git, sha) != "commit":
        raise unprocessable(f"No commit found for SHA: {sha}")
    world = site.world
    status = CommitStatus(
        world.next_id("status"), sha, state, context, description, target_url, by, world.now()
    )
    repo.checks.statuses.append(status)
    await _tell(site, repo, by, status)
    return status


async def _tell(site: Site, repo: Repository, by: User, status: CommitStatus) -> None:
    git = site.git_of(repo)
    shown = shape(site.world.urls, repo, status)
    tips = [ref for ref in await refs.matching(git, "refs/heads/") if ref.sha == status.sha]
    fields: dict[str, Json] = {
        "id": status.id,
        "sha": status.sha,
        "name": repo.full_name,
        "target_url": status.target_url,
        "avatar_url": shown["avatar_url"],
        "context": status.context,
        "description": status.description,
        "state": status.state,
        "commit": git_shapes.commit(site.world, repo, await objects.read_commit(git, status.sha)),
        "branches": [git_shapes.short_branch(site.world.urls, repo, tip) for tip in tips],
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }
    fire(site, repo, by, "status", fields)
