"""pytest, asked for a JUnit report in the old form, which names the file of each test."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from workflows.ports import ExecResult
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.runners import junit
from workflows.tree import Tree

_CONFIGURATION = frozenset(
    {
        *("conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml"),
        *("tox.ini", "setup.cfg", "pyproject.toml", "noxfile.py", ".coveragerc"),
    }
)

# Loaded by Python or pytest before any test is: whoever writes one of these steers the run.
_PRELOADED = frozenset({"sitecustomize", "usercustomize"})
_PYTEST = frozenset(
    {"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "exceptiongroup", "py"}
)
_SHADOWED = (sys.stdlib_module_names | _PYTEST) - {"test", "tests"}


class Pytest:
    name = "pytest"

    def fits(self, tree: Tree) -> bool:
        return any(path.endswith(".py") for path in tree.files)

    def is_test(self, path: str) -> bool:
        pure = PurePosixPath(path)
        below = bool({"test", "tests"} & set(pure.parts[:-1]))
        return self.collects(path) or (pure.suffix == ".py" and below)

    def collects(self, path: str) -> bool:
        pure = PurePosixPath(path)
        return pure.suffix == ".py" and (pure.name.startswith("test_") or pure.stem.endswith("_test"))

    def is_configuration(self, path: str, tree: Tree) -> bool:
        pure = PurePosixPath(path)
        names = [part.partition(".")[0] for part in pure.parts]
        return (
            pure.name in _CONFIGURATION
            or pure.name.endswith(".pth")
            # Metadata of a package may name plugins, and the working directory is searched for it.
            or any(part.endswith((".dist-info", ".egg-info")) for part in pure.parts)
            or bool(_PRELOADED & set(names))
            or _shadows(path, tree)
        )

    def command(self, report: str, files: Sequence[str], seed: int) -> Sequence[str]:  # noqa: ARG002
        return [
            "python",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--override-ini=junit_family=xunit1",
            f"--junitxml={report}",
            *(["--", *files] if files else []),
        ]

    def environment(self, tree: Tree, seed: int) -> Mapping[str, str]:
        layout = ["src"] if any(path.startswith("src/") for path in tree.files) else []
        return {
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": str(seed),
            "PYTHONPATH": ":".join(layout),
        }

    def read(self, command: Sequence[str], ran: ExecResult, report: bytes | None) -> Results:
        def unreadable(why: str) -> Results:
            tail = (ran.stdout + ran.stderr).strip()[-2_000:]
            return Results(
                command=tuple(command),
                exit_code=ran.code,
                seconds=ran.seconds,
                complaint=f"{why}\n{tail}".strip(),
            )

        if ran.timed_out:
            return unreadable("the tests took too long and were stopped")
        if report is None:
            return unreadable("the test run left no report")
        try:
            tests = junit.parse(report)
        except junit.BadReport as error:
            return unreadable(str(error))
        if not _agree(ran.code, tests):
            return unreadable(f"the test run ended with {ran.code}, which does not go with what it reported")
        return Results(command=tuple(command), tests=tuple(tests), exit_code=ran.code, seconds=ran.seconds)


def _agree(code: int | None, tests: Sequence[TestResult]) -> bool:
    """A report is a file that the code under test could write; how the run ended, it cannot say as easily."""
    wrong = any(test.outcome in {Outcome.FAILED, Outcome.ERROR} for test in tests)
    match code:
        case 0:
            return not wrong
        # What a project adds to its run, such as a bound for coverage, may fail where no test does.
        case 1:
            return True
        case 2:
            return any(test.outcome is Outcome.ERROR for test in tests)
        case 5:
            return not tests
        case _:
            return False


def _shadows(path: str, tree: Tree) -> bool:
    """A new `json.py` would be imported by pytest itself; one that is there already may be mended."""
    root = "src/" if path.startswith("src/") else ""
    top = path.removeprefix(root).partition("/")[0]
    return top.partition(".")[0] in _SHADOWED and not tree.has(f"{root}{top}")
