"""unittest, where a project says so; otherwise pytest runs what is written for it too."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.runners import python
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.reading import read_sealed
from workflows.proof.runners.sealed import opening
from workflows.tree import Tree

_KIT = (
    *("run_unittest.py", "unittest_recorder.py", "unittest_finding.py"),
    *("starting.py", "sealing.py", "looking.py", "guarding.py", "ordering.py"),
)


class Unittest:
    name = "unittest"

    def fits(self, project: Project, tree: Tree) -> bool:  # noqa: ARG002
        return "unittest" in project.test.value and "pytest" not in project.test.value

    def is_test(self, path: str) -> bool:
        return self.collects(path) or python.is_test(path)

    def collects(self, path: str) -> bool:
        pure = PurePosixPath(path)
        return pure.suffix == ".py" and (pure.name.startswith("test") or pure.stem.endswith("_test"))

    def is_configuration(self, path: str, tree: Tree) -> bool:
        return python.is_configuration(path, tree)

    def kit(self) -> Mapping[str, bytes]:
        return python.kit(*_KIT)

    def command(self, tree: Tree, ask: Ask) -> Command:
        source = ["--src"] if python.has_source_folder(tree) else []
        files = ["--", *ask.files] if ask.files else []
        return Command(
            argv=["python", posixpath.join(ask.kit, _KIT[0]), *source, *files],
            shown=["python", "-m", "unittest", *(ask.files or ["discover"])],
            stdin=opening(ask.key, ask.report, seed=ask.seed, trace=ask.trace),
            env=python.environment(ask.seed),
        )

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        return read_sealed(command, ask, ran, report, _agree)


def _agree(code: int, tests: Sequence[TestResult]) -> bool:
    wrong = any(test.outcome in {Outcome.FAILED, Outcome.ERROR} for test in tests)
    return code == (1 if wrong else 0 if tests else 5)
