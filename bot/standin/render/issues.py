"""Issues, labels, comments and reactions."""

from __future__ import annotations

from urllib.parse import quote

from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import users
from bot.standin.render.common import maybe_time, node_id, reaction_counts, time
from bot.standin.urls import Urls
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.talk import Comment, Label, Reaction


def label(urls: Urls, repo: Repository, given: Label) -> JsonObject:
    return {
        "id": given.id,
        "node_id": node_id("LA", given.id),
        "url": f"{urls.repository(repo.full_name)}/labels/{quote(given.name, safe='')}",
        "name": given.name,
        "color": given.color,
        "default": given.default,
        "description": given.description,
    }


def page_url(urls: Urls, repo: Repository, issue: Issue) -> str:
    return f"{urls.page(repo.full_name)}/{'pull' if issue.pull else 'issues'}/{issue.number}"


def issue(urls: Urls, repo: Repository, given: Issue) -> JsonObject:
    repo_url = urls.repository(repo.full_name)
    url = f"{repo_url}/issues/{given.number}"
    assignees = [users.simple(urls, user) for user in given.assignees]
    shape: dict[str, Json] = {
        "url": url,
        "repository_url": repo_url,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": page_url(urls, repo, given),
        "id": given.id,
        "node_id": node_id("PR", given.pull.id) if given.pull else node_id("I", given.id),
        "number": given.number,
        "title": given.title,
        "user": users.simple(urls, given.user),
        "labels": [label(urls, repo, one) for one in given.labels],
        "state": given.state,
        "locked": given.locked,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "comments": len(given.comments),
        "created_at": time(given.created_at),
        "updated_at": time(given.updated_at),
        "closed_at": maybe_time(given.closed_at),
        "author_association": users.association(repo, given.user),
        "active_lock_reason": given.lock_reason,
        "body": given.body,
        "closed_by": users.simple(urls, given.closed_by) if given.closed_by else None,
        "reactions": reaction_counts(url, given.reactions),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": given.state_reason,
    }
    if given.pull is not None:
        page = page_url(urls, repo, given)
        shape["draft"] = given.pull.draft
        shape["pull_request"] = {
            "url": f"{repo_url}/pulls/{given.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": maybe_time(given.pull.merged_at),
        }
    return shape


def in_webhook(urls: Urls, repo: Repository, given: Issue) -> JsonObject:
    """Webhooks do not say who closed it: the sender did."""
    return {name: value for name, value in issue(urls, repo, given).items() if name != "closed_by"}


def comment(urls: Urls, repo: Repository, of: Issue, given: Comment) -> JsonObject:
    repo_url = urls.repository(repo.full_name)
    url = f"{repo_url}/issues/comments/{given.id}"
    return {
        "url": url,
        "html_url": f"{page_url(urls, repo, of)}#issuecomment-{given.id}",
        "issue_url": f"{repo_url}/issues/{of.number}",
        "id": given.id,
        "node_id": node_id("IC", given.id),
        "user": users.simple(urls, given.user),
        "created_at": time(given.created_at),
        "updated_at": time(given.updated_at),
        "author_association": users.association(repo, given.user),
        "body": given.body,
        "reactions": reaction_counts(url, given.reactions),
        "performed_via_github_app": None,
    }


def reaction(urls: Urls, given: Reaction) -> JsonObject:
    return {
        "id": given.id,
        "node_id": node_id("REA", given.id),
        "user": users.simple(urls, given.user),
        "content": given.content,
        "created_at": time(given.created_at),
    }
