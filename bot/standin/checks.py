"""What is known about commits beyond git: checks, statuses, and the runs of workflows behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.standin.errors import not_found

if TYPE_CHECKING:
    from bot.standin.world.people import User

ACTIONS = "github-actions"
"""The app behind every workflow's checks; ours is `App.slug`."""
ACTIONS_ID = 15368


@dataclass(frozen=True)
class Annotation:
    path: str
    start_line: int
    end_line: int
    level: str
    message: str
    title: str | None = None
    raw_details: str | None = None
    start_column: int | None = None
    end_column: int | None = None


@dataclass
class CheckSuite:
    id: int
    app: str
    head_sha: str
    before: str | None
    """The commit before it."""
    head_branch: str | None
    creator: User
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    conclusion: str | None = None


@dataclass
class CheckRun:
    id: int
    suite: CheckSuite
    name: str
    started_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    completed_at: datetime | None = None
    external_id: str = ""
    details_url: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Annotation] = field(default_factory=list[Annotation])
    log: str = ""


@dataclass
class CommitStatus:
    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: User
    created_at: datetime


@dataclass(frozen=True)
class Workflow:
    id: int
    path: str
    name: str
    created_at: datetime


@dataclass
class WorkflowRun:
    id: int
    number: int
    workflow: Workflow
    event: str
    head_branch: str
    head_sha: str
    title: str
    actor: User
    created_at: datetime
    updated_at: datetime
    suite: CheckSuite
    attempt: int = 1
    status: str = "queued"
    conclusion: str | None = None


@dataclass
class Checks:
    """A repository's."""

    suites: list[CheckSuite] = field(default_factory=list[CheckSuite])
    runs: list[CheckRun] = field(default_factory=list[CheckRun])
    statuses: list[CommitStatus] = field(default_factory=list[CommitStatus])
    workflows: dict[str, Workflow] = field(default_factory=dict[str, Workflow])
    workflow_runs: list[WorkflowRun] = field(default_factory=list[WorkflowRun])

    def suite(self, suite_id: int) -> CheckSuite:
        for suite in self.suites:
            if suite.id == suite_id:
                return suite
        raise not_found()

    def run(self, run_id: int) -> CheckRun:
        for run in self.runs:
            if run.id == run_id:
                return run
        raise not_found()

    def workflow_run(self, run_id: int) -> WorkflowRun:
        for run in self.workflow_runs:
            if run.id == run_id:
                return run
        raise not_found()

    def runs_of(self, suite: CheckSuite) -> list[CheckRun]:
        """The latest of each name: what was run again counts once."""
        latest = {run.name: run for run in self.runs if run.suite is suite}
        return list(latest.values())
