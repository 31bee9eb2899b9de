"""Commit statuses."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import statuses as actions
from bot.standin.actions.statuses import STATUSES_READ, STATUSES_WRITE
from bot.standin.render import checks as shapes
from bot.standin.rest.answers import created, json_response
from bot.standin.rest.call import Call
from bot.standin.rest.checks import sha_of
from bot.standin.rest.endpoint import Endpoint


async def create_status(call: Call) -> Response:
    repo, body = call.repository(STATUSES_WRITE), await call.body()
    status = await actions.create_status(
        call.site,
        repo,
        call.user,
        call.path("sha"),
        state=body.text("state"),
        context=body.maybe_text("context") or "default",
        description=body.maybe_text("description"),
        target_url=body.maybe_text("target_url"),
    )
    return created(shapes.status(call.urls, repo, status))


async def list_statuses(call: Call) -> Response:
    repo = call.repository(STATUSES_READ)
    sha = await sha_of(call, repo)
    found = [one for one in reversed(repo.checks.statuses) if one.sha == sha]
    return call.page([shapes.status(call.urls, repo, one) for one in found])


async def get_combined(call: Call) -> Response:
    repo = call.repository(STATUSES_READ)
    sha = await sha_of(call, repo)
    found = [one for one in repo.checks.statuses if one.sha == sha]
    return json_response(shapes.combined(call.urls, repo, sha, found))


_REPO, _DOCS = "/repos/{owner}/{repo}", "commits/statuses#"
_OF = _REPO + "/commits/{ref:path}"
ENDPOINTS = (
    Endpoint("POST", _REPO + "/statuses/{sha}", create_status, _DOCS + "create-a-commit-status"),
    Endpoint("GET", _OF + "/statuses", list_statuses, _DOCS + "list-commit-statuses-for-a-reference"),
    Endpoint(
        "GET", _OF + "/status", get_combined, _DOCS + "get-the-combined-status-for-a-specific-reference"
    ),
)
