"""Issues."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from bot.standin.actions import issues as actions
from bot.standin.actions.issues import IssueEdit
from bot.standin.errors import invalid
from bot.standin.render import events as event_shapes
from bot.standin.render import issues as shapes
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import DISCUSS_READ, METADATA, triage_need
from bot.standin.world.repositories import Issue, Repository


def to_triage(call: Call) -> tuple[Repository, Issue]:
    """The issue in the path, if the caller may sort it; asked before the body is read."""
    repo = call.repository(DISCUSS_READ)
    issue = repo.issue(call.number())
    call.repository(triage_need(issue.pull is not None))
    return repo, issue


def since(call: Call) -> datetime | None:
    text = call.query("since")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise invalid("Search", "since", "invalid") from problem
    return moment if moment.tzinfo else moment.astimezone()


def wanted(call: Call, issue: Issue) -> bool:
    state = call.query("state", "open")
    labels = [name for name in call.query("labels").split(",") if name]
    creator, after = call.query("creator"), since(call)
    assignee, assigned = call.query("assignee"), [user.login.lower() for user in issue.assignees]
    return (
        state in ("all", issue.state)
        and all(issue.has_label(name) for name in labels)
        and (not creator or issue.user.login.lower() == creator.lower())
        and (assignee in ("", "*" if assigned else "none") or assignee.lower() in assigned)
        and (after is None or issue.updated_at >= after)
    )


def in_order(call: Call, issues: list[Issue]) -> list[Issue]:
    by = call.query("sort", "created")

    def key(issue: Issue) -> tuple[float, int]:
        value = {"updated": issue.updated_at.timestamp(), "comments": len(issue.comments)}
        # The number breaks a tie: much happens within one second here.
        return value.get(by, issue.created_at.timestamp()), issue.number

    return sorted(issues, key=key, reverse=call.query("direction", "desc") != "asc")


async def list_issues(call: Call) -> Response:
    repo = call.repository(DISCUSS_READ)
    found = in_order(call, [issue for issue in repo.issues.values() if wanted(call, issue)])
    return call.page([shapes.issue(call.urls, repo, issue) for issue in found])


async def get_issue(call: Call) -> Response:
    repo = call.repository(DISCUSS_READ)
    return json_response(shapes.issue(call.urls, repo, repo.issue(call.number())))


async def create_issue(call: Call) -> Response:
    repo = call.repository(METADATA)
    body = await call.body()
    issue = await actions.open_issue(
        call.site,
        repo,
        call.user,
        title=body.text("title"),
        body=body.maybe_text("body"),
        labels=body.names("labels"),
        assignees=body.texts("assignees"),
    )
    return created(shapes.issue(call.urls, repo, issue))


async def update_issue(call: Call) -> Response:
    repo = call.repository(DISCUSS_READ)
    issue, body = repo.issue(call.number()), await call.body()
    edit = IssueEdit(
        title=body.maybe_text("title"),
        body="" if body.is_null("body") else body.maybe_text("body"),
        state=body.maybe_text("state"),
        state_reason=body.maybe_text("state_reason"),
        labels=body.names("labels") if body.has("labels") else None,
        assignees=body.texts("assignees") if body.has("assignees") else None,
    )
    await actions.edit_issue(call.site, repo, issue, call.user, edit)
    return json_response(shapes.issue(call.urls, repo, issue))


async def lock(call: Call) -> Response:
    repo, issue = to_triage(call)
    await actions.lock(call.site, repo, issue, call.user, (await call.body()).maybe_text("lock_reason"))
    return no_content()


async def unlock(call: Call) -> Response:
    repo, issue = to_triage(call)
    await actions.unlock(call.site, repo, issue, call.user)
    return no_content()


async def list_events(call: Call) -> Response:
    repo = call.repository(DISCUSS_READ)
    issue = repo.issue(call.number())
    return call.page([event_shapes.event(call.urls, repo, issue, event) for event in issue.events])


async def list_timeline(call: Call) -> Response:
    repo = call.repository(DISCUSS_READ)
    return call.page(event_shapes.timeline(call.urls, repo, repo.issue(call.number())))


_ISSUES = "/repos/{owner}/{repo}/issues"
_ONE = _ISSUES + "/{number:int}"
ENDPOINTS = (
    Endpoint("GET", _ISSUES, list_issues, "issues/issues#list-repository-issues"),
    Endpoint("POST", _ISSUES, create_issue, "issues/issues#create-an-issue"),
    Endpoint("GET", _ONE, get_issue, "issues/issues#get-an-issue"),
    Endpoint("PATCH", _ONE, update_issue, "issues/issues#update-an-issue"),
    Endpoint("PUT", _ONE + "/lock", lock, "issues/issues#lock-an-issue"),
    Endpoint("DELETE", _ONE + "/lock", unlock, "issues/issues#unlock-an-issue"),
    Endpoint("GET", _ONE + "/events", list_events, "issues/events#list-issue-events"),
    Endpoint("GET", _ONE + "/timeline", list_timeline, "issues/timeline#list-timeline-events-for-an-issue"),
)
