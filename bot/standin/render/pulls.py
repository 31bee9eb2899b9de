"""Pull requests and reviews."""

from __future__ import annotations

from dataclasses import dataclass

from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import issues, repositories, users
from bot.standin.render.common import maybe_time, node_id, reaction_counts, time
from bot.standin.urls import Urls
from bot.standin.world import Issue, Pull, Repository, Review, ReviewComment


@dataclass(frozen=True)
class PullFacts:
    """What only git can tell about a pull request."""

    commits: int
    additions: int
    deletions: int
    changed_files: int
    mergeable: bool | None


def _side(urls: Urls, repo: Repository, branch: str, sha: str) -> JsonObject:
    return {
        "label": f"{repo.owner.login}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": users.simple(urls, repo.owner),
        "repo": repositories.repository(urls, repo),
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
        "locked": False,
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
        "head": _side(urls, repo, pull.head, pull.head_sha),
        "base": _side(urls, repo, pull.base, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "author_association": users.association(repo, issue.user),
        "auto_merge": None,
        "active_lock_reason": None,
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


def review(urls: Urls, repo: Repository, issue: Issue, given: Review) -> JsonObject:
    pull_url = f"{urls.repository(repo.full_name)}/pulls/{issue.number}"
    page = f"{issues.page_url(urls, repo, issue)}#pullrequestreview-{given.id}"
    shape: dict[str, Json] = {
        "id": given.id,
        "node_id": node_id("PRR", given.id),
        "user": users.simple(urls, given.user),
        "body": given.body,
        "state": given.state,
        "html_url": page,
        "pull_request_url": pull_url,
        "author_association": users.association(repo, given.user),
        "_links": {"html": {"href": page}, "pull_request": {"href": pull_url}},
        "commit_id": given.commit_id,
    }
    if given.state != "PENDING":
        shape["submitted_at"] = time(given.submitted_at)
    return shape


def review_comment(
    urls: Urls, repo: Repository, issue: Issue, of: Review, given: ReviewComment, hunk: str
) -> JsonObject:
    repo_url = urls.repository(repo.full_name)
    url = f"{repo_url}/pulls/comments/{given.id}"
    pull_url = f"{repo_url}/pulls/{issue.number}"
    page = f"{issues.page_url(urls, repo, issue)}#discussion_r{given.id}"
    moment = time(of.submitted_at)
    return {
        "url": url,
        "pull_request_review_id": of.id,
        "id": given.id,
        "node_id": node_id("PRRC", given.id),
        "diff_hunk": hunk,
        "path": given.path,
        "commit_id": of.commit_id,
        "original_commit_id": of.commit_id,
        "user": users.simple(urls, of.user),
        "body": given.body,
        "created_at": moment,
        "updated_at": moment,
        "html_url": page,
        "pull_request_url": pull_url,
        "author_association": users.association(repo, of.user),
        "_links": {
            "self": {"href": url},
            "html": {"href": page},
            "pull_request": {"href": pull_url},
        },
        "reactions": reaction_counts(url, []),
        "start_line": None,
        "original_start_line": None,
        "start_side": None,
        "line": given.line,
        "original_line": given.line,
        "side": given.side,
        "position": given.line,
        "original_position": given.line,
        "subject_type": "line" if given.line else "file",
    }
