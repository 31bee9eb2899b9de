"""Check runs, check suites and commit statuses."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.standin.checks import Annotation, CheckRun, CheckSuite, CommitStatus
from bot.standin.git.objects import Commit
from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import repositories, users
from bot.standin.render.apps import integration
from bot.standin.render.common import maybe_time, node_id, time
from bot.standin.render.pulls import minimal
from bot.standin.urls import Urls
from bot.standin.world.everything import World
from bot.standin.world.repositories import Repository


def pulls_at(world: World, repo: Repository, sha: str) -> list[Json]:
    return [minimal(world.urls, repo, i, p) for i, p in repo.open_pulls() if p.head_sha == sha]


def run(world: World, repo: Repository, given: CheckRun) -> dict[str, Json]:
    url = f"{world.urls.repository(repo.full_name)}/check-runs/{given.id}"
    page = f"{world.urls.page(repo.full_name)}/runs/{given.id}"
    return {
        "id": given.id,
        "name": given.name,
        "node_id": node_id("CR", given.id),
        "head_sha": given.suite.head_sha,
        "external_id": given.external_id,
        "url": url,
        "html_url": page,
        "details_url": given.details_url or page,
        "status": given.status,
        "conclusion": given.conclusion,
        "started_at": time(given.started_at),
        "completed_at": maybe_time(given.completed_at),
        "output": {
            "title": given.title,
            "summary": given.summary,
            "text": given.text,
            "annotations_count": len(given.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": given.suite.id},
        "app": integration(world, given.suite.app),
        "pull_requests": pulls_at(world, repo, given.suite.head_sha),
    }


def in_webhook(world: World, repo: Repository, given: CheckRun) -> JsonObject:
    """A webhook tells more of the suite than REST does."""
    suite = given.suite
    return {**run(world, repo, given), "check_suite": {
        "id": suite.id,
        "node_id": node_id("CS", suite.id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": suite.status,
        "conclusion": suite.conclusion,
        "url": f"{world.urls.repository(repo.full_name)}/check-suites/{suite.id}",
        "before": suite.before,
        "after": suite.head_sha,
        "pull_requests": pulls_at(world, repo, suite.head_sha),
        "app": integration(world, suite.app),
        "created_at": time(suite.created_at),
        "updated_at": time(suite.updated_at),
    }}  # fmt: skip


def simple_commit(commit: Commit) -> JsonObject:
    people = {"author": commit.author, "committer": commit.committer}
    named = {role: {"name": who.name, "email": who.email} for role, who in people.items()}
    stamp = time(commit.committer.at)
    return {"id": commit.sha, "tree_id": commit.tree, "message": commit.message, "timestamp": stamp, **named}


def suite(world: World, repo: Repository, given: CheckSuite, head: Commit) -> dict[str, Json]:
    url = f"{world.urls.repository(repo.full_name)}/check-suites/{given.id}"
    return {
        "id": given.id,
        "node_id": node_id("CS", given.id),
        "head_branch": given.head_branch,
        "head_sha": given.head_sha,
        "status": given.status,
        "conclusion": given.conclusion,
        "url": url,
        "before": given.before,
        "after": given.head_sha,
        "pull_requests": pulls_at(world, repo, given.head_sha),
        "app": integration(world, given.app),
        "created_at": time(given.created_at),
        "updated_at": time(given.updated_at),
        "rerequestable": True,
        "runs_rerequestable": True,
        "latest_check_runs_count": len(repo.checks.runs_of(given)),
        "check_runs_url": f"{url}/check-runs",
        "head_commit": simple_commit(head),
        "repository": repositories.minimal(world.urls, repo),
    }


def annotation(urls: Urls, repo: Repository, of: CheckRun, given: Annotation) -> JsonObject:
    return {
        "path": given.path,
        "blob_href": f"{urls.page(repo.full_name)}/blob/{of.suite.head_sha}/{quote(given.path)}",
        "start_line": given.start_line,
        "start_column": given.start_column,
        "end_line": given.end_line,
        "end_column": given.end_column,
        "annotation_level": given.level,
        "title": given.title,
        "message": given.message,
        "raw_details": given.raw_details,
    }


def status(urls: Urls, repo: Repository, given: CommitStatus) -> dict[str, Json]:
    return {
        "url": f"{urls.repository(repo.full_name)}/statuses/{given.sha}",
        "avatar_url": f"{urls.root}/-/avatars/{given.creator.id}",
        "id": given.id,
        "node_id": node_id("SC", given.id),
        "state": given.state,
        "description": given.description,
        "target_url": given.target_url,
        "context": given.context,
        "created_at": time(given.created_at),
        "updated_at": time(given.created_at),
        "creator": users.simple(urls, given.creator),
    }


def combined(urls: Urls, repo: Repository, sha: str, given: Sequence[CommitStatus]) -> JsonObject:
    """The latest of each context; one that failed fails all."""
    latest = list({one.context: one for one in given}.values())
    states = {one.state for one in latest}
    whole = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    url = urls.repository(repo.full_name)
    rows = [status(urls, repo, one) for one in latest]
    return {
        "state": whole,
        "statuses": [{k: v for k, v in row.items() if k != "creator"} for row in rows],
        "sha": sha,
        "total_count": len(latest),
        "repository": repositories.minimal(urls, repo),
        "commit_url": f"{url}/commits/{sha}",
        "url": f"{url}/commits/{sha}/status",
    }
