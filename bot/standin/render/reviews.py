"""Reviews and their comments on lines."""

from __future__ import annotations

from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import issues, users
from bot.standin.render.common import node_id, reaction_counts, time
from bot.standin.urls import Urls
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.reviews import Review, ReviewComment


def review(urls: Urls, repo: Repository, issue: Issue, given: Review) -> dict[str, Json]:
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


def in_webhook(urls: Urls, repo: Repository, issue: Issue, given: Review) -> JsonObject:
    """Webhooks write the state small and know no empty body; REST writes it large, and the body as text."""
    return {
        **review(urls, repo, issue, given),
        "state": given.state.lower(),
        "body": given.body or None,
        "updated_at": time(given.updated_at),
    }


def review_comment(urls: Urls, repo: Repository, issue: Issue, given: ReviewComment) -> dict[str, Json]:
    repo_url = urls.repository(repo.full_name)
    url = f"{repo_url}/pulls/comments/{given.id}"
    pull_url = f"{repo_url}/pulls/{issue.number}"
    page = f"{issues.page_url(urls, repo, issue)}#discussion_r{given.id}"
    is_line = given.original_line is not None
    shape: dict[str, Json] = {
        "url": url,
        "pull_request_review_id": given.review_id,
        "id": given.id,
        "node_id": node_id("PRRC", given.id),
        "diff_hunk": given.diff_hunk,
        "path": given.path,
        "commit_id": given.commit_id,
        "original_commit_id": given.original_commit_id,
        "user": users.simple(urls, given.user),
        "body": given.body,
        "created_at": time(given.created_at),
        "updated_at": time(given.updated_at),
        "html_url": page,
        "pull_request_url": pull_url,
        "author_association": users.association(repo, given.user),
        "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": pull_url}},
        "reactions": reaction_counts(url, given.reactions),
        "start_line": given.start_line,
        "original_start_line": given.original_start_line,
        "start_side": given.start_side,
        "line": given.line,
        "original_line": given.original_line,
        "side": given.side,
        "position": given.position if is_line else 1,
        "original_position": given.original_position if is_line else 1,
        "subject_type": "line" if is_line else "file",
    }
    if given.in_reply_to is not None:
        shape["in_reply_to_id"] = given.in_reply_to
    return shape


def comment_of_review(urls: Urls, repo: Repository, issue: Issue, given: ReviewComment) -> JsonObject:
    """GitHub's list for one review calls the same thing by fewer names."""
    left_out = ("subject_type", "start_line", "original_start_line", "start_side")
    whole = review_comment(urls, repo, issue, given)
    return {name: value for name, value in whole.items() if name not in left_out}
