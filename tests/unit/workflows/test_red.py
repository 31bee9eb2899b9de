"""Red: which failures count, judged on reports that pytest itself wrote."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.workflows.python_runs import Place
from workflows.proof.red import NotRed, Red, judge, still_fails
from workflows.proof.results import Frame, Outcome, Results, TestResult
from workflows.proof.runners.pytest import Pytest

PROJECT = {
    "shelf/__init__.py": """
        import json

        def total(prices):
            return sum(prices) + 1

        def load(text):
            return json.loads(text)

        def check(value):
            assert value > 0, "not positive"
    """,
    "tests/helpers.py": """
        def broken():
            raise KeyError("helper")
    """,
    "tests/test_assertion.py": """
        from shelf import total

        def test_it():
            assert total([1]) == 1, "one item costs what it costs"
    """,
    "tests/test_not_raised.py": """
        import pytest
        from shelf import total

        def test_it():
            with pytest.raises(ValueError):
                total([-1])
    """,
    "tests/test_by_unittest.py": """
        import unittest
        from shelf import total

        class Totals(unittest.TestCase):
            def test_it(self):
                self.assertEqual(total([1]), 1)
    """,
    "tests/test_raised_in_project.py": """
        from shelf import total

        def test_it():
            assert total(None) == 0
    """,
    "tests/test_raised_below_project.py": """
        from shelf import load

        def test_it():
            assert load("{bad") is None
    """,
    "tests/test_assertion_of_project.py": """
        from shelf import check

        def test_it():
            check(0)
    """,
    "tests/test_parametrized.py": """
        import pytest
        from shelf import total

        @pytest.mark.parametrize("prices", [[1], [2, 3]])
        def test_it(prices):
            assert total(prices) == sum(prices)
    """,
    "tests/test_own_error.py": """
        def test_it():
            {}["a"]
    """,
    "tests/test_own_helper.py": """
        from helpers import broken

        def test_it():
            broken()
    """,
    "tests/test_standard_library.py": """
        import json

        def test_it():
            json.loads("{bad")
    """,
    "tests/test_import.py": """
        from shelf import nothing_of_the_kind

        def test_it():
            assert False
    """,
    "tests/test_late_import.py": """
        def test_it():
            import nothing_of_the_kind
    """,
    "tests/test_syntax.py": """
        def test_it(:
            pass
    """,
    "tests/test_fixture.py": """
        import pytest

        @pytest.fixture
        def broken():
            raise ValueError("no")

        def test_it(broken):
            assert False
    """,
    "tests/test_no_fixture.py": """
        def test_it(nothing_of_the_kind):
            assert False
    """,
    "tests/test_tear_down.py": """
        import pytest

        @pytest.fixture
        def breaks():
            yield
            raise ValueError("late")

        def test_it(breaks):
            assert False
    """,
    "tests/test_skipped.py": """
        import pytest

        @pytest.mark.skip(reason="later")
        def test_it():
            assert False
    """,
    "tests/test_expected.py": """
        import pytest

        @pytest.mark.xfail
        def test_it():
            assert False
    """,
    "tests/test_unexpected.py": """
        import pytest

        @pytest.mark.xfail(strict=True)
        def test_it():
            pass
    """,
    "tests/test_passing.py": """
        from shelf import total

        def test_it():
            assert total([1]) == 2
    """,
    "tests/test_half.py": """
        from shelf import total

        def test_bad():
            assert total([1]) == 1

        def test_good():
            assert total([1]) == 2
    """,
    "tests/test_nothing.py": """
        from shelf import total
    """,
}


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[TestResult, ...]]:
    """What pytest reported, by test file. One real run for all."""
    place = Place(Pytest(), tmp_path_factory.mktemp("project"))
    project = {path: textwrap.dedent(text) for path, text in PROJECT.items()}
    results = place.run(project, trace=True)
    assert results.complaint == ""
    return {path: tuple(test for test in results.tests if test.file == path) for path in PROJECT}


def judged(observed: Mapping[str, tuple[TestResult, ...]], name: str, runs: int = 3) -> Red | NotRed:
    path = f"tests/test_{name}.py"
    results = Results(command=("pytest",), tests=observed[path], traced=True)
    return judge([results] * runs, [path], frozenset({"tests/test_old.py::test_old"}), Pytest().is_test)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("assertion", "AssertionError: one item costs what it costs"),
        ("not_raised", "Failed: DID NOT RAISE"),
        ("by_unittest", "AssertionError: 2 != 1"),
        ("raised_in_project", "TypeError: 'NoneType' object is not iterable"),
        ("raised_below_project", "JSONDecodeError"),
        ("assertion_of_project", "AssertionError: not positive"),
    ],
)
def test_a_failure_of_substance_counts(
    observed: Mapping[str, tuple[TestResult, ...]], name: str, said: str
) -> None:
    verdict = judged(observed, name)
    assert isinstance(verdict, Red), verdict
    assert said in verdict.assertion
    assert verdict.runs == 3
    assert verdict.files == (f"tests/test_{name}.py",)
    assert all(test.startswith(f"tests/test_{name}.py::") for test in verdict.tests)


def test_every_case_of_a_test_is_named(observed: Mapping[str, tuple[TestResult, ...]]) -> None:
    verdict = judged(observed, "parametrized")
    assert isinstance(verdict, Red)
    assert [test.rpartition("::")[2] for test in verdict.tests] == ["test_it[prices0]", "test_it[prices1]"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("own_error", "the test fails by its own KeyError"),
        ("own_helper", "the test fails by its own KeyError"),
        ("standard_library", "the test fails by its own JSONDecodeError"),
        ("import", "the test cannot be loaded"),
        ("late_import", "the test fails by ModuleNotFoundError"),
        ("syntax", "the test cannot be loaded"),
        ("fixture", "the test cannot be loaded"),
        ("no_fixture", "the test cannot be loaded"),
        ("tear_down", "the test cannot be loaded"),
        ("skipped", "the test is skipped"),
        ("expected", "the test is skipped"),
        ("unexpected", "the test fails by its own"),
        ("passing", "the test passes on the unfixed code"),
        ("half", "the test passes on the unfixed code"),
        ("nothing", "there is no new test"),
    ],
)
def test_a_failure_of_no_substance_does_not(
    observed: Mapping[str, tuple[TestResult, ...]], name: str, reason: str
) -> None:
    verdict = judged(observed, name)
    assert isinstance(verdict, NotRed), verdict
    assert verdict.reason.startswith(reason)
    assert verdict.feedback


def test_the_feedback_names_the_test_and_shows_what_happened(
    observed: Mapping[str, tuple[TestResult, ...]],
) -> None:
    verdict = judged(observed, "own_error")
    assert isinstance(verdict, NotRed)
    assert "tests/test_own_error.py::test_it raises KeyError in the test itself" in verdict.feedback
    assert '{}["a"]' in verdict.feedback


def failed(name: str = "t", *, error: str = "AssertionError", **said: object) -> TestResult:
    about = {"asserted": error == "AssertionError", "message": "assert 1 == 2", **said}
    return TestResult.model_validate({"id": name, "outcome": Outcome.FAILED, "error": error, **about})


def results(*tests: TestResult) -> Results:
    return Results(command=(), tests=tests)


def by_path(path: str) -> bool:
    return path.startswith("tests/")


@pytest.mark.parametrize(
    "again",
    [
        results(TestResult(id="t", outcome=Outcome.PASSED)),
        results(),
        results(failed(), failed("another")),
    ],
)
def test_a_test_that_gives_another_result_the_next_time_is_flaky(again: Results) -> None:
    same = results(failed())
    for runs in ([same, same, again], [same, again, same]):
        verdict = judge(runs, ["f"], frozenset(), by_path)
        assert isinstance(verdict, NotRed)
        assert verdict.reason == "the test is flaky"


@pytest.mark.parametrize(
    ("thrown", "error", "counts"),
    [
        ("test/checks.js", "Error", True),
        ("test/new.js", "Error", False),
        ("test/checks.js", "TypeError", False),
        ("node_modules/tool/test/checks.js", "Error", False),
    ],
)
def test_what_the_projects_own_helper_of_tests_throws_counts(thrown: str, error: str, counts: bool) -> None:
    frames = (Frame(file="test/new.js", line=3), Frame(file=thrown, line=9))
    test = TestResult(id="t", outcome=Outcome.FAILED, error=error, frames=frames)

    verdict = judge([results(test)], ["test/new.js"], frozenset(), lambda path: "test/" in path)

    assert isinstance(verdict, Red) is counts


def test_a_run_that_broke_says_how() -> None:
    broken = Results(command=(), complaint="no report\nusage")
    for runs in ([broken], [results(failed()), broken]):
        verdict = judge(runs, ["f"], frozenset(), by_path)
        assert verdict == NotRed(reason="the test run broke", feedback="no report\nusage")


def test_what_is_called_by_the_time_of_day_was_there_before_by_another_name() -> None:
    def run(at: str) -> Results:
        old = TestResult(id=f"t::test_day[{at}]", outcome=Outcome.PASSED)
        return results(failed("t::test_new"), old)

    found = judge([run("12:01"), run("12:02")], ["t.py"], frozenset({"t::test_day[12:00]"}), by_path)

    assert isinstance(found, Red)
    assert found.tests == ("t::test_new",)


def test_tests_that_were_there_before_are_not_new() -> None:
    verdict = judge([results(failed("old"))], ["f"], frozenset({"old"}), by_path)
    assert isinstance(verdict, NotRed)
    assert verdict.reason == "there is no new test"


@pytest.mark.parametrize("error", ["Exception", "SystemExit", "KeyboardInterrupt", "ValueError", ""])
def test_what_was_raised_nobody_knows_where_is_not_believed(error: str) -> None:
    assert isinstance(judge([results(failed(error=error))], ["f"], frozenset(), by_path), NotRed)


@pytest.mark.parametrize(
    "frame",
    [
        *("tests/x.py", "/usr/lib/python3/json.py", "../x.py"),
        *(".venv/lib/site-packages/a.py", "node_modules/a/index.js"),
    ],
)
def test_only_a_frame_of_the_project_makes_an_exception_count(frame: str) -> None:
    last = Frame(file=frame, line=3)
    elsewhere = failed(error="KeyError", frames=(Frame(file="tests/x.py", line=9), last))
    assert isinstance(judge([results(elsewhere)], ["f"], frozenset(), by_path), NotRed)
    through = failed(
        error="KeyError", frames=(Frame(file="tests/x.py", line=9), Frame(file="shelf/a.py", line=2), last)
    )
    assert isinstance(judge([results(through)], ["f"], frozenset(), by_path), Red)


@pytest.mark.parametrize(
    "error", ["ModuleNotFoundError", "MODULE_NOT_FOUND", "NoClassDefFoundError", "fixture"]
)
def test_what_could_not_even_be_loaded_counts_for_nothing_wherever_it_was_raised(error: str) -> None:
    inside = failed(error=error, frames=(Frame(file="shelf/a.py", line=2),))
    verdict = judge([results(inside)], ["f"], frozenset(), by_path)
    assert isinstance(verdict, NotRed)
    assert verdict.reason == f"the test fails by {error}"


def test_the_headline_is_short() -> None:
    test = failed(message="\n".join(f"line {number}" for number in range(9)))
    verdict = judge([results(test)], ["f"], frozenset(), by_path)
    assert isinstance(verdict, Red)
    assert verdict.assertion == "line 0\nline 1\nline 2\nline 3"


# --- what each test touched ------------------------------------------------------------------------------


def traced(*touched: str) -> Results:
    return results(failed(touched=touched)).model_copy(update={"traced": True})


@pytest.mark.parametrize("touched", ["tests/helpers.py", "/usr/lib/python3/json.py", "node_modules/a/b.js"])
def test_a_test_that_runs_nothing_of_the_project_cannot_be_mended_by_any_fix(touched: str) -> None:
    verdict = judge([traced(touched)], ["f"], frozenset(), by_path)
    assert isinstance(verdict, NotRed)
    assert verdict.reason == "the test runs nothing of the project"
    assert isinstance(judge([traced(touched, "shelf/a.py")], ["f"], frozenset(), by_path), Red)


ALONE = "tests/test_alone.py"


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("def test_it():\n    assert 1 == 2\n", False),
        ("import shelf\n\n\ndef test_it():\n    assert shelf.MOST == 11\n", True),
    ],
    ids=["tautology", "constant"],
)
def test_what_a_real_test_has_to_do_with_the_project(text: str, counts: bool, tmp_path: Path) -> None:
    """A wrong constant is a bug, though no function runs where it is read."""
    ran = Place(Pytest(), tmp_path).run({"shelf.py": "MOST = 10\n", ALONE: text}, trace=True)
    verdict = judge([ran], [ALONE], frozenset(), Pytest().is_test)
    assert isinstance(verdict, Red) is counts, verdict


def test_where_nobody_noted_what_was_touched_nothing_is_said_of_it() -> None:
    untraced = traced().model_copy(update={"traced": False})
    assert isinstance(judge([untraced], ["f"], frozenset(), by_path), Red)


# --- what the issue reports ------------------------------------------------------------------------------

PASTED = """It crashes:

Traceback (most recent call last):
  File "shelf.py", line 3, in inverse
    return 1 / books
ZeroDivisionError: division by zero
"""


def raised(error: str, issue: str) -> Red | NotRed:
    inside = failed(error=error, frames=(Frame(file="shelf/a.py", line=2),))
    return judge([results(inside)], ["f"], frozenset(), by_path, issue)


def test_a_crash_is_compared_with_the_one_that_was_reported() -> None:
    assert isinstance(raised("ZeroDivisionError", PASTED), Red)
    verdict = raised("TypeError", PASTED)
    assert isinstance(verdict, NotRed)
    assert verdict.reason == "the test fails by another error than the issue reports"
    assert "raises TypeError; the issue reports ZeroDivisionError" in verdict.feedback


@pytest.mark.parametrize(
    "issue",
    [
        "It crashes.",
        "It should raise a ValueError, I think.",
        "",
        "TypeErrors: I hate them",
    ],
)
def test_where_no_crash_was_pasted_any_will_do(issue: str) -> None:
    assert isinstance(raised("KeyError", issue), Red)


@pytest.mark.parametrize(
    ("issue", "error"),
    [
        ("java.lang.NullPointerException: x\n\tat a.B.c(B.java:3)", "NullPointerException"),
        ("Caused by: com.acme.ShelfException", "ShelfException"),
        ("Uncaught TypeError: a is not a function", "TypeError"),
        ("    json.decoder.JSONDecodeError: Expecting value", "JSONDecodeError"),
        ("KeyError: 1\n\nDuring handling …\n\nValueError: 2", "KeyError"),
    ],
)
def test_a_crash_is_known_in_every_language(issue: str, error: str) -> None:
    assert isinstance(raised(error, issue), Red)
    assert isinstance(raised("OtherError", issue), NotRed)


def test_an_assertion_may_say_of_a_crash_what_should_be_instead() -> None:
    assert isinstance(judge([results(failed())], ["f"], frozenset(), by_path, PASTED), Red)


@pytest.mark.parametrize("part", ["\n", " ", "A", "a.", "A.", "Caused by: ", "Uncaught\t", "AError\n"])
def test_an_endless_issue_takes_no_time(part: str) -> None:
    begun = time.process_time()
    raised("KeyError", part * 1_000_000)
    assert time.process_time() - begun < 2


# --- where only what means nothing has changed -----------------------------------------------------------


def test_a_test_that_still_fails_where_nothing_has_changed_asked_what_the_code_does() -> None:
    assert still_fails(results(failed("a"), failed("b")), ["a", "b"], "a comment moved") is None


@pytest.mark.parametrize(
    ("now", "seen"),
    [
        (results(failed("a"), TestResult(id="b", outcome=Outcome.PASSED)), "b is passed"),
        (results(failed("a"), TestResult(id="b", outcome=Outcome.ERROR)), "b is error"),
        (results(failed("a"), TestResult(id="b", outcome=Outcome.SKIPPED)), "b is skipped"),
        (results(failed("a")), "b is not collected"),
    ],
)
def test_one_that_does_not_has_looked_at_something_else(now: Results, seen: str) -> None:
    verdict = still_fails(now, ["a", "b"], "a comment moved")
    assert isinstance(verdict, NotRed)
    assert verdict.reason == "the test does not depend on what the code does"
    assert f"With a comment moved, which changes nothing that the code does, {seen}" in verdict.feedback


def test_one_that_does_not_even_run_then_is_told_how_that_went() -> None:
    verdict = still_fails(Results(command=(), complaint="no report\nusage"), ["a"], "a comment moved")
    assert isinstance(verdict, NotRed)
    assert verdict.reason == "the test does not run with a comment moved"
    assert verdict.feedback.endswith("no report\nusage")
