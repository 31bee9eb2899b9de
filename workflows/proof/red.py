"""Red: whether a new test fails on the base for a reason of substance. Pure; the harness did the running."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from workflows.proof.results import Outcome, Results, TestResult

# `shelf/pages.py:9: in page_count`, or at the end `shelf/pages.py:9: ZeroDivisionError`.
_FRAME = re.compile(r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?: in .*| (?P<error>[\w.]+))?$", re.MULTILINE)

# Raised by code that could not even be loaded, whoever's it is: not what an issue describes.
_NOT_OF_SUBSTANCE = {"ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "fixture"}


class Red(BaseModel):
    """The repro test as it fails on the base."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tests: tuple[str, ...]
    files: tuple[str, ...]
    assertion: str
    """The failing line, for people."""
    detail: str = ""
    runs: int = 1


class NotRed(BaseModel):
    """Why the test does not count, in words that its author can act on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    feedback: str


def judge(
    runs: Sequence[Results], files: Sequence[str], known: frozenset[str], is_test: Callable[[str], bool]
) -> Red | NotRed:
    """`runs` are repeated runs of the new files on the base; `known` are the ids that were there before."""
    first = runs[0]
    if first.complaint:
        return NotRed(reason="the test run broke", feedback=first.complaint)
    new = [test for test in first.tests if test.id not in known]
    broken = next((test for test in first.tests if test.outcome is Outcome.ERROR), None)
    if broken is not None:
        return NotRed(
            reason="the test cannot be loaded",
            feedback=f"{broken.id} did not run: {broken.message}\n{broken.detail}",
        )
    if not new:
        return NotRed(reason="there is no new test", feedback="No new test was collected from your files.")
    for test in new:
        objection = _objection(test, is_test)
        if objection is not None:
            return objection
    for again in runs[1:]:
        if {t.id: t.outcome for t in again.tests} != {t.id: t.outcome for t in first.tests}:
            return NotRed(
                reason="the test is flaky",
                feedback="Run again on the same code, the test gave another result. It must fail every time.",
            )
    return Red(
        tests=tuple(test.id for test in new),
        files=tuple(files),
        assertion=_headline(new[0]),
        detail=new[0].detail,
        runs=len(runs),
    )


def _objection(test: TestResult, is_test: Callable[[str], bool]) -> NotRed | None:
    if test.outcome is Outcome.PASSED:
        return NotRed(
            reason="the test passes on the unfixed code",
            feedback=f"{test.id} passes before any fix, so it does not show the bug. "
            "Assert the behaviour that the issue asks for and that the code does not have yet.",
        )
    if test.outcome is Outcome.SKIPPED:
        return NotRed(reason="the test is skipped", feedback=f"{test.id} was skipped; it must run and fail.")
    frames = list(_FRAME.finditer(test.detail))
    named = next((frame["error"] for frame in reversed(frames) if frame["error"]), None)
    error = (named or test.message.partition(":")[0]).rpartition(".")[2]
    if error in _NOT_OF_SUBSTANCE:
        return NotRed(
            reason=f"the test fails by {error}",
            feedback=f"{test.id} fails by {error}, a fault of the test and not the bug:\n{test.detail}",
        )
    if error in {"AssertionError", "Failed"} or test.message.startswith(("assert", "AssertionError")):
        return None
    if not any(_is_project(frame["file"]) and not is_test(frame["file"]) for frame in frames):
        return NotRed(
            reason=f"the test fails by its own {error}",
            feedback=f"{test.id} raises {error} in the test itself, not in the project's code, "
            f"so it does not show the bug:\n{test.detail}",
        )
    return None


def _is_project(file: str) -> bool:
    return not file.startswith(("/", "..")) and "site-packages/" not in file


def _headline(test: TestResult) -> str:
    """The lines that pytest marks with E, as short as they are telling."""
    marked = [line[1:].strip() for line in test.detail.splitlines() if line.startswith("E ")]
    lines = marked or test.message.splitlines()
    return "\n".join(lines[:4]).strip()
