"""References moved on request, and what follows: the push event, and pull requests that see new commits."""

from __future__ import annotations

from bot.standin.actions import issues
from bot.standin.actions.announce import announce
from bot.standin.actions.events import fire
from bot.standin.actions.history import note
from bot.standin.actions.lines import follow_head
from bot.standin.errors import unprocessable
from bot.standin.git import compare, forks, objects, refs
from bot.standin.git.refs import NOTHING, Ref
from bot.standin.jsontypes import Json
from bot.standin.render import git as shapes
from bot.standin.roles import CONTENTS_WRITE
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository


def _check(site: Site, repo: Repository, by: User, name: str) -> None:
    site.require(repo, by, CONTENTS_WRITE)
    if name.startswith("refs/pull/"):
        # GitHub keeps these itself, and hides them from writers.
        raise unprocessable("Reference update failed")


async def create_ref(site: Site, repo: Repository, by: User, name: str, sha: str) -> Ref:
    _check(site, repo, by, name)
    async with site.git.lock(repo.id):
        ref = await refs.create(site.git_of(repo), name, sha)
    await _after_push(site, repo, by, name, NOTHING, sha)
    return ref


async def update_ref(site: Site, repo: Repository, by: User, name: str, sha: str, *, force: bool) -> Ref:
    _check(site, repo, by, name)
    async with site.git.lock(repo.id):
        before, ref, forced = await refs.update(site.git_of(repo), name, sha, force=force)
    if before.sha != sha:
        await _after_push(site, repo, by, name, before.sha, sha, forced=forced)
    return ref


async def delete_ref(site: Site, repo: Repository, by: User, name: str) -> None:
    _check(site, repo, by, name)
    if name == f"refs/heads/{repo.default_branch}":
        raise unprocessable("Cannot delete the default branch")
    async with site.git.lock(repo.id):
        before = await refs.delete(site.git_of(repo), name)
    await _after_push(site, repo, by, name, before.sha, NOTHING)


async def _after_push(
    site: Site, repo: Repository, by: User, name: str, before: str, after: str, *, forced: bool = False
) -> None:
    repo.pushed_at = site.world.now()
    if NOTHING in (before, after):
        _announce_ref(site, repo, by, name, "create" if before == NOTHING else "delete")
    await _announce_push(site, repo, by, name, before, after, forced)
    branch = name.removeprefix("refs/heads/")
    if branch == name:
        return
    for target in site.world.repositories.values():
        for issue, pull in target.open_pulls():
            if target is repo and pull.base == branch and after != NOTHING:
                pull.base_sha = after
            if pull.head_repository is repo and pull.head == branch:
                await _follow_head(site, target, issue, pull, by, before, after, forced)
            elif target is repo and pull.base == branch and after == NOTHING:
                await issues.set_state(site, target, issue, by, "closed")


async def _follow_head(
    site: Site,
    repo: Repository,
    issue: Issue,
    pull: Pull,
    by: User,
    before: str,
    after: str,
    forced: bool,
) -> None:
    if after == NOTHING:
        note(site, issue, by, "head_ref_deleted")
        await issues.set_state(site, repo, issue, by, "closed")
        return
    git, hidden = site.git_of(repo), f"refs/pull/{issue.number}/head"
    if pull.head_repository is not None and pull.head_repository is not repo:
        await forks.bring(git, site.git_of(pull.head_repository), pull.head, hidden)
    pull.head_sha = after
    if forced:
        note(site, issue, by, "head_ref_force_pushed", commit_id=after)
    issue.updated_at = site.world.now()
    await refs.set_hidden(git, hidden, after)
    await follow_head(site, repo, pull)
    await announce(site, repo, issue, by, "synchronize", {"before": before, "after": after})


def _announce_ref(site: Site, repo: Repository, by: User, name: str, event: str) -> None:
    """Heads and tags only: nobody hears of other references."""
    _, kind, short = name.split("/", 2)
    if kind not in ("heads", "tags"):
        return
    fields: dict[str, Json] = {
        "ref": short,
        "ref_type": "branch" if kind == "heads" else "tag",
        "pusher_type": "user",
    }
    if event == "create":
        fields |= {"master_branch": repo.default_branch, "description": repo.description}
    fire(site, repo, by, event, fields)


async def _announce_push(
    site: Site, repo: Repository, by: User, name: str, before: str, after: str, forced: bool
) -> None:
    git, urls = site.git_of(repo), site.world.urls
    commits: list[Json] = []
    if NOTHING not in (before, after):
        shas = await compare.commits_between(git, before, after)
        commits = [await _pushed_commit(site, repo, sha) for sha in shas]
    head = await _pushed_commit(site, repo, after) if after != NOTHING else None
    fields: dict[str, Json] = {
        "ref": name,
        "before": before,
        "after": after,
        "created": before == NOTHING,
        "deleted": after == NOTHING,
        "forced": forced,
        "base_ref": None,
        "compare": f"{urls.page(repo.full_name)}/compare/{before[:12]}...{after[:12]}",
        "commits": commits,
        "head_commit": head,
        "pusher": {"name": by.login, "email": by.email},
    }
    fire(site, repo, by, "push", fields)


async def _pushed_commit(site: Site, repo: Repository, sha: str) -> Json:
    git = site.git_of(repo)
    if await objects.kind(git, sha) != "commit":
        return None
    commit = await objects.read_commit(git, sha)
    parent = commit.parents[0] if commit.parents else await compare.empty_tree(git)
    changed = await compare.changed_files(git, parent, sha)
    shape = shapes.git_commit(site.world.urls, repo, commit)
    return {
        "id": sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.committer.at.replace(microsecond=0).isoformat(),
        "url": shape["html_url"],
        "author": {"name": commit.author.name, "email": commit.author.email},
        "committer": {"name": commit.committer.name, "email": commit.committer.email},
        "added": [change.path for change in changed if change.status == "added"],
        "removed": [change.path for change in changed if change.status == "removed"],
        "modified": [change.path for change in changed if change.status not in ("added", "removed")],
    }
