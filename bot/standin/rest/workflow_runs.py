"""Workflows of GitHub Actions, their runs, jobs and logs."""

from __future__ import annotations

import io
import zipfile

from starlette.responses import RedirectResponse, Response

from bot.standin.actions import workflows as actions
from bot.standin.actions.workflows import ACTIONS_READ, ACTIONS_WRITE
from bot.standin.checks import CheckRun, WorkflowRun
from bot.standin.errors import not_found
from bot.standin.git import objects
from bot.standin.jsontypes import Json
from bot.standin.render import workflows as shapes
from bot.standin.rest.answers import json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.downloads import Downloads
from bot.standin.rest.endpoint import Endpoint
from bot.standin.world.repositories import Repository


async def list_workflows(call: Call) -> Response:
    repo = call.repository(ACTIONS_READ)
    found = await actions.workflows(call.site, repo)
    return call.page([shapes.workflow(call.urls, repo, one) for one in found], "workflows")


async def get_workflow(call: Call) -> Response:
    repo = call.repository(ACTIONS_READ)
    found = await actions.workflow(call.site, repo, call.path("workflow_id"))
    return json_response(shapes.workflow(call.urls, repo, found))


async def dispatch(call: Call) -> Response:
    repo = call.repository(ACTIONS_WRITE)
    workflow = await actions.workflow(call.site, repo, call.path("workflow_id"))
    body = await call.body()
    inputs = body.child("inputs")
    given = inputs.texts_by_name() if inputs else {}
    await actions.dispatch(call.site, repo, call.user, workflow, body.text("ref"), given)
    return no_content()


async def _shape(call: Call, repo: Repository, run: WorkflowRun) -> Json:
    head = await objects.read_commit(call.site.git_of(repo), run.head_sha)
    return shapes.run(call.site.world, repo, run, head)


async def list_runs(call: Call) -> Response:
    repo = call.repository(ACTIONS_READ)
    asked = {name: call.query(name) for name in ("head_sha", "branch", "event", "status")}

    def wanted(run: WorkflowRun) -> bool:
        has = {"head_sha": run.head_sha, "branch": run.head_branch, "event": run.event}
        fits = all(asked[name] in ("", value) for name, value in has.items())
        return fits and asked["status"] in ("", run.status, run.conclusion)

    found = [run for run in reversed(repo.checks.workflow_runs) if wanted(run)]
    return call.page([await _shape(call, repo, run) for run in found], "workflow_runs")


async def get_run(call: Call) -> Response:
    repo = call.repository(ACTIONS_READ)
    return json_response(await _shape(call, repo, repo.checks.workflow_run(call.number("run_id"))))


async def rerun(call: Call) -> Response:
    repo = call.repository(ACTIONS_WRITE)
    run = repo.checks.workflow_run(call.number("run_id"))
    await actions.rerun(call.site, repo, call.user, run)
    return json_response({}, 201)


async def list_jobs(call: Call) -> Response:
    repo = call.repository(ACTIONS_READ)
    run = repo.checks.workflow_run(call.number("run_id"))
    jobs = [shapes.job(call.urls, repo, run, one) for one in repo.checks.runs_of(run.suite)]
    return call.page(jobs, "jobs")


def _job(repo: Repository, job_id: int) -> tuple[WorkflowRun, CheckRun]:
    job = repo.checks.run(job_id)
    for run in repo.checks.workflow_runs:
        if run.suite is job.suite:
            return run, job
    raise not_found()


async def get_job(call: Call) -> Response:
    repo = call.repository(ACTIONS_READ)
    return json_response(shapes.job(call.urls, repo, *_job(repo, call.number("job_id"))))


def _zipped(jobs: list[CheckRun]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, job in enumerate(jobs):
            archive.writestr(f"{number}_{job.name.replace('/', '_')}.txt", job.log)
    return whole.getvalue()


class Logs:
    """Given at addresses of their own, as the archives are."""

    def __init__(self, downloads: Downloads) -> None:
        self._downloads = downloads

    async def of_run(self, call: Call) -> Response:
        repo = call.repository(ACTIONS_READ)
        run = repo.checks.workflow_run(call.number("run_id"))
        content = _zipped(repo.checks.runs_of(run.suite))
        url = self._downloads.offer(f"logs_{run.id}.zip", "application/zip", content)
        return RedirectResponse(url, 302)

    async def of_job(self, call: Call) -> Response:
        repo = call.repository(ACTIONS_READ)
        _, job = _job(repo, call.number("job_id"))
        url = self._downloads.offer(f"{job.id}.txt", "text/plain; charset=utf-8", job.log.encode())
        return RedirectResponse(url, 302)

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint("GET", _RUN + "/logs", self.of_run, _RUNS + "download-workflow-run-logs"),
            Endpoint("GET", _JOB + "/logs", self.of_job, _JOBS + "download-job-logs-for-a-workflow-run"),
        )


_ACTIONS = "/repos/{owner}/{repo}/actions"
_RUN, _JOB = _ACTIONS + "/runs/{run_id:int}", _ACTIONS + "/jobs/{job_id:int}"
_FLOWS, _RUNS, _JOBS = "actions/workflows#", "actions/workflow-runs#", "actions/workflow-jobs#"
_FLOW = _ACTIONS + "/workflows/{workflow_id}"
ENDPOINTS = (
    Endpoint("GET", _ACTIONS + "/workflows", list_workflows, _FLOWS + "list-repository-workflows"),
    Endpoint("GET", _FLOW, get_workflow, _FLOWS + "get-a-workflow"),
    Endpoint("POST", _FLOW + "/dispatches", dispatch, _FLOWS + "create-a-workflow-dispatch-event"),
    Endpoint("GET", _ACTIONS + "/runs", list_runs, _RUNS + "list-workflow-runs-for-a-repository"),
    Endpoint("GET", _RUN, get_run, _RUNS + "get-a-workflow-run"),
    Endpoint("POST", _RUN + "/rerun", rerun, _RUNS + "re-run-a-workflow"),
    Endpoint("GET", _RUN + "/jobs", list_jobs, _JOBS + "list-jobs-for-a-workflow-run"),
    Endpoint("GET", _JOB, get_job, _JOBS + "get-a-job-for-a-workflow-run"),
)
