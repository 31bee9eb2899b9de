"""What can be asked of a pull request, an issue or a repository."""

from __future__ import annotations

from bot.standin.jsontypes import Json
from bot.standin.render import issues, users
from bot.standin.render.common import node_id, time
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository


def decision(pull: Pull) -> str | None:
    """What the latest word of each reviewer comes to; REST has nothing of the kind."""
    latest: dict[int, str] = {}
    for review in pull.reviews:
        if review.state in ("APPROVED", "CHANGES_REQUESTED"):
            latest[review.user.id] = review.state
        elif review.state == "DISMISSED":
            latest.pop(review.user.id, None)
    states = set(latest.values())
    return "CHANGES_REQUESTED" if "CHANGES_REQUESTED" in states else "APPROVED" if states else None


_BOTH = frozenset(
    {"id", "databaseId", "number", "title", "body", "state", "closed", "url", "author"}
    | {"lastEditedAt", "editor"}
)
FIELDS = {
    "Issue": _BOTH,
    "PullRequest": _BOTH
    | {"isDraft", "merged", "headRefName", "headRefOid", "baseRefName", "baseRefOid", "reviewDecision"},
}


def shape(site: Site, repo: Repository, issue: Issue) -> dict[str, Json]:
    pull = issue.pull
    both: dict[str, Json] = {
        "id": own_id(issue),
        "databaseId": issue.id if pull is None else pull.id,
        "number": issue.number,
        "title": issue.title,
        "body": issue.body or "",
        "state": "MERGED" if pull is not None and pull.merged_at is not None else issue.state.upper(),
        "closed": issue.state == "closed",
        "url": issues.page_url(site.world.urls, repo, issue),
        "author": _actor(site, issue.user),
        "lastEditedAt": None if issue.edited_at is None else time(issue.edited_at),
        "editor": None if issue.edited_by is None else _actor(site, issue.edited_by),
    }
    if pull is None:
        return both
    return both | {
        "isDraft": pull.draft,
        "merged": pull.merged_at is not None,
        "headRefName": pull.head,
        "headRefOid": pull.head_sha,
        "baseRefName": pull.base,
        "baseRefOid": pull.base_sha,
        "reviewDecision": decision(pull),
    }


def _actor(site: Site, user: User) -> dict[str, Json]:
    return {**users.simple(site.world.urls, user), "__typename": user.type}


def own_id(issue: Issue) -> str:
    return node_id("I", issue.id) if issue.pull is None else node_id("PR", issue.pull.id)


def kind_of(issue: Issue) -> str:
    return "Issue" if issue.pull is None else "PullRequest"


def find(site: Site, node: str) -> tuple[Repository, Issue] | None:
    for repo in site.world.repositories.values():
        for issue in repo.issues.values():
            if own_id(issue) == node:
                return repo, issue
    return None


def repository_id(repo: Repository) -> str:
    return node_id("R", repo.id)
