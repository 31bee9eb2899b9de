"""A pull request's facts, asked of git, and its whole shape."""

from __future__ import annotations

from bot.standin.git import compare, merge
from bot.standin.git.compare import FileChange
from bot.standin.jsontypes import JsonObject
from bot.standin.render import pulls
from bot.standin.render.pulls import PullFacts
from bot.standin.site import Site
from bot.standin.world.repositories import Issue, Pull, Repository


async def fork_point(site: Site, repo: Repository, pull: Pull) -> str:
    """Where the head left the base: what the base has got since is no part of the pull request."""
    git = site.git_of(repo)
    return await compare.merge_base(git, pull.base_sha, pull.head_sha) or await compare.empty_tree(git)


async def files(site: Site, repo: Repository, pull: Pull) -> list[FileChange]:
    return await compare.changed_files(site.git_of(repo), await fork_point(site, repo, pull), pull.head_sha)


async def facts(site: Site, repo: Repository, issue: Issue, pull: Pull) -> PullFacts:
    git = site.git_of(repo)
    changed = await files(site, repo, pull)
    mergeable = None
    if issue.state == "open":
        mergeable = await merge.merged_tree(git, pull.base_sha, pull.head_sha) is not None
    return PullFacts(
        commits=len(await compare.commits_between(git, pull.base_sha, pull.head_sha)),
        additions=sum(change.additions for change in changed),
        deletions=sum(change.deletions for change in changed),
        changed_files=len(changed),
        mergeable=mergeable,
    )


async def full(site: Site, repo: Repository, issue: Issue, pull: Pull) -> JsonObject:
    return pulls.full(site.world.urls, repo, issue, pull, await facts(site, repo, issue, pull))
