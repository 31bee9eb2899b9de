"""Check suites."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import checks as actions
from bot.standin.actions.checks import CHECKS_READ, CHECKS_WRITE
from bot.standin.checks import CheckSuite
from bot.standin.git import objects
from bot.standin.jsontypes import Json
from bot.standin.render import checks as shapes
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.checks import sha_of, wanted
from bot.standin.rest.endpoint import Endpoint
from bot.standin.world.repositories import Repository


async def _shape(call: Call, repo: Repository, suite: CheckSuite) -> Json:
    head = await objects.read_commit(call.site.git_of(repo), suite.head_sha)
    return shapes.suite(call.site.world, repo, suite, head)


async def list_for_ref(call: Call) -> Response:
    repo = call.repository(CHECKS_READ)
    sha = await sha_of(call, repo)
    found = [await _shape(call, repo, suite) for suite in repo.checks.suites if suite.head_sha == sha]
    return call.page(found, "check_suites")


async def get_suite(call: Call) -> Response:
    repo = call.repository(CHECKS_READ)
    return json_response(await _shape(call, repo, repo.checks.suite(call.number("check_suite_id"))))


async def list_runs(call: Call) -> Response:
    repo = call.repository(CHECKS_READ)
    suite = repo.checks.suite(call.number("check_suite_id"))
    return wanted(call, repo, [run for run in repo.checks.runs if run.suite is suite])


async def rerequest_suite(call: Call) -> Response:
    repo = call.repository(CHECKS_WRITE)
    suite = repo.checks.suite(call.number("check_suite_id"))
    await actions.rerequest_suite(call.site, repo, call.user, suite)
    return json_response({}, 201)


_ONE, _DOCS = "/repos/{owner}/{repo}/check-suites/{check_suite_id:int}", "checks/suites#"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/repos/{owner}/{repo}/commits/{ref:path}/check-suites",
        list_for_ref,
        _DOCS + "list-check-suites-for-a-git-reference",
    ),
    Endpoint("GET", _ONE, get_suite, _DOCS + "get-a-check-suite"),
    Endpoint("GET", _ONE + "/check-runs", list_runs, "checks/runs#list-check-runs-in-a-check-suite"),
    Endpoint("POST", _ONE + "/rerequest", rerequest_suite, _DOCS + "rerequest-a-check-suite"),
)
