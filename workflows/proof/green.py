"""Green: the repro passes with the fix, and nothing else got worse. Pure; the harness did the running."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from workflows.proof.results import Outcome, Results, TestResult, only, times

NAMED = 10
"""How many tests a complaint names."""


class Green(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    tests: tuple[str, ...]
    runs: int
    seconds: tuple[float, ...] = ()
    """What each run took."""


class Unharmed(BaseModel):
    """The whole suite with the fix, compared test by test with the suite before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: str
    after: str
    compared: int
    failing_before: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    """Tests that were worse once with the fix, and are not better than that without it."""
    seconds: tuple[float, ...] = ()
    """Before, and with the fix."""


class NotGreen(BaseModel):
    """Why the fix does not count, in words that its author can act on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    feedback: str


def judge_repro(runs: Sequence[Results], tests: Sequence[str], *, sealed: bool = False) -> Green | NotGreen:
    """`sealed` is what its report was without the fix."""
    for results in runs:
        if results.complaint:
            return NotGreen(reason="the test run broke", feedback=results.complaint)
        if sealed and not results.sealed:
            return NotGreen(
                reason="the harness cannot see any more who passes",
                feedback="Without your change the harness could seal the results of the repro test, and with "
                "it cannot. Do not change how the tests are built, linked or started.",
            )
        missing = set(tests) - results.ids()
        if missing:
            return NotGreen(
                reason="the repro test did not run",
                feedback=f"These tests were not collected with your change: {_list(missing)}",
            )
        failing = [test for test in only(results, tests) if test.outcome is not Outcome.PASSED]
        if failing:
            return NotGreen(reason="the repro test still fails", feedback=_shown(failing))
    return Green(tests=tuple(tests), runs=len(runs), seconds=times(runs))


def worse(before: Results, after: Results, repro: Sequence[str]) -> tuple[str, ...]:
    """By id: what passed and does not now, or is gone, and what fails and was not there."""
    now, known = after.by_id(), before.ids() | frozenset(repro)
    passed = [test.id for test in before.tests if test.outcome is Outcome.PASSED]
    lost = [test for test in passed if test not in now or now[test].outcome is not Outcome.PASSED]
    new = [test.id for test in after.tests if test.id not in known and test.outcome in _BAD]
    return (*lost, *new)


def judge_suite(
    befores: Sequence[Results], afters: Sequence[Results], repro: Sequence[str]
) -> Unharmed | NotGreen:
    """What passed must pass, what ran must run; what failed before does not block. The first of each is what
    is compared; the others were run only where something was worse, to tell what is flaky from what broke."""
    broken = next((after.complaint for after in afters if after.complaint), "")
    if broken:
        return NotGreen(reason="the suite broke", feedback=broken)
    before, after = befores[0], afters[0]
    now = after.by_id()
    among = [now.get(test) or _held_elsewhere(test, before, after) for test in repro]
    unproven = [test for test in among if test is not None and test.outcome is not Outcome.PASSED]
    if unproven or None in among:
        return NotGreen(
            reason="the repro test does not pass among the others",
            feedback=_shown(unproven) or "It was not collected in the run of the whole suite.",
        )
    suspects = worse(before, after, repro)
    flaky = frozenset(test for test in suspects if _is_flaky(test, befores, afters, repro))
    broke = [test for test in suspects if test not in flaky]
    missing = [test for test in broke if test not in now]
    if missing:
        return NotGreen(
            reason="tests are missing",
            feedback=f"These tests ran before your change and do not run now: {_list(missing)}",
        )
    if broke:
        return NotGreen(reason="other tests fail now", feedback=_shown([now[test] for test in broke]))
    return Unharmed(
        before=before.summary(),
        after=after.summary(),
        compared=before.count(Outcome.PASSED),
        failing_before=tuple(test.id for test in before.tests if test.outcome in _BAD),
        flaky=tuple(sorted(flaky)),
        seconds=times([before, after]),
    )


def _held_elsewhere(repro: str, before: Results, after: Results) -> TestResult | None:
    """Where a file of tests loads others, what is in them goes by its name: `tests/all.js::issues::it`."""
    known, title = before.ids(), repro.partition("::")[2]
    held = [test for test in after.tests if test.id not in known and test.id.endswith(f"::{title}")]
    return next((test for test in held if test.outcome is not Outcome.PASSED), next(iter(held), None))


def _is_flaky(test: str, befores: Sequence[Results], afters: Sequence[Results], repro: Sequence[str]) -> bool:
    """It fails now and then without the fix, or failed only once of several times with it."""
    if len(afters) == 1:
        return False
    # A run that came to nothing says nothing of any test.
    without = {_outcome(results, test) for results in befores if not results.complaint}
    if len(without) > 1:
        return True
    times = sum(test in worse(befores[0], after, repro) for after in afters)
    return times == 1 and len(afters) > 2


def _outcome(results: Results, test: str) -> Outcome | None:
    found = results.by_id().get(test)
    return found.outcome if found else None


_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


def _shown(tests: Sequence[TestResult]) -> str:
    shown = "\n\n".join(f"{test.id}: {test.message}\n{test.detail}".strip() for test in tests[:3])
    return shown if len(tests) <= 3 else f"{shown}\n\n… and {len(tests) - 3} more"


def _list(ids: set[str] | list[str]) -> str:
    named = sorted(ids)[:NAMED]
    return ", ".join(named) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
