"""Workflows, their runs and the jobs in them."""

from __future__ import annotations

from bot.standin.checks import CheckRun, Workflow, WorkflowRun
from bot.standin.git.objects import Commit
from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import repositories, users
from bot.standin.render.checks import pulls_at, simple_commit
from bot.standin.render.common import maybe_time, node_id, time
from bot.standin.urls import Urls
from bot.standin.world.everything import World
from bot.standin.world.repositories import Repository


def workflow(urls: Urls, repo: Repository, given: Workflow) -> JsonObject:
    page, file = urls.page(repo.full_name), given.path.rsplit("/", 1)[-1]
    return {
        "id": given.id,
        "node_id": node_id("W", given.id),
        "name": given.name,
        "path": given.path,
        "state": "active",
        "created_at": time(given.created_at),
        "updated_at": time(given.created_at),
        "url": f"{urls.repository(repo.full_name)}/actions/workflows/{given.id}",
        "html_url": f"{page}/blob/{repo.default_branch}/{given.path}",
        "badge_url": f"{page}/workflows/{file}/badge.svg",
    }


def run(world: World, repo: Repository, given: WorkflowRun, head: Commit) -> dict[str, Json]:
    urls = world.urls
    api = urls.repository(repo.full_name)
    url = f"{api}/actions/runs/{given.id}"
    return {
        "id": given.id,
        "name": given.workflow.name,
        "node_id": node_id("WFR", given.id),
        "head_branch": given.head_branch,
        "head_sha": given.head_sha,
        "path": given.workflow.path,
        "display_title": given.title,
        "run_number": given.number,
        "event": given.event,
        "status": given.status,
        "conclusion": given.conclusion,
        "workflow_id": given.workflow.id,
        "check_suite_id": given.suite.id,
        "check_suite_node_id": node_id("CS", given.suite.id),
        "url": url,
        "html_url": f"{urls.page(repo.full_name)}/actions/runs/{given.id}",
        "pull_requests": pulls_at(world, repo, given.head_sha),
        "created_at": time(given.created_at),
        "updated_at": time(given.updated_at),
        "actor": users.simple(urls, given.actor),
        "run_attempt": given.attempt,
        "referenced_workflows": [],
        "run_started_at": time(given.created_at),
        "triggering_actor": users.simple(urls, given.actor),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{api}/check-suites/{given.suite.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{given.attempt - 1}" if given.attempt > 1 else None,
        "workflow_url": f"{api}/actions/workflows/{given.workflow.id}",
        "head_commit": simple_commit(head),
        "repository": repositories.minimal(urls, repo),
        "head_repository": repositories.minimal(urls, repo),
    }


def job(urls: Urls, repo: Repository, of: WorkflowRun, given: CheckRun) -> JsonObject:
    """A job and the check run that shows it have one id."""
    api = urls.repository(repo.full_name)
    return {
        "id": given.id,
        "run_id": of.id,
        "run_url": f"{api}/actions/runs/{of.id}",
        "run_attempt": of.attempt,
        "node_id": node_id("CR", given.id),
        "head_sha": of.head_sha,
        "url": f"{api}/actions/jobs/{given.id}",
        "html_url": given.details_url,
        "status": given.status,
        "conclusion": given.conclusion,
        "created_at": time(given.started_at),
        "started_at": time(given.started_at),
        "completed_at": maybe_time(given.completed_at),
        "name": given.name,
        "steps": [],
        "check_run_url": f"{api}/check-runs/{given.id}",
        "labels": ["ubuntu-latest"],
        "runner_id": 1,
        "runner_name": "GitHub Actions 1",
        "runner_group_id": 0,
        "runner_group_name": "GitHub Actions",
        "workflow_name": of.workflow.name,
        "head_branch": of.head_branch,
    }
