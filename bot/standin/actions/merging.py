"""Merges: of a pull request into its base, and of any branch into another."""

from __future__ import annotations

import re

from bot.standin.actions import issues
from bot.standin.actions import refs as ref_actions
from bot.standin.actions.announce import announce
from bot.standin.actions.history import note
from bot.standin.actions.signing import commit_as_github
from bot.standin.errors import GitHubError, unprocessable
from bot.standin.git import merge, refs
from bot.standin.roles import CONTENTS_WRITE, PULLS_OPEN
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository

_CLOSES = re.compile(r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b")


async def merge_pull(
    site: Site,
    repo: Repository,
    issue: Issue,
    pull: Pull,
    by: User,
    *,
    method: str = "merge",
    expected_head: str | None = None,
    title: str | None = None,
    message: str | None = None,
) -> str:
    """The SHA that the base has afterwards."""
    site.require(repo, by, CONTENTS_WRITE)
    if issue.state == "closed":
        raise GitHubError(405, "Pull Request is not mergeable")
    if pull.draft:
        raise GitHubError(405, "Pull Request is still a draft")
    if method not in ("merge", "squash"):
        raise GitHubError(405, f"{method.capitalize()} merges are not allowed on this repository.")
    if expected_head is not None and expected_head != pull.head_sha:
        raise GitHubError(409, "Head branch was modified. Review and try the merge again.")
    tree = await merge.merged_tree(site.git_of(repo), pull.base_sha, pull.head_sha)
    if tree is None:
        raise GitHubError(405, "Pull Request is not mergeable")
    squash = method == "squash"
    if title is None:
        title = f"{issue.title} (#{issue.number})" if squash else _title(issue, pull)
    body = message if message is not None else ("" if squash else issue.title)
    parents = [pull.base_sha] if squash else [pull.base_sha, pull.head_sha]
    text = f"{title}\n\n{body}".rstrip()
    sha = await commit_as_github(site, repo, by, tree=tree, parents=parents, message=text)
    await _finish(site, repo, issue, pull, by, sha)
    return sha


def _title(issue: Issue, pull: Pull) -> str:
    return f"Merge pull request #{issue.number} from {pull.head_owner.login}/{pull.head}"


async def _finish(site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, sha: str) -> None:
    merged_into = pull.base_sha
    await ref_actions.update_ref(site, repo, by, f"refs/heads/{pull.base}", sha, force=False)
    # The move took the base of every open pull request along; a merged one keeps what it was merged into.
    pull.base_sha = merged_into
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = site.world.now(), by, sha
    note(site, issue, by, "merged", commit_id=sha)
    issues.mark_state(site, issue, by, "closed", None)
    await announce(site, repo, issue, by, "closed")
    if pull.base != repo.default_branch:
        return
    for number in dict.fromkeys(int(found) for found in _CLOSES.findall(issue.body or "")):
        linked = repo.issues.get(number)
        if linked is not None and linked.pull is None:
            await issues.set_state(site, repo, linked, by, "closed", "completed")


async def merge_branch(
    site: Site, repo: Repository, by: User, base: str, head: str, message: str | None
) -> str | None:
    """The new commit on `base`, or None where it had everything before."""
    site.require(repo, by, CONTENTS_WRITE)
    git = site.git_of(repo)
    base_sha = await refs.branch_sha(git, base)
    if base_sha is None:
        raise GitHubError(404, "Base does not exist")
    try:
        head_sha = await refs.resolve(git, head)
    except GitHubError as problem:
        raise GitHubError(404, "Head does not exist") from problem
    if await refs.is_ancestor(git, head_sha, base_sha):
        return None
    tree = await merge.merged_tree(git, base_sha, head_sha)
    if tree is None:
        raise GitHubError(409, "Merge conflict")
    text = message or f"Merge {head} into {base}"
    sha = await commit_as_github(site, repo, by, tree=tree, parents=[base_sha, head_sha], message=text)
    await ref_actions.update_ref(site, repo, by, f"refs/heads/{base}", sha, force=False)
    return sha


async def update_branch(
    site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, expected_head: str | None
) -> None:
    """Brings what the base has got since into the head, by a merge."""
    site.require(repo, by, PULLS_OPEN)
    if expected_head is not None and expected_head != pull.head_sha:
        raise unprocessable("expected head sha didn't match current head ref.")
    home = pull.head_repository
    if home is None or issue.state == "closed":
        raise unprocessable("There is no branch to update.")
    if await refs.is_ancestor(site.git_of(repo), pull.base_sha, pull.head_sha):
        raise unprocessable("There are no new commits on the base branch.")
    # In the head's own repository: a fork sees its parent's objects, but not the other way round.
    tree = await merge.merged_tree(site.git_of(home), pull.head_sha, pull.base_sha)
    if tree is None:
        raise unprocessable("merge conflict between base and head")
    parents = [pull.head_sha, pull.base_sha]
    text = f"Merge branch '{pull.base}' into {pull.head}"
    sha = await commit_as_github(site, home, by, tree=tree, parents=parents, message=text)
    await ref_actions.update_ref(site, home, by, f"refs/heads/{pull.head}", sha, force=False)
