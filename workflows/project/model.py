"""A project, as data: each value with the place that it was read in."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from workflows.proof.mode import DiagnosticsMode, WitnessMode

USUAL = "what is usual"
"""The source of what nobody says."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stack(StrEnum):
    PYTHON = "Python"
    NODE = "Node"
    RUST = "Rust"
    GO = "Go"
    JAVA = "Java"


class Text(_Part):
    value: str = ""
    source: str = ""
    """The file that says so, or the person."""


class Lines(_Part):
    value: tuple[str, ...] = ()
    source: str = ""


class Narrowed(_Part):
    """Less than a sandbox would be given. What is None stays as it is."""

    memory_bytes: int | None = None
    workspace_bytes: int | None = None
    pids: int | None = None
    cpus: float | None = None
    setup_seconds: float | None = None


class Project(_Part):
    """What of a repository a run works on: one folder, how it is set up, and how it is tested."""

    path: Text = Text()
    """The folder; empty is the root."""
    stack: Stack | None = None
    """None where nothing was recognised."""
    manager: str = ""
    """Who brings what it depends on: uv, npm, cargo, …"""
    version: str = ""
    """What it asks of its language, as it is written there."""
    image: Text = Text()
    """What the repository asks to be run in. Empty is the operator's own."""
    setup: Lines = Lines()
    setup_at: str = ""
    """The folder that set-up runs in: of a workspace, its root."""
    test: Text = Text()
    """Runs in `path`."""
    junit: Text = Text()
    """Where the test command leaves its report, from `path`; it may have wildcards."""
    hosts: tuple[Text, ...] = ()
    """Whom set-up may talk to, as `name`, `*.name` or `name:port`."""
    programs: tuple[str, ...] = ()
    """Folders that set-up leaves programs in, to look in first."""
    key_files: tuple[str, ...] = ()
    """What else than the set-up's lines its result depends on."""
    key_names: tuple[str, ...] = ()
    """The same, of these names anywhere below `setup_at`: the members of a workspace."""
    narrowed: Narrowed = Narrowed()
    witness: WitnessMode = WitnessMode.OFF
    """What counts, of what it and its operator say."""
    witness_source: str = USUAL
    """Who says so."""
    diagnostics: DiagnosticsMode = DiagnosticsMode.REQUIRED
    """The same of its linters and type checkers."""
    diagnostics_source: str = USUAL
    notes: tuple[str, ...] = ()
    """What was seen and could not be used, in sentences."""


class Claim(_Part):
    """What one source says about a project. What it is silent about is None, and left to those below it."""

    path: Text | None = None
    image: Text | None = None
    setup: Lines | None = None
    setup_at_root: bool = False
    """Its set-up is for the whole repository, whatever `path` is."""
    test: Text | None = None
    junit: Text | None = None
    hosts: tuple[Text, ...] = ()
    narrowed: Narrowed | None = None
    witness: WitnessMode | None = None
    diagnostics: DiagnosticsMode | None = None
    notes: tuple[str, ...] = ()
