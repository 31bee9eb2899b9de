"""Issues: opened, edited, closed, labelled; and so are pull requests, each of which is an issue too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.standin.actions import pull_view
from bot.standin.actions.events import fire
from bot.standin.errors import GitHubError, invalid, not_accessible
from bot.standin.jsontypes import Json
from bot.standin.render import issues as shapes
from bot.standin.roles import ISSUES_OPEN, LABELS_CREATE, comment_need, may, triage_need
from bot.standin.site import Site
from bot.standin.world import Issue, Label, Repository, State, User

BODY_LIMIT = 65536
TITLE_LIMIT = 256
LABEL_LIMIT = 50


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


async def announce(
    site: Site, repo: Repository, issue: Issue, by: User, action: str, extra: Mapping[str, Json] | None = None
) -> None:
    """The `issues` event, or `pull_request` for what is one."""
    fields: dict[str, Json] = {"action": action}
    if issue.pull is None:
        fields["issue"] = shapes.issue(site.world.urls, repo, issue)
    else:
        fields["number"] = issue.number
        fields["pull_request"] = await pull_view.full(site, repo, issue, issue.pull)
    event = "issues" if issue.pull is None else "pull_request"
    fire(site, repo, by, event, {**fields, **(extra or {})})


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
    if may(site.world.app, repo, by, triage_need(False)):
        issue.assignees = _assignable(site, repo, assignees)
        issue.labels = [_label(site, repo, name, by) for name in dict.fromkeys(labels)]
    await announce(site, repo, issue, by, "opened")
    for label in issue.labels:
        await _announce_label(site, repo, issue, by, "labeled", label)
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
    check_text("Issue", edit.title, edit.body)
    changes: dict[str, Json] = {}
    if edit.title is not None and edit.title != issue.title:
        changes["title"], issue.title = {"from": issue.title}, edit.title
    if edit.body is not None and edit.body != issue.body:
        changes["body"], issue.body = {"from": issue.body or ""}, edit.body
    issue.updated_at = site.world.now()
    if changes:
        await announce(site, repo, issue, by, "edited", {"changes": changes})
    if may(site.world.app, repo, by, need):
        if edit.assignees is not None:
            issue.assignees = _assignable(site, repo, edit.assignees)
        if edit.labels is not None:
            await set_labels(site, repo, issue, by, edit.labels)
    if edit.state is not None:
        await set_state(
            site, repo, issue, by, "open" if edit.state == "open" else "closed", edit.state_reason
        )


async def set_state(
    site: Site, repo: Repository, issue: Issue, by: User, state: State, reason: str | None = None
) -> None:
    if state == issue.state:
        return
    if issue.pull is not None and issue.pull.merged_at is not None:
        raise GitHubError(
            422, "Validation Failed", [{"resource": "Issue", "code": "invalid", "field": "state"}]
        )
    mark_state(site, issue, by, state, reason)
    await announce(site, repo, issue, by, "closed" if state == "closed" else "reopened")


def mark_state(site: Site, issue: Issue, by: User, state: State, reason: str | None) -> None:
    now = site.world.now()
    issue.state, issue.updated_at = state, now
    closed = state == "closed"
    issue.closed_at, issue.closed_by = (now, by) if closed else (None, None)
    if issue.pull is None:
        issue.state_reason = (reason or "completed") if closed else "reopened"


def _assignable(site: Site, repo: Repository, logins: Sequence[str]) -> list[User]:
    """Only people of the repository can be assigned; GitHub ignores the others."""
    people = {repo.owner.login, *repo.collaborators}
    return [site.world.user(login) for login in dict.fromkeys(logins) if login in people]


def _label(site: Site, repo: Repository, name: str, by: User) -> Label:
    """An unknown label is made on the fly, in grey, by those who may make labels."""
    known = repo.labels.get(name.lower())
    if known is not None:
        return known
    return create_label(site, repo, by, name=name, color="ededed", description=None)


def create_label(
    site: Site, repo: Repository, by: User, *, name: str, color: str, description: str | None
) -> Label:
    if not may(site.world.app, repo, by, LABELS_CREATE):
        raise not_accessible("integration" if by.type == "Bot" else "personal access token")
    if not name.strip():
        raise invalid("Label", "name", "missing_field")
    if len(name) > LABEL_LIMIT:
        raise invalid("Label", "name", "custom", f"name is too long (maximum is {LABEL_LIMIT} characters)")
    if name.lower() in repo.labels:
        raise invalid("Label", "name", "already_exists")
    label = Label(site.world.next_id("label"), name, color, description)
    repo.labels[name.lower()] = label
    return label


async def add_labels(site: Site, repo: Repository, issue: Issue, by: User, names: Sequence[str]) -> None:
    site.require(repo, by, triage_need(issue.pull is not None))
    for name in names:
        label = _label(site, repo, name, by)
        if not issue.has_label(name):
            issue.labels.append(label)
            issue.updated_at = site.world.now()
            await _announce_label(site, repo, issue, by, "labeled", label)


async def remove_label(site: Site, repo: Repository, issue: Issue, by: User, name: str) -> None:
    site.require(repo, by, triage_need(issue.pull is not None))
    if not issue.has_label(name):
        raise GitHubError(404, "Label does not exist")
    label = repo.labels[name.lower()]
    issue.labels.remove(label)
    issue.updated_at = site.world.now()
    await _announce_label(site, repo, issue, by, "unlabeled", label)


async def set_labels(site: Site, repo: Repository, issue: Issue, by: User, names: Sequence[str]) -> None:
    wanted = {name.lower() for name in names}
    for label in [label for label in issue.labels if label.name.lower() not in wanted]:
        await remove_label(site, repo, issue, by, label.name)
    await add_labels(site, repo, issue, by, names)


async def _announce_label(
    site: Site, repo: Repository, issue: Issue, by: User, action: str, label: Label
) -> None:
    await announce(site, repo, issue, by, action, {"label": shapes.label(site.world.urls, repo, label)})
