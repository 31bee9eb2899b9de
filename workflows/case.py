"""What a run knows, as it grows from step to step. Each stage has all that was known before, and its own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from policies.effects import CommitRef, PullRequestRef
from policies.patch import Patch
from workflows.agents.roles import Plan
from workflows.ports import SandboxFacts
from workflows.proof.green import Green, Unharmed
from workflows.proof.red import Red
from workflows.trigger import Trigger


class _Stage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(_Stage):
    """The ground that everything after stands on."""

    trigger: Trigger
    base_branch: str
    base_sha: str
    branch: str
    """Where the work will be; no other has it."""
    archive: str
    """The blob with the repository at the base, as the forge gave it."""
    runner: str
    baseline: str
    """The blob with the suite's results on the base."""
    baseline_summary: str
    suite_command: tuple[str, ...]
    sandbox: SandboxFacts


class Planned(_Stage):
    case: Case
    plan: Plan


class Reproducing(_Stage):
    """One turn of the loop towards red."""

    case: Case
    plan: Plan
    test: Patch = Patch()
    shows: str = ""
    red: Red | None = None
    command: tuple[str, ...] = ()
    feedback: str = ""


class Repro(_Stage):
    test: Patch
    shows: str
    red: Red
    command: tuple[str, ...]


class Repairing(_Stage):
    """One turn of the loop towards green."""

    case: Case
    plan: Plan
    repro: Repro
    fix: Patch = Patch()
    summary: str = ""
    green: Green | None = None
    suite: Unharmed | None = None
    feedback: str = ""


class Proven(_Stage):
    case: Case
    repro: Repro
    fix: Patch
    summary: str
    proof: str
    """The blob with the proof."""


class Proposed(_Stage):
    case: Case
    commit: CommitRef
    pull_request: PullRequestRef
    proof: str


class Concluded(_Stage):
    """What a run leaves behind."""

    pull_request: PullRequestRef
    proof: str
    verdict: str
    by: str
