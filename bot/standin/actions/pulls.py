"""Pull requests: opened, moved to another base, made ready or a draft again."""

from __future__ import annotations

from dataclasses import dataclass

from bot.standin.actions import issues, pull_view
from bot.standin.actions.announce import announce
from bot.standin.actions.history import note
from bot.standin.errors import GitHubError, invalid, refused
from bot.standin.git import compare, forks, objects, refs
from bot.standin.roles import CONTENTS_WRITE, PULLS_OPEN, PULLS_REVIEW
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository


@dataclass(frozen=True)
class NewPull:
    title: str
    head: str
    """A branch, or `owner:branch` for that of a fork."""
    base: str
    body: str | None = None
    draft: bool = False


async def open_pull(site: Site, repo: Repository, by: User, new: NewPull) -> tuple[Issue, Pull]:
    owner, _, branch = new.head.rpartition(":")
    home = _home(site, repo, owner)
    _check_who(site, repo, home, by)
    issues.check_text("PullRequest", new.title, new.body)
    git = site.git_of(repo)
    base_sha = await refs.branch_sha(git, new.base)
    if base_sha is None:
        raise invalid("PullRequest", "base", "invalid")
    head_sha = await refs.branch_sha(site.git_of(home), branch)
    if head_sha is None:
        raise invalid("PullRequest", "head", "invalid")
    for _, other in repo.open_pulls():
        if (other.head, other.base) == (branch, new.base) and other.head_repository is home:
            raise refused("PullRequest", f"A pull request already exists for {home.owner.login}:{branch}.")
    number = max(repo.issues, default=0) + 1
    if home is not repo:
        await forks.bring(git, site.git_of(home), branch, f"refs/pull/{number}/head")
    if await compare.merge_base(git, base_sha, head_sha) is None:
        raise refused("PullRequest", f"The {branch} branch has no history in common with {new.base}")
    if not await compare.commits_between(git, base_sha, head_sha):
        raise refused("PullRequest", f"No commits between {new.base} and {new.head}")
    issue = issues.new_issue(site, repo, by, new.title, new.body)
    issue.pull = Pull(
        site.world.next_id("pull"), branch, new.base, head_sha, base_sha, new.draft, home.owner, home
    )
    await refs.set_hidden(git, f"refs/pull/{issue.number}/head", head_sha)
    await announce(site, repo, issue, by, "opened")
    return issue, issue.pull


def _home(site: Site, repo: Repository, owner: str) -> Repository:
    """Where the head is: here, or in the fork of that owner."""
    if owner.lower() in ("", repo.owner.login.lower()):
        return repo
    for other in site.world.repositories.values():
        if other.parent is repo and other.owner.login.lower() == owner.lower():
            return other
    raise invalid("PullRequest", "head", "invalid")


def _check_who(site: Site, repo: Repository, home: Repository, by: User) -> None:
    """Who may push to the head may propose it; a stranger's fork is the stranger's to push to."""
    if home is repo:
        site.require(repo, by, PULLS_OPEN)
    else:
        site.require(repo, by, PULLS_REVIEW)
        site.require(home, by, CONTENTS_WRITE)


async def change_base(site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, base: str) -> None:
    if base == pull.base:
        return
    base_sha = await refs.branch_sha(site.git_of(repo), base)
    if base_sha is None:
        raise invalid("PullRequest", "base", "invalid")
    changes = {"base": {"ref": {"from": pull.base}, "sha": {"from": pull.base_sha}}}
    pull.base, pull.base_sha = base, base_sha
    note(site, issue, by, "base_ref_changed")
    await announce(site, repo, issue, by, "edited", {"changes": changes})


async def make_ready(site: Site, repo: Repository, issue: Issue, pull: Pull, by: User) -> None:
    """On GitHub a button, or GraphQL: REST cannot do it, so no route of its own leads here."""
    _check_open(site, repo, issue, by)
    if pull.draft:
        pull.draft = False
        note(site, issue, by, "ready_for_review")
        await announce(site, repo, issue, by, "ready_for_review")


async def make_draft(site: Site, repo: Repository, issue: Issue, pull: Pull, by: User) -> None:
    _check_open(site, repo, issue, by)
    if not pull.draft:
        pull.draft = True
        note(site, issue, by, "convert_to_draft")
        await announce(site, repo, issue, by, "converted_to_draft")


def _check_open(site: Site, repo: Repository, issue: Issue, by: User) -> None:
    site.require(repo, by, PULLS_REVIEW if issue.user.id == by.id else PULLS_OPEN)
    if issue.state == "closed":
        raise GitHubError(422, "Pull request is closed")


async def commits(site: Site, repo: Repository, pull: Pull) -> list[objects.Commit]:
    git = site.git_of(repo)
    shas = await compare.commits_between(git, await pull_view.fork_point(site, repo, pull), pull.head_sha)
    return [await objects.read_commit(git, sha) for sha in shas]
