"""GitHub Actions, as one sees it from outside: dispatched, run, failed, run again. Nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.standin.actions import checks
from bot.standin.actions.checks import RunEdit
from bot.standin.actions.events import fire
from bot.standin.checks import ACTIONS, CheckRun, CheckSuite, Workflow, WorkflowRun
from bot.standin.errors import GitHubError, not_found, unprocessable
from bot.standin.git import files, objects, refs
from bot.standin.jsontypes import Json
from bot.standin.render import workflows as shapes
from bot.standin.roles import Need, Role
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository

ACTIONS_READ = Need(Role.READ, ("actions",))
ACTIONS_WRITE = Need(Role.WRITE, ("actions",), write=True)
FOLDER = ".github/workflows"
CI = f"{FOLDER}/ci.yml"
MOST_INPUTS = 25
_NAME = re.compile(r"(?m)^name:[ \t]*['\"]?(.+?)['\"]?[ \t]*$")


async def workflows(site: Site, repo: Repository) -> list[Workflow]:
    """Those on the default branch; one keeps its id for as long as it has its path."""
    git = site.git_of(repo)
    try:
        entries = await files.list_folder(git, await refs.resolve(git, repo.default_branch), FOLDER)
    except GitHubError:
        entries = []
    for entry in entries:
        if entry.path.endswith((".yml", ".yaml")):
            text = (await objects.read_blob(git, entry.sha)).decode(errors="replace")
            found = _NAME.search(text)
            known(site, repo, entry.path, found[1] if found else entry.path)
    return list(repo.checks.workflows.values())


def known(site: Site, repo: Repository, path: str, name: str) -> Workflow:
    found = repo.checks.workflows
    if path not in found:
        found[path] = Workflow(site.world.next_id("workflow"), path, name, site.world.now())
    return found[path]


async def workflow(site: Site, repo: Repository, name: str) -> Workflow:
    """By its id or the name of its file."""
    for one in await workflows(site, repo):
        if name in (str(one.id), one.path.rsplit("/", 1)[-1]):
            return one
    raise not_found()


async def dispatch(
    site: Site, repo: Repository, by: User, workflow: Workflow, ref: str, inputs: Mapping[str, str]
) -> WorkflowRun:
    site.require(repo, by, ACTIONS_WRITE)
    if len(inputs) > MOST_INPUTS:
        raise unprocessable(
            f"you may only define up to {MOST_INPUTS} `inputs` for a `workflow_dispatch` event"
        )
    git = site.git_of(repo)
    try:
        sha = await refs.resolve(git, ref)
    except GitHubError as problem:
        raise unprocessable(f"No ref found for: {ref}") from problem
    entry = await files.entry_at(git, sha, workflow.path)
    if b"workflow_dispatch" not in await objects.read_blob(git, entry.sha):
        raise unprocessable("Workflow does not have 'workflow_dispatch' trigger")
    branch = ref.removeprefix("refs/heads/")
    fields: dict[str, Json] = {
        "inputs": dict(inputs), "ref": f"refs/heads/{branch}", "workflow": workflow.path,
    }  # fmt: skip
    fire(site, repo, by, "workflow_dispatch", fields)
    return await begin(site, repo, by, workflow, "workflow_dispatch", branch, sha)


async def begin(
    site: Site, repo: Repository, by: User, workflow: Workflow, event: str, branch: str, sha: str
) -> WorkflowRun:
    world, now = site.world, site.world.now()
    commit = await objects.read_commit(site.git_of(repo), sha)
    suite = CheckSuite(world.next_id("check_suite"), ACTIONS, sha, None, branch, by, now, now)
    suite.before = commit.parents[0] if commit.parents else None
    repo.checks.suites.append(suite)
    number = 1 + sum(run.workflow is workflow for run in repo.checks.workflow_runs)
    title = commit.message.split("\n")[0]
    run = WorkflowRun(
        world.next_id("workflow_run"), number, workflow, event, branch, sha, title, by, now, now, suite
    )
    repo.checks.workflow_runs.append(run)
    await _tell(site, repo, by, "requested", run)
    return run


async def report(
    site: Site, repo: Repository, by: User, run: WorkflowRun, job: str, edit: RunEdit, log: str
) -> CheckRun:
    """One job that ran to its end, and with it the whole run."""
    run.status = "in_progress"
    await _tell(site, repo, by, "in_progress", run)
    check = await checks.begin_run(site, repo, by, run.suite, job)
    check.log = log
    check.details_url = f"{site.world.urls.page(repo.full_name)}/actions/runs/{run.id}/job/{check.id}"
    await checks.update_run(site, repo, by, check, edit)
    run.status, run.conclusion, run.updated_at = "completed", run.suite.conclusion, site.world.now()
    await _tell(site, repo, by, "completed", run)
    return check


async def report_on(
    site: Site, repo: Repository, number: int, by: User, job: str, edit: RunEdit, log: str
) -> CheckRun:
    """A whole run on the head of a pull request, as CI would have it."""
    site.require(repo, by, ACTIONS_WRITE)
    _, pull = repo.pull(number)
    flow = known(site, repo, CI, "CI")
    run = await begin(site, repo, by, flow, "pull_request", pull.head, pull.head_sha)
    return await report(site, repo, by, run, job, edit, log)


async def rerun(site: Site, repo: Repository, by: User, run: WorkflowRun) -> None:
    site.require(repo, by, ACTIONS_WRITE)
    if run.status != "completed":
        raise GitHubError(403, "This workflow is already running")
    run.attempt, run.status, run.conclusion = run.attempt + 1, "queued", None
    run.updated_at, run.suite.status, run.suite.conclusion = site.world.now(), "queued", None
    await _tell(site, repo, by, "requested", run)


async def _tell(site: Site, repo: Repository, by: User, action: str, run: WorkflowRun) -> None:
    commit = await objects.read_commit(site.git_of(repo), run.head_sha)
    fields: dict[str, Json] = {
        "action": action,
        "workflow_run": shapes.run(site.world, repo, run, commit),
        "workflow": shapes.workflow(site.world.urls, repo, run.workflow),
    }
    fire(site, repo, by, "workflow_run", fields)
