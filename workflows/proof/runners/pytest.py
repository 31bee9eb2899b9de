"""pytest, started by a launcher of ours that notes what each test gave, and signs it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.runners import python
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.reading import read_sealed
from workflows.proof.runners.sealed import opening
from workflows.tree import Tree

_KIT = (
    *("run_pytest.py", "pytest_recorder.py", "pytest_outcome.py"),
    *("pytest_guard.py", "pytest_options.py"),
    *("starting.py", "sealing.py", "looking.py", "guarding.py", "ordering.py"),
)


class Pytest:
    name = "pytest"

    def fits(self, project: Project, tree: Tree) -> bool:
        """It runs what is written for unittest too."""
        if project.test.value and "pytest" in project.test.value:
            return True
        if project.stack not in {None, Stack.PYTHON}:
            return False
        return any(path.endswith(".py") for path in tree.files)

    def is_test(self, path: str) -> bool:
        return python.is_test(path)

    def collects(self, path: str) -> bool:
        return python.collects(path)

    def is_configuration(self, path: str, tree: Tree) -> bool:
        return python.is_configuration(path, tree)

    def kit(self) -> Mapping[str, bytes]:
        return python.kit(*_KIT)

    def command(self, tree: Tree, ask: Ask) -> Command:
        source = ["--src"] if python.has_source_folder(tree) else []
        files = ["--", *ask.files] if ask.files else []
        started = ["python", posixpath.join(ask.kit, _KIT[0]), *source]
        return Command(
            argv=[*started, "-q", "-p", "no:cacheprovider", *files],
            shown=["python", "-m", "pytest", *ask.files],
            stdin=opening(ask.key, ask.report, seed=ask.seed, trace=ask.trace),
            env=python.environment(ask.seed),
        )

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        return read_sealed(command, ask, ran, report, _agree)


def _agree(code: int, tests: Sequence[TestResult]) -> bool:
    """How the run ended is said by pytest, what the tests gave by us: they must go together."""
    wrong = any(test.outcome in {Outcome.FAILED, Outcome.ERROR} for test in tests)
    match code:
        case 0:
            return not wrong
        # What a project adds to its run, such as a bound for warnings, may fail where no test does.
        case 1:
            return True
        case 2:
            return any(test.outcome is Outcome.ERROR for test in tests)
        case 5:
            return not tests
        case _:
            return False
