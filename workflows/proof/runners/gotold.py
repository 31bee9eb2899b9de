"""What is told of Go's tests, event by event, and which of it is so. Pure.

Events are those of `go test -json`, as `go doc test2json` describes them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflows.proof.results import Outcome
from workflows.proof.runners.packed import text
from workflows.proof.runners.sealed import MAX_TESTS, BadReport

_OUTCOMES = {"pass": Outcome.PASSED, "fail": Outcome.FAILED, "skip": Outcome.SKIPPED}
_UNBUILT = re.compile(r"FAIL\t(\S+) \[(?:build|setup) failed\]")
_UNSEEN = "It is told to have passed, and was not seen to."
_TWICE = "It is told to have ended twice."
_UNENDED = "It began and did not come to its end."
LIES = (_UNSEEN, _TWICE, _UNENDED)
"""How it begins what is said of a test that is told to be other than it was seen."""


class Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    action: str = Field(alias="Action")
    package: str = Field(default="", alias="Package")
    test: str = Field(default="", alias="Test")
    output: str = Field(default="", alias="Output")
    building: str = Field(default="", alias="ImportPath")
    failed_build: str = Field(default="", alias="FailedBuild")


@dataclass(slots=True)
class Told:
    """What was told of one test, or of one package."""

    said: list[str] = field(default_factory=list[str])
    outcome: Outcome | None = None
    failed_build: str = ""
    twice: bool = False
    """It is told to have ended more than once."""

    def text(self) -> str:
        return "".join(self.said)


@dataclass(slots=True)
class Package:
    tests: dict[str, Told] = field(default_factory=dict[str, Told])
    program: str = ""
    """What the judge calls its program of tests; empty where there is none, or it does not compile."""

    def take(self, event: Event) -> None:
        told = self.tests.setdefault(event.test, Told())
        told.said.append(event.output)
        outcome = _OUTCOMES.get(event.action)
        told.twice = told.twice or (outcome is not None and told.outcome is not None)
        told.outcome = outcome or told.outcome
        told.failed_build = event.failed_build or told.failed_build


def ended(printed: bytes, code: str, passed: Collection[str] | None) -> dict[str, Told]:
    """How the tests of a program ended. Where it was seen who passed, all others have not."""
    about = Package()
    for event in events(printed):
        about.take(event)
    whole = about.tests.setdefault("", Told())
    if code != "0":
        whole.outcome = Outcome.FAILED
    for name, test in about.tests.items():
        why = _why_not(test, is_seen=name in passed) if name and passed is not None else ""
        if why:
            test.outcome, whole.outcome = Outcome.FAILED, Outcome.FAILED
            test.said, test.twice = [f"{why}\n", *test.said], False
    return about.tests


def _why_not(test: Told, *, is_seen: bool) -> str:
    """Why a test did not pass, whatever is told of it."""
    if test.outcome is None:
        return _UNENDED
    if test.twice:
        return _TWICE
    return _UNSEEN if test.outcome is Outcome.PASSED and not is_seen else ""


def events(report: bytes) -> Iterator[Event]:
    for number, line in enumerate(report.splitlines()):
        if number > 50 * MAX_TESTS:
            raise BadReport("the report has more events than anybody's tests")
        try:
            yield Event.model_validate_json(line)
        except ValidationError:
            # Before Go 1.24 that a package was not built stands between the events as it is.
            found = _UNBUILT.match(text(line))
            if found is not None:
                yield Event.model_validate({"Action": "fail", "Package": found[1]})
