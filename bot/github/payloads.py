"""GitHub's payloads, as far as we read them: narrow models that forgive all they do not need."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from bot import marker
from handlers.events import Event, IssueCommented, IssueLabeled, PullRequestClosed
from workflows.trigger import Actor, IssueSnapshot, Tenant


class _Narrow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _User(_Narrow):
    id: int
    login: str
    type: str = "User"


class _Repository(_Narrow):
    full_name: str


class _Installation(_Narrow):
    id: int


class _Label(_Narrow):
    name: str


class _Issue(_Narrow):
    number: int
    title: str
    body: str | None = None
    html_url: str = ""
    user: _User | None = None
    pull_request: dict[str, object] | None = None


class _Comment(_Narrow):
    id: int
    body: str | None = None


class _Ref(_Narrow):
    ref: str
    repo: _Repository | None = None


class _PullRequest(_Narrow):
    number: int
    merged: bool = False
    body: str | None = None
    head: _Ref


class _Payload(_Narrow):
    action: str = ""
    sender: _User
    repository: _Repository
    installation: _Installation | None = None


class _Labeled(_Payload):
    issue: _Issue
    label: _Label


class _Commented(_Payload):
    issue: _Issue
    comment: _Comment


class _PullRequestPayload(_Payload):
    pull_request: _PullRequest


class Unread(Exception):
    """Nothing in this delivery is for us; the reason is kept with it."""


def read(delivery: str, event: str, payload: bytes) -> Event:
    try:
        return _read(delivery, event, payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Unread(f"the {event} payload lacks what we read: {where}: {first['msg']}") from error


def _read(delivery: str, event: str, raw: bytes) -> Event:
    match event:
        case "issues":
            if _Payload.model_validate_json(raw).action != "labeled":
                raise Unread("of issues, only new labels are read")
            labeled = _Labeled.model_validate_json(raw)
            return IssueLabeled(
                delivery=delivery,
                tenant=_tenant(labeled),
                actor=_actor(labeled),
                issue=_issue(labeled.issue),
                label=labeled.label.name,
            )
        case "issue_comment":
            # An edited comment is never a command: what was asked is what was asked then.
            if _Payload.model_validate_json(raw).action != "created":
                raise Unread("of comments, only new ones are read")
            commented = _Commented.model_validate_json(raw)
            return IssueCommented(
                delivery=delivery,
                tenant=_tenant(commented),
                actor=_actor(commented),
                issue=_issue(commented.issue),
                comment=commented.comment.id,
                body=commented.comment.body or "",
                on_pull_request=commented.issue.pull_request is not None,
            )
        case "pull_request":
            if _Payload.model_validate_json(raw).action != "closed":
                raise Unread("of pull requests, only their end is read")
            closed = _PullRequestPayload.model_validate_json(raw)
            head = closed.pull_request.head
            # Anybody can open a pull request from a fork, with a branch and a marker that look like ours.
            own = head.repo is not None and head.repo.full_name == closed.repository.full_name
            return PullRequestClosed(
                delivery=delivery,
                tenant=_tenant(closed),
                actor=_actor(closed),
                number=closed.pull_request.number,
                branch=head.ref,
                run=marker.find(closed.pull_request.body or "", "run") if own else "",
                merged=closed.pull_request.merged,
            )
        case _:
            raise Unread(f"{event} events are not read")


def _tenant(payload: _Payload) -> Tenant:
    installation = payload.installation.id if payload.installation else None
    return Tenant(repository=payload.repository.full_name, installation=installation)


def _actor(payload: _Payload) -> Actor:
    sender = payload.sender
    return Actor(id=sender.id, login=sender.login, is_bot=sender.type == "Bot")


def _issue(issue: _Issue) -> IssueSnapshot:
    return IssueSnapshot(
        number=issue.number,
        title=issue.title,
        body=issue.body or "",
        author=issue.user.login if issue.user else "",
        url=issue.html_url,
    )
