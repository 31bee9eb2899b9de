"""Green: the repro passes with the fix, and nothing else got worse. Pure; the harness did the running."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from workflows.proof.results import Outcome, Results, TestResult, only

NAMED = 10
"""How many tests a complaint names."""


class Green(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    tests: tuple[str, ...]
    runs: int


class Unharmed(BaseModel):
    """The whole suite with the fix, compared test by test with the suite before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: str
    after: str
    compared: int
    failing_before: tuple[str, ...] = ()


class NotGreen(BaseModel):
    """Why the fix does not count, in words that its author can act on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    feedback: str


def judge_repro(runs: Sequence[Results], tests: Sequence[str]) -> Green | NotGreen:
    for results in runs:
        if results.complaint:
            return NotGreen(reason="the test run broke", feedback=results.complaint)
        missing = set(tests) - results.ids()
        if missing:
            return NotGreen(
                reason="the repro test did not run",
                feedback=f"These tests were not collected with your change: {_list(missing)}",
            )
        failing = [test for test in only(results, tests) if test.outcome is not Outcome.PASSED]
        if failing:
            return NotGreen(reason="the repro test still fails", feedback=_shown(failing))
    return Green(tests=tuple(tests), runs=len(runs))


def judge_suite(before: Results, after: Results, repro: Sequence[str]) -> Unharmed | NotGreen:
    """Compared by id: what passed must pass, what ran must run. What failed before does not block."""
    if after.complaint:
        return NotGreen(reason="the suite broke", feedback=after.complaint)
    now = after.by_id()
    passed = [test for test in before.tests if test.outcome is Outcome.PASSED]
    missing = [test.id for test in passed if test.id not in now]
    if missing:
        return NotGreen(
            reason="tests are missing",
            feedback=f"These tests ran before your change and do not run now: {_list(missing)}",
        )
    unproven = [now[test] for test in repro if test in now and now[test].outcome is not Outcome.PASSED]
    if unproven or not set(repro) <= now.keys():
        return NotGreen(
            reason="the repro test does not pass among the others",
            feedback=_shown(unproven) or "It was not collected in the run of the whole suite.",
        )
    worse = [now[test.id] for test in passed if now[test.id].outcome is not Outcome.PASSED]
    known = before.ids() | frozenset(repro)
    worse += [
        test
        for test in after.tests
        if test.id not in known and test.outcome in {Outcome.FAILED, Outcome.ERROR}
    ]
    if worse:
        return NotGreen(reason="other tests fail now", feedback=_shown(worse))
    return Unharmed(
        before=before.summary(),
        after=after.summary(),
        compared=len(passed),
        failing_before=tuple(
            test.id for test in before.tests if test.outcome in {Outcome.FAILED, Outcome.ERROR}
        ),
    )


def _shown(tests: Sequence[TestResult]) -> str:
    shown = "\n\n".join(f"{test.id}: {test.message}\n{test.detail}".strip() for test in tests[:3])
    return shown if len(tests) <= 3 else f"{shown}\n\n… and {len(tests) - 3} more"


def _list(ids: set[str] | list[str]) -> str:
    named = sorted(ids)[:NAMED]
    return ", ".join(named) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
