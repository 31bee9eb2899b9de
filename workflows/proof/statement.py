"""The proof as a file: what was run, on what, and what came of it, so that anybody can run it again."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from policies.patch import Patch
from workflows.ports import SandboxFacts
from workflows.proof.green import Green, Unharmed
from workflows.proof.red import Red


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Commands(_Part):
    repro: tuple[str, ...]
    suite: tuple[str, ...]


class Proof(_Part):
    schema_version: Literal[1] = 1
    run: str
    repository: str
    issue: int
    base_sha: str
    head_sha: str = ""
    """The commit that holds both patches; empty until it exists."""
    runner: str
    commands: Commands
    sandbox: SandboxFacts
    test: Patch
    fix: Patch
    test_digest: str
    fix_digest: str
    red: Red
    green: Green
    suite: Unharmed
    release: str
