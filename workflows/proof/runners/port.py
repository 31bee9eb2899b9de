"""A runner: where tests live, the command that runs them, and how to read its report.

All paths are from the project's folder, and the tree is that folder's: a runner never knows where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project
from workflows.proof.results import Results
from workflows.proof.runners.sealed import Key
from workflows.tree import Tree


@dataclass(frozen=True, slots=True)
class Ask:
    """Which tests to run, and where what belongs to the harness lies: beside the workspace, never in it."""

    kit: str
    """The folder with the files of `Runner.kit`."""
    report: str
    """A name that the tested code cannot know beforehand; a sealed runner says it on standard input only."""
    key: Key
    files: tuple[str, ...] = ()
    """Empty is all."""
    seed: int = 0
    """Of whatever is random in the run, the order of tests included where `files` are given."""
    trace: bool = False
    """Note which files each test touches, where the runner can."""


@dataclass(frozen=True, slots=True)
class Command:
    argv: Sequence[str]
    shown: Sequence[str]
    """The same as a person would type it, without what is the harness's own."""
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict[str, str])


class Runner(Protocol):
    @property
    def name(self) -> str: ...

    def fits(self, project: Project, tree: Tree) -> bool:
        """Whether this is what the project's tests are run with."""
        ...

    def is_test(self, path: str) -> bool:
        """Whether tests, and not the project's code, live in this file."""
        ...

    def collects(self, path: str) -> bool:
        """Whether this file is looked into for tests, going by its name."""
        ...

    def is_configuration(self, path: str, tree: Tree) -> bool:
        """Whether this file, in this tree, steers how tests are found or run."""
        ...

    def kit(self) -> Mapping[str, bytes]:
        """Files of the harness's own, by name, that are put beside the workspace before each run."""
        ...

    def command(self, tree: Tree, ask: Ask) -> Command:
        """Runs the tests in these files, or all, and writes the report where it is told."""
        ...

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results: ...
