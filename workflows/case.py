"""What a run knows, as it grows from step to step. Each stage has all that was known before, and its own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from policies.effects import CommitRef, Conclusion, PullRequestRef
from policies.patch import Patch
from workflows.agents.roles import Plan
from workflows.ports.sandbox import SandboxFacts
from workflows.project.model import Project
from workflows.proof.controls import Controls
from workflows.proof.diagnostics.model import Diagnosed
from workflows.proof.green import Green, Unharmed
from workflows.proof.red import Red
from workflows.proof.witness import Witness, WitnessSeen
from workflows.trigger import Trigger
from workflows.verdicts import Review


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
    project: Project = Project()
    """Nothing is known in a journal of release 0.1.0."""


class Planned(_Stage):
    case: Case
    plan: Plan
    agreed: bool = False
    """A person has approved it. Not everybody wants to be asked."""
    refused: str = ""
    """Why it has to be asked once more."""


class PlanShown(_Stage):
    """A plan that a person is to approve; the digest names it."""

    planned: Planned
    digest: str


class Reproducing(_Stage):
    """One turn of the loop towards red."""

    case: Case
    plan: Plan
    test: Patch = Patch()
    shows: str = ""
    red: Red | None = None
    command: tuple[str, ...] = ()
    feedback: str = ""
    witness: Witness | None = None
    """Once there is a test: what another author wrote, for the harness alone."""


class Witnessing(_Stage):
    """One turn of the loop towards an independent test."""

    before: Reproducing
    test: Patch = Patch()
    red: Red | None = None
    tries: int = 0
    feedback: str = ""


class Repro(_Stage):
    test: Patch
    shows: str
    red: Red
    command: tuple[str, ...]
    witness: Witness | None = None


class Proposed(_Stage):
    case: Case
    commit: CommitRef
    pull_request: PullRequestRef
    proof: str
    summary: str = ""
    plan: Plan | None = None
    """None in a journal of release 0.1.0, where the summary is empty too."""
    notes: tuple[str, ...] = ()
    """What would have been good to do, and why it could not be done."""
    unanswered: Review | None = None
    """What the run goes on with: somebody pushed meanwhile, so this work did not count, or ended it."""
    unasked: int = 0
    """How many changes in a row were made for checks, without a word of a person."""


class Ground(_Stage):
    """A branch of ours as it was taken up again, with all that people had pushed."""

    sha: str
    archive: str
    """The blob with the repository at this commit."""
    proposed: Proposed
    review: Review
    asked: str
    """What shall be different, for a model."""
    hidden: tuple[str, ...] = ()
    """What nobody could see in it, and was kept from the model."""


class Repairing(_Stage):
    """One turn of the loop towards green."""

    case: Case
    plan: Plan
    repro: Repro
    fix: Patch = Patch()
    summary: str = ""
    green: Green | None = None
    witness: WitnessSeen | None = None
    suite: Unharmed | None = None
    diagnostics: Diagnosed | None = None
    controls: Controls | None = None
    feedback: str = ""
    ground: Ground | None = None
    """What the fix is made on top of, where that is not the base and the test."""


class Proven(_Stage):
    case: Case
    repro: Repro
    fix: Patch
    summary: str
    proof: str
    """The blob with the proof."""
    plan: Plan | None = None
    """None in a journal of release 0.1.0."""
    ground: Ground | None = None


class Concluded(_Stage):
    """What a run leaves behind."""

    pull_request: PullRequestRef
    proof: str
    verdict: str
    by: str


class Standing(_Stage):
    """A pull request of ours as it stands when it is to be proved again."""

    trigger: Trigger
    proposed: Proposed
    head_sha: str = ""
    base_branch: str = ""
    base_sha: str = ""
    over: str = ""
    """Why there is nothing left to prove."""

    @property
    def place(self) -> tuple[str, str, str]:
        return self.head_sha, self.base_branch, self.base_sha


class Judged(_Stage):
    """What became of it; none where there was nothing left to prove."""

    standing: Standing
    conclusion: Conclusion | None = None
    stage: str = ""
    """The one that refused it."""
    said: str = ""
    feedback: str = ""
    proof: str = ""
    """The blob with the new proof, where it holds."""
    beside: tuple[str, ...] = ()
    """Other tests that people changed."""


class Shown(_Stage):
    """What a run leaves that was to show a bug, and no more."""

    case: Case
    repro: Repro
    pull_request: PullRequestRef | None = None


class Question(_Stage):
    """The ground that an answer stands on."""

    trigger: Trigger
    sha: str
    archive: str
    """The blob with the repository as it is there."""
    diff: str = ""
    """The blob with what a pull request changes, where it was asked about one."""


class Told(_Stage):
    """What a run leaves that was to say something, and no more."""

    ref: str
    """Of the comment or review."""
    url: str = ""
