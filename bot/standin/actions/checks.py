"""Check runs and their suites: made, updated, ended, asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.standin.actions.events import fire
from bot.standin.checks import ACTIONS, ACTIONS_ID, Annotation, CheckRun, CheckSuite
from bot.standin.errors import GitHubError, unprocessable
from bot.standin.git import objects, refs
from bot.standin.jsontypes import Json
from bot.standin.render import checks as shapes
from bot.standin.roles import Need, Role
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository

CHECKS_READ = Need(Role.READ, ("checks",))
CHECKS_WRITE = Need(Role.WRITE, ("checks",), write=True)
STATUSES = ("queued", "in_progress", "completed", "waiting", "requested", "pending")
CONCLUSIONS = (
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "skipped",
    "stale",
    "success",
    "timed_out",
)
BAD = ("failure", "timed_out", "cancelled", "action_required")
TEXT_LIMIT = 65535


@dataclass(frozen=True)
class RunEdit:
    """What of a check run is to change; None leaves it as it is."""

    name: str | None = None
    status: str | None = None
    conclusion: str | None = None
    external_id: str | None = None
    details_url: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: Sequence[Annotation] = ()


async def create_run(
    site: Site, repo: Repository, by: User, app: str, name: str, head_sha: str, edit: RunEdit
) -> CheckRun:
    """`app` is the one that reports, which is not always the one who is named as sender."""
    _check(edit)
    git = site.git_of(repo)
    if await objects.kind(git, head_sha) != "commit":
        raise unprocessable(f"No commit found for SHA: {head_sha}")
    suite = await suite_for(site, repo, by, app, head_sha)
    run = CheckRun(site.world.next_id("check_run"), suite, name, edit.started_at or site.world.now())
    repo.checks.runs.append(run)
    _apply(site, run, edit)
    refresh(site, repo, suite)
    await _tell(site, repo, by, "created", run)
    if run.status == "completed":
        await _completed(site, repo, by, run)
    return run


async def begin_run(site: Site, repo: Repository, by: User, suite: CheckSuite, name: str) -> CheckRun:
    """A workflow's job, which has the run's own suite."""
    now = site.world.now()
    run = CheckRun(site.world.next_id("check_run"), suite, name, now, status="in_progress")
    repo.checks.runs.append(run)
    refresh(site, repo, suite)
    await _tell(site, repo, by, "created", run)
    return run


async def update_run(site: Site, repo: Repository, by: User, run: CheckRun, edit: RunEdit) -> None:
    _check(edit)
    ended = run.status == "completed"
    _apply(site, run, edit)
    refresh(site, repo, run.suite)
    if run.status == "completed" and not ended:
        await _completed(site, repo, by, run)


def require_own(app: str, run: CheckRun) -> None:
    if run.suite.app != app:
        number = ACTIONS_ID if run.suite.app == ACTIONS else 0
        said = (
            f"Invalid app_id `{number}` - check run can only be modified by the GitHub App that created it."
        )
        raise GitHubError(403, said)


def _check(edit: RunEdit) -> None:
    for field, given, known in (
        ("status", edit.status, STATUSES),
        ("conclusion", edit.conclusion, CONCLUSIONS),
    ):
        if given is not None and given not in known:
            said = f'"{given}" is not a possible value. Must be one of the following: {", ".join(known)}.'
            raise unprocessable(f"Invalid request.\n\nFor 'properties/{field}', {said}")
    if edit.status == "completed" and edit.conclusion is None:
        raise unprocessable('Invalid request.\n\n"conclusion" wasn\'t supplied.')
    for name, value in (("summary", edit.summary), ("text", edit.text)):
        if value is not None and len(value.encode()) > TEXT_LIMIT:
            raise unprocessable(
                f"Invalid request.\n\nOnly {TEXT_LIMIT} characters are allowed; {name} is longer."
            )


def _apply(site: Site, run: CheckRun, edit: RunEdit) -> None:
    for name in ("name", "external_id", "details_url", "started_at", "title", "summary", "text"):
        value = getattr(edit, name)
        if value is not None:
            setattr(run, name, value)
    run.annotations.extend(edit.annotations)
    if edit.conclusion is not None:
        run.status, run.conclusion = "completed", edit.conclusion
        run.completed_at = edit.completed_at or site.world.now()
    elif edit.status is not None:
        run.status, run.conclusion, run.completed_at = edit.status, None, None


async def suite_for(site: Site, repo: Repository, by: User, app: str, head_sha: str) -> CheckSuite:
    """Each app has one suite for a commit, and GitHub makes it when it is first needed."""
    for suite in reversed(repo.checks.suites):
        if suite.app == app and suite.head_sha == head_sha:
            return suite
    tips = await refs.matching(site.git_of(repo), "refs/heads/")
    branch = next((tip.name.removeprefix("refs/heads/") for tip in tips if tip.sha == head_sha), None)
    parents = (await objects.read_commit(site.git_of(repo), head_sha)).parents
    before, now = parents[0] if parents else None, site.world.now()
    suite = CheckSuite(site.world.next_id("check_suite"), app, head_sha, before, branch, by, now, now)
    repo.checks.suites.append(suite)
    return suite


def refresh(site: Site, repo: Repository, suite: CheckSuite) -> None:
    """A suite is as far as its slowest run, and as good as its worst."""
    runs = repo.checks.runs_of(suite)
    suite.updated_at = site.world.now()
    if all(run.status == "completed" for run in runs):
        bad = [run.conclusion for run in runs if run.conclusion in BAD]
        suite.status, suite.conclusion = "completed", bad[0] if bad else "success"
    else:
        running = any(run.status != "queued" for run in runs)
        suite.status, suite.conclusion = "in_progress" if running else "queued", None


async def _completed(site: Site, repo: Repository, by: User, run: CheckRun) -> None:
    await _tell(site, repo, by, "completed", run)
    if run.suite.status == "completed":
        await tell_of_suite(site, repo, by, "completed", run.suite)


async def rerequest_run(site: Site, repo: Repository, by: User, run: CheckRun) -> None:
    site.require(repo, by, CHECKS_WRITE)
    _apply(site, run, RunEdit(status="queued"))
    refresh(site, repo, run.suite)
    await _tell(site, repo, by, "rerequested", run)


async def rerequest_suite(site: Site, repo: Repository, by: User, suite: CheckSuite) -> None:
    site.require(repo, by, CHECKS_WRITE)
    for run in repo.checks.runs_of(suite):
        _apply(site, run, RunEdit(status="queued"))
    suite.status, suite.conclusion = "queued", None
    await tell_of_suite(site, repo, by, "rerequested", suite)


async def _tell(site: Site, repo: Repository, by: User, action: str, run: CheckRun) -> None:
    fields: dict[str, Json] = {"action": action, "check_run": shapes.in_webhook(site.world, repo, run)}
    fire(site, repo, by, "check_run", fields)


async def tell_of_suite(site: Site, repo: Repository, by: User, action: str, suite: CheckSuite) -> None:
    commit = await objects.read_commit(site.git_of(repo), suite.head_sha)
    shape = shapes.suite(site.world, repo, suite, commit)
    shape = {name: value for name, value in shape.items() if name != "repository"}
    fire(site, repo, by, "check_suite", {"action": action, "check_suite": shape})
