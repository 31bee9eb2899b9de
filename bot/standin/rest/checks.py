"""Check runs."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from bot.standin.actions import checks as actions
from bot.standin.actions.checks import CHECKS_READ, CHECKS_WRITE, RunEdit
from bot.standin.checks import Annotation, CheckRun
from bot.standin.errors import GitHubError, invalid, unprocessable
from bot.standin.git import refs
from bot.standin.jsontypes import Body
from bot.standin.render import checks as shapes
from bot.standin.rest.answers import created, json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.world.repositories import Repository

MOST_ANNOTATIONS = 50
_LEVELS = ("notice", "warning", "failure")


def _for_apps(call: Call) -> Repository:
    repo = call.repository(CHECKS_WRITE)
    if call.user.type != "Bot":
        raise GitHubError(403, "You must authenticate via a GitHub App.")
    return repo


def _moment(body: Body, name: str) -> datetime | None:
    text = body.maybe_text(name)
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError as problem:
        raise invalid("CheckRun", name, "invalid") from problem
    return moment.astimezone() if moment is not None and moment.tzinfo is None else moment


def _annotation(given: Body) -> Annotation:
    start, end = given.maybe_number("start_line"), given.maybe_number("end_line")
    level = given.text("annotation_level")
    if level not in _LEVELS:
        raise invalid("CheckRun", "annotation_level", "invalid")
    if start is None or end is None:
        raise unprocessable('Invalid request.\n\n"start_line", "end_line" weren\'t supplied.')
    return Annotation(
        given.text("path"),
        start,
        end,
        level,
        given.text("message"),
        given.maybe_text("title"),
        given.maybe_text("raw_details"),
        given.maybe_number("start_column"),
        given.maybe_number("end_column"),
    )


def _edit(body: Body) -> RunEdit:
    output = body.child("output")
    annotations = [_annotation(one) for one in output.objects("annotations")] if output else []
    if len(annotations) > MOST_ANNOTATIONS:
        said = f"No more than {MOST_ANNOTATIONS} items are allowed; {len(annotations)} were supplied."
        raise unprocessable(f"Invalid request.\n\n{said}")
    return RunEdit(
        name=body.maybe_text("name"),
        status=body.maybe_text("status"),
        conclusion=body.maybe_text("conclusion"),
        external_id=body.maybe_text("external_id"),
        details_url=body.maybe_text("details_url"),
        started_at=_moment(body, "started_at"),
        completed_at=_moment(body, "completed_at"),
        title=output.maybe_text("title") if output else None,
        summary=output.text("summary") if output else None,
        text=output.maybe_text("text") if output else None,
        annotations=annotations,
    )


async def create_run(call: Call) -> Response:
    repo, body = _for_apps(call), await call.body()
    app = call.site.world.app.slug
    name, sha = body.text("name"), body.text("head_sha")
    run = await actions.create_run(call.site, repo, call.user, app, name, sha, _edit(body))
    return created(shapes.run(call.site.world, repo, run))


async def update_run(call: Call) -> Response:
    repo = _for_apps(call)
    run, app = repo.checks.run(call.number("check_run_id")), call.site.world.app
    actions.require_own(app.slug, run)
    await actions.update_run(call.site, repo, call.user, run, _edit(await call.body()))
    return json_response(shapes.run(call.site.world, repo, run))


async def get_run(call: Call) -> Response:
    repo = call.repository(CHECKS_READ)
    return json_response(shapes.run(call.site.world, repo, repo.checks.run(call.number("check_run_id"))))


async def list_annotations(call: Call) -> Response:
    repo = call.repository(CHECKS_READ)
    run = repo.checks.run(call.number("check_run_id"))
    return call.page([shapes.annotation(call.urls, repo, run, one) for one in run.annotations])


async def rerequest_run(call: Call) -> Response:
    repo = call.repository(CHECKS_WRITE)
    run = repo.checks.run(call.number("check_run_id"))
    await actions.rerequest_run(call.site, repo, call.user, run)
    return json_response({}, 201)


def wanted(call: Call, repo: Repository, runs: list[CheckRun]) -> Response:
    name, status = call.query("check_name"), call.query("status")
    if call.query("filter", "latest") == "latest":
        runs = list({(run.suite.id, run.name): run for run in runs}.values())
    found = [run for run in runs if name in ("", run.name) and status in ("", run.status)]
    return call.page([shapes.run(call.site.world, repo, run) for run in found], "check_runs")


async def sha_of(call: Call, repo: Repository) -> str:
    """The commit in the path, by any of its names."""
    try:
        return await refs.resolve(call.site.git_of(repo), call.path("ref"))
    except GitHubError as problem:
        raise unprocessable(f"No commit found for SHA: {call.path('ref')}") from problem


async def list_for_ref(call: Call) -> Response:
    repo = call.repository(CHECKS_READ)
    sha = await sha_of(call, repo)
    return wanted(call, repo, [run for run in repo.checks.runs if run.suite.head_sha == sha])


_ALL, _DOCS = "/repos/{owner}/{repo}/check-runs", "checks/runs#"
_ONE = _ALL + "/{check_run_id:int}"
ENDPOINTS = (
    Endpoint("POST", _ALL, create_run, _DOCS + "create-a-check-run"),
    Endpoint("GET", _ONE, get_run, _DOCS + "get-a-check-run"),
    Endpoint("PATCH", _ONE, update_run, _DOCS + "update-a-check-run"),
    Endpoint("GET", _ONE + "/annotations", list_annotations, _DOCS + "list-check-run-annotations"),
    Endpoint("POST", _ONE + "/rerequest", rerequest_run, _DOCS + "rerequest-a-check-run"),
    Endpoint(
        "GET",
        "/repos/{owner}/{repo}/commits/{ref:path}/check-runs",
        list_for_ref,
        _DOCS + "list-check-runs-for-a-git-reference",
    ),
)
