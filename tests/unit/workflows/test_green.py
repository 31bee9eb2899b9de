"""Green: the repro passes, and nothing that passed before is worse or missing."""

from __future__ import annotations

import pytest

from workflows.proof.green import NAMED, Green, NotGreen, Unharmed, judge_repro, judge_suite, worse
from workflows.proof.results import Outcome, Results, TestResult

REPRO = ("tests/test_new.py::test_it",)


def suite(**outcomes: str) -> Results:
    return Results(
        command=("pytest",),
        tests=tuple(
            TestResult(id=name, outcome=Outcome(said), message=f"{name} said so", detail="detail")
            for name, said in outcomes.items()
        ),
    )


def with_repro(results: Results, outcome: Outcome = Outcome.PASSED) -> Results:
    return results.model_copy(update={"tests": (*results.tests, TestResult(id=REPRO[0], outcome=outcome))})


def judged(before: Results, after: Results) -> Unharmed | NotGreen:
    return judge_suite([before], [with_repro(after)], REPRO)


def test_the_repro_must_pass_every_time() -> None:
    passes = with_repro(suite())
    assert judge_repro([passes] * 3, REPRO) == Green(tests=REPRO, runs=3, seconds=(0, 0, 0))
    verdict = judge_repro([passes, passes, with_repro(suite(), Outcome.FAILED)], REPRO)
    assert isinstance(verdict, NotGreen)
    assert verdict.reason == "the repro test still fails"


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED])
def test_anything_but_passing_is_not_green(outcome: Outcome) -> None:
    assert isinstance(judge_repro([with_repro(suite(), outcome)], REPRO), NotGreen)


def test_a_repro_that_is_no_longer_collected_is_not_green() -> None:
    verdict = judge_repro([suite(other="passed")], REPRO)
    assert isinstance(verdict, NotGreen)
    assert verdict.reason == "the repro test did not run"
    assert REPRO[0] in verdict.feedback


def test_a_run_that_broke_is_not_green() -> None:
    broken = Results(command=(), complaint="it took too long")
    assert judge_repro([broken], REPRO) == NotGreen(reason="the test run broke", feedback="it took too long")
    assert judge_suite([suite()], [broken], REPRO) == NotGreen(
        reason="the suite broke", feedback="it took too long"
    )


def test_a_suite_as_good_as_before_is_unharmed() -> None:
    verdict = judged(suite(a="passed", b="failed", c="skipped"), suite(a="passed", b="failed", c="skipped"))
    assert verdict == Unharmed(
        before="1 passed, 1 failed, 1 skipped",
        after="2 passed, 1 failed, 1 skipped",
        compared=1,
        failing_before=("b",),
        seconds=(0, 0),
    )


@pytest.mark.parametrize("now", ["failed", "error", "skipped"])
def test_what_passed_must_pass(now: str) -> None:
    verdict = judged(suite(a="passed"), suite(a=now))
    assert isinstance(verdict, NotGreen)
    assert verdict.reason == "other tests fail now"
    assert verdict.feedback.startswith("a: a said so")


def test_what_ran_must_run() -> None:
    verdict = judged(suite(a="passed", b="passed"), suite(a="passed"))
    assert isinstance(verdict, NotGreen)
    assert verdict.reason == "tests are missing"
    assert verdict.feedback.endswith(": b")


def test_many_missing_tests_are_counted_and_some_are_named() -> None:
    before = suite(**{f"t{number:02}": "passed" for number in range(NAMED + 5)})
    verdict = judged(before, suite())
    assert isinstance(verdict, NotGreen)
    assert "t09 and 5 more" in verdict.feedback


@pytest.mark.parametrize(("then", "now"), [("failed", "passed"), ("error", "failed"), ("skipped", "passed")])
def test_what_did_not_pass_before_may_do_as_it_likes(then: str, now: str) -> None:
    assert isinstance(judged(suite(a=then), suite(a=now)), Unharmed)


def test_what_failed_before_may_vanish() -> None:
    assert isinstance(judged(suite(a="failed"), suite()), Unharmed)


@pytest.mark.parametrize(
    ("now", "fine"), [("passed", True), ("skipped", True), ("failed", False), ("error", False)]
)
def test_a_test_that_nobody_knows_must_not_fail(now: str, fine: bool) -> None:
    assert isinstance(judged(suite(), suite(brand_new=now)), Unharmed) is fine


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED])
def test_the_repro_must_pass_among_the_others_too(outcome: Outcome) -> None:
    verdict = judge_suite([suite(a="passed")], [with_repro(suite(a="passed"), outcome)], REPRO)
    assert isinstance(verdict, NotGreen)
    assert verdict.reason == "the repro test does not pass among the others"


@pytest.mark.parametrize(("outcome", "fine"), [("passed", True), ("skipped", False), ("failed", False)])
def test_the_repro_may_be_loaded_by_another_file_of_tests(outcome: str, fine: bool) -> None:
    after = suite(**{"a": "passed", "tests/all.py::more::test_it": outcome})

    assert isinstance(judge_suite([suite(a="passed")], [after], REPRO), Unharmed) is fine
    known = suite(**{"a": "passed", "tests/all.py::more::test_it": "passed"})
    assert isinstance(judge_suite([known], [after], REPRO), NotGreen), "it was there before"


def test_the_repro_must_be_collected_among_the_others_too() -> None:
    verdict = judge_suite([suite(a="passed")], [suite(a="passed")], REPRO)
    assert isinstance(verdict, NotGreen)
    assert verdict.feedback == "It was not collected in the run of the whole suite."


def test_a_long_complaint_shows_three_and_counts_the_rest() -> None:
    before = suite(**{f"t{number}": "passed" for number in range(5)})
    after = suite(**{f"t{number}": "failed" for number in range(5)})
    verdict = judged(before, after)
    assert isinstance(verdict, NotGreen)
    assert verdict.feedback.count("said so") == 3
    assert verdict.feedback.endswith("… and 2 more")


# --- flaky: run again on both sides, where something was worse ------------------------------------------


def again(*, without: str, with_it: str) -> Unharmed | NotGreen:
    """A letter for each run: what the test `a` gave, `p`assed, `f`ailed or `-` for not there."""
    said = {"p": {"a": "passed"}, "f": {"a": "failed"}, "-": dict[str, str]()}
    befores = [suite(b="passed", **said[letter]) for letter in without]
    afters = [with_repro(suite(b="passed", **said[letter])) for letter in with_it]
    return judge_suite(befores, afters, REPRO)


@pytest.mark.parametrize(
    ("without", "with_it"),
    [
        ("ppp", "fpp"),  # once of three, and twice not
        ("pfp", "fff"),  # now and then without the fix as well
        ("pf", "ff"),
        ("p-p", "fff"),
        ("pfp", "ffp"),
        ("ppp", "-pp"),
    ],
)
def test_what_is_worse_by_chance_is_flaky_and_said_to_be_so(without: str, with_it: str) -> None:
    verdict = again(without=without, with_it=with_it)
    assert isinstance(verdict, Unharmed), verdict
    assert verdict.flaky == ("a",)
    assert verdict.compared == 2


@pytest.mark.parametrize(
    ("without", "with_it", "reason"),
    [
        ("ppp", "fff", "other tests fail now"),
        ("ppp", "ffp", "other tests fail now"),
        ("ppp", "---", "tests are missing"),
        ("pp", "fp", "other tests fail now"),  # once of two is not seldom
    ],
)
def test_what_fails_with_the_fix_and_never_without_it_broke(without: str, with_it: str, reason: str) -> None:
    verdict = again(without=without, with_it=with_it)
    assert isinstance(verdict, NotGreen), verdict
    assert verdict.reason == reason


@pytest.mark.parametrize("with_it", ["f", "-"])
def test_without_running_again_nothing_is_flaky(with_it: str) -> None:
    assert isinstance(again(without="pfp", with_it=with_it), NotGreen)
    assert isinstance(again(without="p", with_it=with_it), NotGreen)


def test_a_new_test_that_fails_once_of_three_is_flaky() -> None:
    afters = [suite(brand_new="failed"), suite(brand_new="passed"), suite(brand_new="passed")]
    verdict = judge_suite([suite()] * 3, [with_repro(after) for after in afters], REPRO)
    assert isinstance(verdict, Unharmed)
    assert verdict.flaky == ("brand_new",)


def test_one_flaky_test_hides_no_other_that_broke() -> None:
    before = suite(a="passed", b="passed")
    afters = [suite(a="failed", b="failed"), suite(a="passed", b="failed"), suite(a="passed", b="failed")]
    verdict = judge_suite([before] * 3, [with_repro(after) for after in afters], REPRO)
    assert isinstance(verdict, NotGreen)
    assert verdict.feedback.startswith("b: b said so")
    assert "a said so" not in verdict.feedback


def test_a_run_again_that_broke_counts_as_broken() -> None:
    before, fine = suite(a="passed"), with_repro(suite(a="passed"))
    broken = Results(command=(), complaint="it took too long")
    verdict = judge_suite([before] * 2, [fine, broken], REPRO)
    assert isinstance(verdict, NotGreen)
    assert verdict.reason == "the suite broke"


def test_a_run_without_the_fix_that_broke_makes_no_test_flaky() -> None:
    broken = Results(command=(), complaint="it took too long")
    afters = [with_repro(suite(a="failed"))] * 3
    assert isinstance(judge_suite([suite(a="passed"), broken, broken], afters, REPRO), NotGreen)


def test_what_is_worse_is_what_passed_and_does_not_and_what_is_new_and_fails() -> None:
    before = suite(a="passed", b="passed", c="failed", d="skipped", e="passed")
    after = with_repro(
        suite(a="passed", b="skipped", c="error", d="failed", new="failed", also_new="passed"), Outcome.FAILED
    )
    assert worse(before, after, REPRO) == ("b", "e", "new")
