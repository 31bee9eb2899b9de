"""Whom a pull request asks for a review."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import review_requests as actions
from bot.standin.render import users
from bot.standin.render.pulls import simple
from bot.standin.rest.answers import created, json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.pulls import find
from bot.standin.roles import PULLS_TRIAGE


async def list_requests(call: Call) -> Response:
    _, _, pull = find(call)
    asked = [users.simple(call.urls, user) for user in pull.requested_reviewers]
    return json_response({"users": asked, "teams": []})


async def request(call: Call) -> Response:
    repo, issue, pull = find(call, PULLS_TRIAGE)
    body = await call.body()
    people, teams = body.texts("reviewers"), body.texts("team_reviewers")
    await actions.request(call.site, repo, issue, pull, call.user, people, teams)
    return created(simple(call.urls, repo, issue, pull))


async def withdraw(call: Call) -> Response:
    repo, issue, pull = find(call, PULLS_TRIAGE)
    logins = (await call.body()).texts("reviewers")
    await actions.withdraw(call.site, repo, issue, pull, call.user, logins)
    return json_response(simple(call.urls, repo, issue, pull))


_ALL = "/repos/{owner}/{repo}/pulls/{number:int}/requested_reviewers"
_DOCS = "pulls/review-requests#"
ENDPOINTS = (
    Endpoint("GET", _ALL, list_requests, _DOCS + "get-all-requested-reviewers-for-a-pull-request"),
    Endpoint("POST", _ALL, request, _DOCS + "request-reviewers-for-a-pull-request"),
    Endpoint("DELETE", _ALL, withdraw, _DOCS + "remove-requested-reviewers-from-a-pull-request"),
)
