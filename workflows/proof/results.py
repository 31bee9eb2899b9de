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


class TestResult(BaseModel):
    __test__ = False  # pytest would take it for a class of tests
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    outcome: Outcome
    file: str = ""
    message: str = ""
    detail: str = ""


class Results(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    command: tuple[str, ...]
    tests: tuple[TestResult, ...] = ()
    exit_code: int | None = None
    seconds: float = 0.0
    complaint: str = ""
    """Why there is nothing to read, when there is not: timed out, crashed, no report."""

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
