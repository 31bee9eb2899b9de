"""The proof as a file: what was run, on what, and what came of it, so that anybody can run it again."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from policies.patch import Patch
from workflows.ports.ledger import Spent
from workflows.ports.sandbox import SandboxFacts
from workflows.project.model import Project
from workflows.proof.controls import Controls
from workflows.proof.diagnostics.model import Diagnosed
from workflows.proof.green import Green, Unharmed
from workflows.proof.red import Red
from workflows.proof.witness import Witness, WitnessSeen


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Commands(_Part):
    repro: tuple[str, ...]
    suite: tuple[str, ...]


class Proof(_Part):
    schema_version: Literal[1, 2] = 2
    run: str
    repository: str
    issue: int
    base_sha: str
    head_sha: str = ""
    """The commit that holds both patches; empty until it exists."""
    project: Project = Project()
    """Where in the repository, how it is set up, and how it is tested."""
    environment: str = ""
    """What its set-up left, by the name that the sandboxes have for it."""
    runner: str
    commands: Commands
    sandbox: SandboxFacts
    test: Patch
    fix: Patch
    beside: Patch = Patch()
    """What people changed among the tests besides: there with the fix and without it."""
    test_digest: str
    fix_digest: str
    red: Red
    green: Green
    suite: Unharmed
    controls: Controls | None = None
    """None in a proof of release 0.2.0 or before."""
    diagnostics: Diagnosed | None = None
    """None where nobody asked for it, and in a proof of release 0.2.0 or before."""
    witness: WitnessSeen | None = None
    """None where none was asked for."""
    witness_test: Patch = Patch()
    """Kept back until there was a proof; empty where there was none."""
    release: str
    spent: Spent = Spent()
    """What its models cost until then."""


def witness_of(proof: Proof) -> Witness | None:
    """To be asked again: of a fix that people wanted more of, or by whoever verifies."""
    seen = proof.witness
    if seen is None:
        return None
    told = {"tests": seen.tests, "files": proof.witness_test.paths()}
    red = proof.red.model_copy(update=told) if seen.tests else None
    return Witness(mode=seen.mode, test=proof.witness_test, red=red, missing=seen.note)
