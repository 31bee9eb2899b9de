"""Pull requests."""

from __future__ import annotations

from dataclasses import dataclass

from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import issues, repositories, users
from bot.standin.render.common import maybe_time, node_id, time
from bot.standin.urls import Urls
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository


@dataclass(frozen=True)
class PullFacts:
    """What only git can tell about a pull request."""

    commits: int
    additions: int
    deletions: int
    changed_files: int
    mergeable: bool | None


def _side(urls: Urls, owner: User, repo: Repository | None, branch: str, sha: str) -> JsonObject:
    return {
        "label": f"{owner.login}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": users.simple(urls, owner),
        "repo": None if repo is None else repositories.repository(urls, repo),
    }


def minimal(urls: Urls, repo: Repository, issue: Issue, pull: Pull) -> JsonObject:
    """As checks and workflow runs name the pull requests that they are about."""

    def side(home: Repository, ref: str, sha: str) -> JsonObject:
        named = {"id": home.id, "url": urls.repository(home.full_name), "name": home.name}
        return {"ref": ref, "sha": sha, "repo": named}

    return {
        "url": f"{urls.repository(repo.full_name)}/pulls/{issue.number}",
        "id": pull.id,
        "number": issue.number,
        "head": side(pull.head_repository or repo, pull.head, pull.head_sha),
        "base": side(repo, pull.base, pull.base_sha),
    }


def simple(urls: Urls, repo: Repository, issue: Issue, pull: Pull) -> dict[str, Json]:
    repo_url = urls.repository(repo.full_name)
    url = f"{repo_url}/pulls/{issue.number}"
    issue_url = f"{repo_url}/issues/{issue.number}"
    page = issues.page_url(urls, repo, issue)
    review_comment_url = f"{repo_url}/pulls/comments{{/number}}"
    statuses_url = f"{repo_url}/statuses/{pull.head_sha}"
    assignees = [users.simple(urls, user) for user in issue.assignees]
    links = {
        "self": url,
        "html": page,
        "issue": issue_url,
        "comments": f"{issue_url}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": review_comment_url,
        "commits": f"{url}/commits",
        "statuses": statuses_url,
    }
    return {
        "url": url,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue_url,
        "number": issue.number,
        "state": issue.state,
        "locked": issue.locked,
        "title": issue.title,
        "user": users.simple(urls, issue.user),
        "body": issue.body,
        "created_at": time(issue.created_at),
        "updated_at": time(issue.updated_at),
        "closed_at": maybe_time(issue.closed_at),
        "merged_at": maybe_time(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "requested_reviewers": [users.simple(urls, user) for user in pull.requested_reviewers],
        "requested_teams": [],
        "labels": [issues.label(urls, repo, label) for label in issue.labels],
        "milestone": None,
        "draft": pull.draft,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": review_comment_url,
        "comments_url": links["comments"],
        "statuses_url": statuses_url,
        "head": _side(urls, pull.head_owner, pull.head_repository, pull.head, pull.head_sha),
        "base": _side(urls, repo.owner, repo, pull.base, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "author_association": users.association(repo, issue.user),
        "auto_merge": None,
        "active_lock_reason": issue.lock_reason,
    }


def _mergeable_state(issue: Issue, pull: Pull, facts: PullFacts) -> str:
    if issue.state == "closed" or facts.mergeable is None:
        return "unknown"
    if not facts.mergeable:
        return "dirty"
    return "draft" if pull.draft else "clean"


def full(urls: Urls, repo: Repository, issue: Issue, pull: Pull, facts: PullFacts) -> JsonObject:
    return {
        **simple(urls, repo, issue, pull),
        "merged": pull.merged_at is not None,
        "mergeable": facts.mergeable,
        "rebaseable": False,
        "mergeable_state": _mergeable_state(issue, pull, facts),
        "merged_by": users.simple(urls, pull.merged_by) if pull.merged_by else None,
        "comments": len(issue.comments),
        "review_comments": sum(len(review.comments) for review in pull.reviews),
        "maintainer_can_modify": False,
        "commits": facts.commits,
        "additions": facts.additions,
        "deletions": facts.deletions,
        "changed_files": facts.changed_files,
    }
