"""Issues: opened, edited, closed, locked; and so are pull requests, each of which is an issue too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.standin.actions.announce import announce
from bot.standin.actions.assignees import assign, set_assignees
from bot.standin.actions.history import note
from bot.standin.actions.labels import known_or_new, set_labels, tell_of
from bot.standin.errors import invalid
from bot.standin.git import refs
from bot.standin.jsontypes import Json
from bot.standin.roles import ISSUES_OPEN, comment_need, may, triage_need
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository, State

BODY_LIMIT = 65536
TITLE_LIMIT = 256
LOCK_REASONS = ("off-topic", "too heated", "resolved", "spam")
_STATE_REASONS = (None, "completed", "not_planned", "duplicate", "reopened")


@dataclass(frozen=True)
class IssueEdit:
    """What of an issue is to change; None leaves it as it is."""

    title: str | None = None
    body: str | None = None
    state: str | None = None
    state_reason: str | None = None
    labels: Sequence[str] | None = None
    assignees: Sequence[str] | None = None


def check_text(resource: str, title: str | None, body: str | None) -> None:
    if title is not None and not title.strip():
        raise invalid(resource, "title", "missing_field")
    if title is not None and len(title) > TITLE_LIMIT:
        raise invalid(resource, "title", "custom", f"title is too long (maximum is {TITLE_LIMIT} characters)")
    if body is not None and len(body) > BODY_LIMIT:
        raise invalid(resource, "body", "custom", f"body is too long (maximum is {BODY_LIMIT} characters)")


async def open_issue(
    site: Site,
    repo: Repository,
    by: User,
    *,
    title: str,
    body: str | None = None,
    labels: Sequence[str] = (),
    assignees: Sequence[str] = (),
) -> Issue:
    site.require(repo, by, ISSUES_OPEN)
    check_text("Issue", title, body)
    issue = new_issue(site, repo, by, title, body)
    # GitHub drops labels and assignees silently where the author may not set them.
    trusted = may(site.world.app, repo, by, triage_need(False))
    if trusted:
        issue.labels = [known_or_new(site, repo, name, by) for name in dict.fromkeys(labels)]
    await announce(site, repo, issue, by, "opened")
    for label in issue.labels:
        await tell_of(site, repo, issue, by, "labeled", label)
    if trusted:
        await assign(site, repo, issue, by, assignees)
    return issue


def new_issue(site: Site, repo: Repository, by: User, title: str, body: str | None) -> Issue:
    now = site.world.now()
    number = max(repo.issues, default=0) + 1
    issue = Issue(site.world.next_id("issue"), number, by, title, body, now, now)
    repo.issues[number] = issue
    return issue


async def edit_issue(site: Site, repo: Repository, issue: Issue, by: User, edit: IssueEdit) -> None:
    is_pull = issue.pull is not None
    need = triage_need(is_pull)
    site.require(repo, by, comment_need(is_pull) if issue.user.id == by.id else need)
    if edit.state not in (None, "open", "closed"):
        raise invalid("Issue", "state", "invalid")
    if edit.state_reason not in _STATE_REASONS:
        raise invalid("Issue", "state_reason", "invalid")
    check_text("Issue", edit.title, edit.body)
    changes: dict[str, Json] = {}
    if edit.title is not None and edit.title != issue.title:
        note(site, issue, by, "renamed", renamed=(issue.title, edit.title))
        changes["title"], issue.title = {"from": issue.title}, edit.title
    if edit.body is not None and edit.body != issue.body:
        changes["body"], issue.body = {"from": issue.body or ""}, edit.body
        issue.edited_at, issue.edited_by = site.world.now(), by
    issue.updated_at = site.world.now()
    if changes:
        await announce(site, repo, issue, by, "edited", {"changes": changes})
    if may(site.world.app, repo, by, need):
        if edit.assignees is not None:
            await set_assignees(site, repo, issue, by, edit.assignees)
        if edit.labels is not None:
            await set_labels(site, repo, issue, by, edit.labels)
    if edit.state is not None:
        state: State = "open" if edit.state == "open" else "closed"
        await set_state(site, repo, issue, by, state, edit.state_reason)


async def set_state(
    site: Site, repo: Repository, issue: Issue, by: User, state: State, reason: str | None = None
) -> None:
    if state == issue.state:
        return
    if issue.pull is not None and issue.pull.merged_at is not None:
        raise invalid("Issue", "state", "invalid")
    if issue.pull is not None and state == "open":
        await _check_head(site, issue.pull)
    mark_state(site, issue, by, state, reason)
    await announce(site, repo, issue, by, "closed" if state == "closed" else "reopened")


async def _check_head(site: Site, pull: Pull) -> None:
    """A closed pull request no longer follows its branch, and cannot be opened on another head."""
    home = pull.head_repository
    sha = None if home is None else await refs.branch_sha(site.git_of(home), pull.head)
    if sha != pull.head_sha:
        what = "has been deleted" if sha is None else "was force-pushed or recreated"
        message = f"state cannot be changed. The {pull.head} branch {what}."
        raise invalid("PullRequest", "state", "invalid", message)


def mark_state(site: Site, issue: Issue, by: User, state: State, reason: str | None) -> None:
    closed = state == "closed"
    issue.state = state
    note(site, issue, by, "closed" if closed else "reopened")
    issue.closed_at, issue.closed_by = (issue.updated_at, by) if closed else (None, None)
    if issue.pull is None:
        issue.state_reason = (reason or "completed") if closed else "reopened"


async def lock(site: Site, repo: Repository, issue: Issue, by: User, reason: str | None) -> None:
    site.require(repo, by, triage_need(issue.pull is not None))
    if reason is not None and reason not in LOCK_REASONS:
        raise invalid("Issue", "lock_reason", "invalid")
    issue.locked, issue.lock_reason = True, reason
    note(site, issue, by, "locked")
    await announce(site, repo, issue, by, "locked")


async def unlock(site: Site, repo: Repository, issue: Issue, by: User) -> None:
    site.require(repo, by, triage_need(issue.pull is not None))
    if issue.locked:
        issue.locked, issue.lock_reason = False, None
        note(site, issue, by, "unlocked")
        await announce(site, repo, issue, by, "unlocked")
