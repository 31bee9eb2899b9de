"""Who may be assigned to issues, and who is."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import assignees as actions
from bot.standin.errors import not_found
from bot.standin.render import issues as shapes
from bot.standin.render import users
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.issues import to_triage
from bot.standin.roles import METADATA


async def list_assignable(call: Call) -> Response:
    repo = call.repository(METADATA)
    return call.page([users.simple(call.urls, user) for user in actions.assignable(call.site, repo)])


async def check_assignable(call: Call) -> Response:
    repo = call.repository(METADATA)
    known = (user.login.lower() for user in actions.assignable(call.site, repo))
    if call.path("assignee").lower() not in known:
        raise not_found()
    return no_content()


async def assign(call: Call) -> Response:
    repo, issue = to_triage(call)
    logins = (await call.body()).texts("assignees")
    await actions.assign(call.site, repo, issue, call.user, logins)
    return created(shapes.issue(call.urls, repo, issue))


async def unassign(call: Call) -> Response:
    repo, issue = to_triage(call)
    logins = (await call.body()).texts("assignees")
    await actions.unassign(call.site, repo, issue, call.user, logins)
    return json_response(shapes.issue(call.urls, repo, issue))


_REPO, _DOCS = "/repos/{owner}/{repo}", "issues/assignees#"
_ISSUE = _REPO + "/issues/{number:int}/assignees"
ENDPOINTS = (
    Endpoint("GET", _REPO + "/assignees", list_assignable, _DOCS + "list-assignees"),
    Endpoint(
        "GET",
        _REPO + "/assignees/{assignee}",
        check_assignable,
        _DOCS + "check-if-a-user-can-be-assigned",
    ),
    Endpoint("POST", _ISSUE, assign, _DOCS + "add-assignees-to-an-issue"),
    Endpoint("DELETE", _ISSUE, unassign, _DOCS + "remove-assignees-from-an-issue"),
)
