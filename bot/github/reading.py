"""From a delivery to an event: which payloads are read, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypedDict

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from bot.github import payloads
from handlers.events import (
    BranchPushed,
    ChecksFailed,
    Dispatched,
    Event,
    IssueAssigned,
    IssueCommented,
    IssueLabeled,
    LineCommented,
    PullRequestClosed,
    PullRequestPushed,
    RepositoryMoved,
    ReviewSubmitted,
    Scheduled,
    StatusFailed,
)
from workflows.trigger import Actor, Tenant

_HEADS = "refs/heads/"


class _Action(BaseModel):
    model_config = ConfigDict(extra="ignore")

    action: str = ""


class _Came(TypedDict):
    """What every event says of where it came from."""

    delivery: str
    tenant: Tenant
    actor: Actor


class Unread(Exception):
    """Nothing in this delivery is for us; the reason is kept with it."""


def reads(event: str, action: str) -> bool:
    return action in _READ.get(event, {})


def read(delivery: str, event: str, payload: bytes) -> Event:
    """Once from bytes to values, and once from values to the few fields that are read."""
    actions = _READ.get(event)
    if actions is None:
        raise Unread(f"{event} events are not read")
    try:
        values: object = from_json(payload)
        reader = actions.get(_Action.model_validate(values).action)
        if reader is None:
            raise Unread(f"of {event} events, only {' and '.join(actions)} is read")
        return reader(delivery, values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Unread(f"the {event} payload lacks what we read: {where}: {first['msg']}") from error
    except ValueError as error:
        raise Unread(f"the {event} payload is not JSON: {error}") from error


def _came(delivery: str, seen: payloads.Payload) -> _Came:
    return {"delivery": delivery, "tenant": seen.tenant(), "actor": seen.sender.actor()}


def _labeled(delivery: str, values: Any) -> Event:
    seen = payloads.LabeledPayload.model_validate(values)
    return IssueLabeled(
        **_came(delivery, seen),
        issue=seen.issue.snapshot(),
        label=seen.label.name,
        on_pull_request=seen.issue.is_pull_request,
    )


def _assigned(delivery: str, values: Any) -> Event:
    seen = payloads.AssignedPayload.model_validate(values)
    return IssueAssigned(
        **_came(delivery, seen),
        issue=seen.issue.snapshot(),
        assignee=seen.assignee.actor(),
        on_pull_request=seen.issue.is_pull_request,
    )


def _commented(delivery: str, values: Any) -> Event:
    seen = payloads.CommentedPayload.model_validate(values)
    return IssueCommented(
        **_came(delivery, seen),
        issue=seen.issue.snapshot(),
        comment=seen.comment.id,
        body=seen.comment.body or "",
        on_pull_request=seen.issue.is_pull_request,
    )


def _line_commented(delivery: str, values: Any) -> Event:
    seen = payloads.LineCommentedPayload.model_validate(values)
    return LineCommented(
        **_came(delivery, seen),
        pull_request=seen.pull_request.snapshot(),
        comment=seen.comment.id,
        body=seen.comment.body or "",
        place=seen.comment.place(),
        branch=seen.pull_request.branch(seen.repository),
    )


def _reviewed(delivery: str, values: Any) -> Event:
    seen = payloads.ReviewedPayload.model_validate(values)
    return ReviewSubmitted(
        **_came(delivery, seen),
        pull_request=seen.pull_request.snapshot(),
        review=seen.review.id,
        state=seen.review.stance(),
        body=seen.review.body or "",
        branch=seen.pull_request.branch(seen.repository),
    )


def _closed(delivery: str, values: Any) -> Event:
    seen = payloads.PullRequestPayload.model_validate(values)
    return PullRequestClosed(
        **_came(delivery, seen),
        number=seen.pull_request.number,
        branch=seen.pull_request.branch(seen.repository),
        merged=seen.pull_request.merged,
    )


def _synchronized(delivery: str, values: Any) -> Event:
    seen = payloads.PullRequestPayload.model_validate(values)
    return PullRequestPushed(
        **_came(delivery, seen),
        number=seen.pull_request.number,
        branch=seen.pull_request.branch(seen.repository),
        sha=seen.pull_request.head.sha,
    )


def _edited(delivery: str, values: Any) -> Event:
    """Another base is as good as another commit: what was proven was not this."""
    if payloads.EditedPayload.model_validate(values).changes.base is None:
        raise Unread("of edits, only another base is read")
    return _synchronized(delivery, values)


def _pushed(delivery: str, values: Any) -> Event:
    seen = payloads.PushPayload.model_validate(values)
    branch = seen.ref.removeprefix(_HEADS)
    if branch in {"", seen.ref} or seen.deleted:
        raise Unread("of pushes, only commits on branches are read")
    return BranchPushed(**_came(delivery, seen), branch=branch, sha=seen.after)


def _checked(delivery: str, values: Any) -> Event:
    seen = payloads.CheckSuitePayload.model_validate(values)
    suite = seen.check_suite
    if suite.conclusion not in {"failure", "timed_out"}:
        raise Unread("of checks, only failures are read")
    return ChecksFailed(
        **_came(delivery, seen),
        branch=suite.head_branch or "",
        sha=suite.head_sha,
        app=(suite.app.slug or suite.app.name) if suite.app else "",
        app_ids=(str(suite.app.id), suite.app.client_id or "") if suite.app else (),
    )


def _status(delivery: str, values: Any) -> Event:
    seen = payloads.StatusPayload.model_validate(values)
    if seen.state not in {"failure", "error"}:
        raise Unread("of statuses, only failures are read")
    return StatusFailed(
        **_came(delivery, seen),
        branch=seen.branch(),
        sha=seen.sha,
        app=seen.context,
    )


def _moved(delivery: str, values: Any) -> Event:
    seen = payloads.MovedPayload.model_validate(values)
    return RepositoryMoved(**_came(delivery, seen), before=seen.before())


def _dispatched(delivery: str, values: Any) -> Event:
    seen = payloads.DispatchedPayload.model_validate(values)
    if seen.inputs is None or seen.inputs.issue < 1:
        raise Unread("the workflow was started without the number of an issue")
    return Dispatched(
        **_came(delivery, seen),
        issue=seen.inputs.issue,
        command=seen.inputs.command,
    )


def _scheduled(delivery: str, values: Any) -> Event:
    seen = payloads.Payload.model_validate(values)
    return Scheduled(**_came(delivery, seen))


_READ: Mapping[str, Mapping[str, Callable[[str, Any], Event]]] = MappingProxyType(
    {
        "issues": {"labeled": _labeled, "assigned": _assigned},
        # An edited comment is never a command: what was asked is what was asked then.
        "issue_comment": {"created": _commented},
        "pull_request_review_comment": {"created": _line_commented},
        "pull_request_review": {"submitted": _reviewed},
        "pull_request": {"closed": _closed, "synchronize": _synchronized, "edited": _edited},
        "push": {"": _pushed},
        # All checks of an App together: one that failed while others go on says too little.
        "check_suite": {"completed": _checked},
        "status": {"": _status},
        "repository": {"renamed": _moved, "transferred": _moved},
        "workflow_dispatch": {"": _dispatched},
        "schedule": {"": _scheduled},
    }
)
