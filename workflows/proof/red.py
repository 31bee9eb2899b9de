"""Red: whether a new test fails on the base for a reason of substance. Pure; the harness did the running."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from workflows.proof.results import Outcome, Results, TestResult, times

# Raised by code that could not even be loaded, whoever's it is: not what an issue describes.
_NOT_OF_SUBSTANCE = frozenset(
    {
        *("ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "fixture"),
        *("MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND", "NoClassDefFoundError", "ClassNotFoundException"),
    }
)
# What is last in a traceback that somebody pasted: `ValueError: bad`, `java.lang.NullPointerException`.
_REPORTED = re.compile(
    r"^[ \t]*(?:Uncaught[ \t]+|Caused by:[ \t]+)?(?:[\w$]+\.)*([A-Z]\w*(?:Error|Exception))\b", re.MULTILINE
)
_LONGEST_ISSUE = 100_000


class Red(BaseModel):
    """The repro test as it fails on the base."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tests: tuple[str, ...]
    files: tuple[str, ...]
    assertion: str
    """The failing line, for people."""
    detail: str = ""
    runs: int = 1
    error: str = ""
    """What it was raised as; empty in a journal of an earlier release."""
    placebos: tuple[str, ...] = ()
    """Changes that mean nothing, with which it still fails."""
    seconds: tuple[float, ...] = ()
    """What each run took."""
    sealed: bool = False
    """The report was signed with a key that the tested code never had."""


class NotRed(BaseModel):
    """Why the test does not count, in words that its author can act on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    feedback: str


def judge(
    runs: Sequence[Results],
    files: Sequence[str],
    known: frozenset[str],
    is_test: Callable[[str], bool],
    issue: str = "",
) -> Red | NotRed:
    """`runs` are repeated runs of the new files on the base; `known` are the ids that were there before."""
    for run in runs:
        if run.complaint:
            return NotRed(reason="the test run broke", feedback=run.complaint)
    first = runs[0]
    new = _new(first, known)
    broken = next((test for test in new if test.outcome is Outcome.ERROR), None)
    if broken is not None:
        return NotRed(
            reason="the test cannot be loaded",
            feedback=f"{broken.id} did not run: {broken.message}\n{broken.detail}",
        )
    if not new:
        return NotRed(reason="there is no new test", feedback="No new test was collected from your files.")
    for test in new:
        objection = _objection(test, is_test, issue, files)
        objection = objection or (_untouched(test, is_test) if first.traced else None)
        if objection is not None:
            return objection
    for again in runs[1:]:
        if _outcomes(_new(again, known)) != _outcomes(new):
            return NotRed(
                reason="the test is flaky",
                feedback="Run again on the same code, the test gave another result. It must fail every time.",
            )
    return Red(
        tests=tuple(test.id for test in new),
        files=tuple(files),
        assertion="\n".join(new[0].message.splitlines()[:4]).strip(),
        detail=new[0].detail,
        runs=len(runs),
        error=new[0].error,
        seconds=times(runs),
        sealed=all(run.sealed for run in runs),
    )


def _new(run: Results, known: frozenset[str]) -> list[TestResult]:
    """A function that was there before is none, though what is called by the time of day is so each time."""
    new = [test for test in run.tests if test.id not in known]
    functions = {_function(test) for test in known if test.endswith("]")}
    of_its_own = [test for test in new if not (test.id.endswith("]") and _function(test.id) in functions)]
    return of_its_own or new


def _function(test: str) -> str:
    return test.partition("[")[0]


def still_fails(results: Results, tests: Sequence[str], means_nothing: str) -> NotRed | None:
    """A test that looks at anything but what the code does shows itself where only that has not changed."""
    if results.complaint:
        return NotRed(
            reason=f"the test does not run with {means_nothing}",
            feedback=f"With {means_nothing}, which changes nothing that the code does: {results.complaint}",
        )
    now = results.by_id()
    for test in tests:
        if test not in now or now[test].outcome is not Outcome.FAILED:
            seen = now[test].outcome if test in now else "not collected"
            return NotRed(
                reason="the test does not depend on what the code does",
                feedback=f"With {means_nothing}, which changes nothing that the code does, {test} is {seen} "
                "instead of failing. Test behaviour, not the text, the lines or the files of the project.",
            )
    return None


def _outcomes(tests: Sequence[TestResult]) -> dict[str, Outcome]:
    return {test.id: test.outcome for test in tests}


def _objection(
    test: TestResult, is_test: Callable[[str], bool], issue: str, files: Sequence[str]
) -> NotRed | None:
    if test.outcome is Outcome.PASSED:
        return NotRed(
            reason="the test passes on the unfixed code",
            feedback=f"{test.id} passes before any fix, so it does not show the bug. "
            "Assert the behaviour that the issue asks for and that the code does not have yet.",
        )
    if test.outcome is Outcome.SKIPPED:
        return NotRed(reason="the test is skipped", feedback=f"{test.id} was skipped; it must run and fail.")
    if test.error in _NOT_OF_SUBSTANCE:
        return NotRed(
            reason=f"the test fails by {test.error}",
            feedback=f"{test.id} fails by {test.error}, a fault of the test and not the bug:\n{test.detail}",
        )
    if test.asserted or _is_said_by_a_helper(test, is_test, files):
        return None
    if not any(_is_project(frame.file) and not is_test(frame.file) for frame in test.frames):
        return NotRed(
            reason=f"the test fails by its own {test.error or 'error'}",
            feedback=f"{test.id} raises {test.error or 'an error'} in the test itself, not in the project's "
            f"code, so it does not show the bug:\n{test.detail}",
        )
    reported = frozenset(_REPORTED.findall(issue[:_LONGEST_ISSUE]))
    if test.error and reported and test.error not in reported:
        return NotRed(
            reason="the test fails by another error than the issue reports",
            feedback=f"{test.id} raises {test.error}; the issue reports {', '.join(sorted(reported))}:\n"
            f"{test.detail}",
        )
    return None


def _is_said_by_a_helper(test: TestResult, is_test: Callable[[str], bool], files: Sequence[str]) -> bool:
    """`throw new Error("… should have failed")` in what the project's tests have long checked with."""
    thrown = test.frames[-1].file if test.frames else ""
    return test.error == "Error" and _is_project(thrown) and is_test(thrown) and thrown not in files


def _untouched(test: TestResult, is_test: Callable[[str], bool]) -> NotRed | None:
    if any(_is_project(file) and not is_test(file) for file in test.touched):
        return None
    return NotRed(
        reason="the test runs nothing of the project",
        feedback=f"{test.id} fails without calling any code of the project, so no fix could make it pass. "
        "Import what the issue is about, call it, and assert what it should do.",
    )


def _is_project(file: str) -> bool:
    return not file.startswith(("/", "..")) and not {"site-packages", "node_modules"} & set(file.split("/"))
