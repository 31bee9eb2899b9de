"""Pull requests: opened, made ready, reviewed by request, merged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.standin.actions import issues, pull_view
from bot.standin.actions import refs as ref_actions
from bot.standin.errors import GitHubError, invalid, refused, unprocessable
from bot.standin.git import compare, merge, objects, refs
from bot.standin.git.objects import Identity
from bot.standin.render import users
from bot.standin.roles import CONTENTS_WRITE, PULLS_OPEN, PULLS_TRIAGE
from bot.standin.site import Site
from bot.standin.world import Issue, Pull, Repository, User

_CLOSES = re.compile(r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b")


@dataclass(frozen=True)
class NewPull:
    title: str
    head: str
    base: str
    body: str | None = None
    draft: bool = False


async def open_pull(site: Site, repo: Repository, by: User, new: NewPull) -> tuple[Issue, Pull]:
    site.require(repo, by, PULLS_OPEN)
    issues.check_text("PullRequest", new.title, new.body)
    git = site.git_of(repo)
    owner, _, branch = new.head.rpartition(":")
    base_sha = await refs.branch_sha(git, new.base)
    if base_sha is None:
        raise invalid("PullRequest", "base", "invalid")
    head_sha = await refs.branch_sha(git, branch)
    if head_sha is None or owner.lower() not in ("", repo.owner.login.lower()):
        raise invalid("PullRequest", "head", "invalid")
    if any(pull.head == branch and pull.base == new.base for _, pull in repo.open_pulls()):
        raise refused("PullRequest", f"A pull request already exists for {repo.owner.login}:{branch}.")
    if await compare.merge_base(git, base_sha, head_sha) is None:
        raise refused("PullRequest", f"The {branch} branch has no history in common with {new.base}")
    if not await compare.commits_between(git, base_sha, head_sha):
        raise refused("PullRequest", f"No commits between {new.base} and {branch}")
    issue = issues.new_issue(site, repo, by, new.title, new.body)
    issue.pull = Pull(site.world.next_id("pull"), branch, new.base, head_sha, base_sha, new.draft)
    await refs.set_hidden(git, f"refs/pull/{issue.number}/head", head_sha)
    await issues.announce(site, repo, issue, by, "opened")
    return issue, issue.pull


async def change_base(site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, base: str) -> None:
    if base == pull.base:
        return
    base_sha = await refs.branch_sha(site.git_of(repo), base)
    if base_sha is None:
        raise invalid("PullRequest", "base", "invalid")
    changes = {"base": {"ref": {"from": pull.base}, "sha": {"from": pull.base_sha}}}
    pull.base, pull.base_sha = base, base_sha
    await issues.announce(site, repo, issue, by, "edited", {"changes": changes})


async def make_ready(site: Site, repo: Repository, issue: Issue, pull: Pull, by: User) -> None:
    """On GitHub a button, or GraphQL: REST cannot do it, so no route leads here."""
    site.require(repo, by, PULLS_OPEN)
    if pull.draft:
        pull.draft = False
        issue.updated_at = site.world.now()
        await issues.announce(site, repo, issue, by, "ready_for_review")


async def request_reviewers(
    site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, logins: Sequence[str]
) -> None:
    site.require(repo, by, PULLS_TRIAGE)
    people = {login.lower() for login in (repo.owner.login, *repo.collaborators)}
    if any(login.lower() == issue.user.login.lower() for login in logins):
        raise unprocessable("Review cannot be requested from pull request author.")
    if any(login.lower() not in people for login in logins):
        raise unprocessable(
            "Reviews may only be requested from collaborators. One or more of the users or teams "
            f"you specified is not a collaborator of the {repo.full_name} repository."
        )
    for login in logins:
        reviewer = site.world.user(login)
        if reviewer not in pull.requested_reviewers:
            pull.requested_reviewers.append(reviewer)
            extra = {"requested_reviewer": users.simple(site.world.urls, reviewer)}
            await issues.announce(site, repo, issue, by, "review_requested", extra)


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
    git = site.git_of(repo)
    tree = await merge.merged_tree(git, pull.base_sha, pull.head_sha)
    if tree is None:
        raise GitHubError(405, "Pull Request is not mergeable")
    squash = method == "squash"
    if title is None:
        title = f"{issue.title} (#{issue.number})" if squash else _merge_title(repo, issue, pull)
    body = message if message is not None else ("" if squash else issue.title)
    who = Identity(by.login, by.email, site.world.now())
    sha = await objects.write_commit(
        git,
        tree=tree,
        parents=[pull.base_sha] if squash else [pull.base_sha, pull.head_sha],
        message=f"{title}\n\n{body}".rstrip(),
        author=who,
        committer=who,
    )
    await _finish_merge(site, repo, issue, pull, by, sha)
    return sha


def _merge_title(repo: Repository, issue: Issue, pull: Pull) -> str:
    return f"Merge pull request #{issue.number} from {repo.owner.login}/{pull.head}"


async def _finish_merge(site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, sha: str) -> None:
    merged_into = pull.base_sha
    await ref_actions.update_ref(site, repo, by, f"refs/heads/{pull.base}", sha, force=False)
    # The move took the base of every open pull request along; a merged one keeps what it was merged into.
    pull.base_sha = merged_into
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = site.world.now(), by, sha
    issues.mark_state(site, issue, by, "closed", None)
    await issues.announce(site, repo, issue, by, "closed")
    if pull.base != repo.default_branch:
        return
    for number in dict.fromkeys(int(found) for found in _CLOSES.findall(issue.body or "")):
        linked = repo.issues.get(number)
        if linked is not None and linked.pull is None:
            await issues.set_state(site, repo, linked, by, "closed", "completed")


async def commits(site: Site, repo: Repository, pull: Pull) -> list[objects.Commit]:
    git = site.git_of(repo)
    shas = await compare.commits_between(git, await pull_view.fork_point(site, repo, pull), pull.head_sha)
    return [await objects.read_commit(git, sha) for sha in shas]
