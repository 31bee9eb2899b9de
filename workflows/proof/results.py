"""What a test run gave, test by test, as the harness read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """It did not come to its own question: collection, fixture, import."""
    SKIPPED = "skipped"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Frame(_Part):
    """A place that a failure came by."""

    file: str
    """From the project's folder, or absolute where it is not in it."""
    line: int = 0


class TestResult(_Part):
    __test__ = False  # pytest would take it for a class of tests

    id: str
    """`tests/test_shelf.py::TestShelf::test_it[1]`: the file, and below it what its tool calls it."""
    outcome: Outcome
    file: str = ""
    message: str = ""
    """The failing line, for people."""
    detail: str = ""
    error: str = ""
    """The type of what was raised, by its own name: `ValueError`, `TypeError`, `NullPointerException`."""
    asserted: bool = False
    """It failed by an assertion, and not by what something else raised."""
    frames: tuple[Frame, ...] = ()
    """From the test inwards; the last is where it was raised."""
    touched: tuple[str, ...] = ()
    """Files of the project that were loaded for this test or ran in it, and what else may hold some, as its
    runner says. Tells nothing unless `Results.traced`."""


class Results(_Part):
    command: tuple[str, ...]
    tests: tuple[TestResult, ...] = ()
    exit_code: int | None = None
    seconds: float = 0.0
    complaint: str = ""
    """Why there is nothing to read, when there is not: timed out, crashed, no report."""
    traced: bool = False
    """Whether it was noted which files each test touched."""
    sealed: bool = False
    """Whether the report was signed with a key that the tested code never had."""

    def by_id(self) -> dict[str, TestResult]:
        return {test.id: test for test in self.tests}

    def ids(self) -> frozenset[str]:
        return frozenset(test.id for test in self.tests)

    def count(self, outcome: Outcome) -> int:
        return sum(test.outcome is outcome for test in self.tests)

    def summary(self) -> str:
        if self.complaint:
            return self.complaint
        counted = [f"{self.count(outcome)} {outcome}" for outcome in Outcome if self.count(outcome)]
        return ", ".join(counted) or "no tests"


def only(results: Results, ids: Iterable[str]) -> Sequence[TestResult]:
    wanted = frozenset(ids)
    return [test for test in results.tests if test.id in wanted]


def times(runs: Iterable[Results]) -> tuple[float, ...]:
    return tuple(round(run.seconds, 3) for run in runs)
