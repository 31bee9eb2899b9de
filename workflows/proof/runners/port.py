"""A runner: where tests live, the command that runs them, and how to read its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from workflows.ports import ExecResult
from workflows.proof.results import Results
from workflows.tree import Tree


class Runner(Protocol):
    @property
    def name(self) -> str: ...

    def fits(self, tree: Tree) -> bool:
        """Whether this kind of project is what we look at."""
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

    def command(self, report: str, files: Sequence[str], seed: int) -> Sequence[str]:
        """Runs the tests in these files, or all, and writes the report where it is told."""
        ...

    def environment(self, tree: Tree, seed: int) -> Mapping[str, str]: ...

    def read(self, command: Sequence[str], ran: ExecResult, report: bytes | None) -> Results: ...
