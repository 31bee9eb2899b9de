"""Red: which failures count, judged on reports that pytest itself wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from workflows.proof.red import NotRed, Red, judge
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.runners import junit
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
    import textwrap

    root = tmp_path_factory.mktemp("project")
    for path, text in PROJECT.items():
        file = root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(text))
    command = [sys.executable, *Pytest().command("report.xml", [], 0)[1:], "--continue-on-collection-errors"]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "COVERAGE_PROCESS_START": "",
    }
    subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False, timeout=60)
    results = junit.parse((root / "report.xml").read_bytes())
    return {
        path: tuple(result for result in results if result.id.startswith((path, _module(path))))
        for path in PROJECT
    }


def _module(path: str) -> str:
    """Of a file that cannot be loaded, only the module is named."""
    return path.removesuffix(".py").replace("/", ".")


def judged(observed: Mapping[str, tuple[TestResult, ...]], name: str, runs: int = 3) -> Red | NotRed:
    path = f"tests/test_{name}.py"
    results = Results(command=("pytest",), tests=observed[path])
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


def failed(name: str = "t", message: str = "assert 1 == 2") -> TestResult:
    return TestResult(id=name, outcome=Outcome.FAILED, message=message)


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
        Results(command=(), complaint="it broke"),
    ],
)
def test_a_test_that_gives_another_result_the_next_time_is_flaky(again: Results) -> None:
    same = results(failed())
    for runs in ([same, same, again], [same, again, same]):
        verdict = judge(runs, ["f"], frozenset(), by_path)
        assert isinstance(verdict, NotRed)
        assert verdict.reason == "the test is flaky"


def test_a_run_that_broke_says_how() -> None:
    verdict = judge([Results(command=(), complaint="no report\nusage")], ["f"], frozenset(), by_path)
    assert verdict == NotRed(reason="the test run broke", feedback="no report\nusage")


def test_tests_that_were_there_before_are_not_new() -> None:
    verdict = judge([results(failed("old"))], ["f"], frozenset({"old"}), by_path)
    assert isinstance(verdict, NotRed)
    assert verdict.reason == "there is no new test"


@pytest.mark.parametrize(
    "message", ["Exception", "Exception: assert", "SystemExit: 1", "KeyboardInterrupt", "x", ""]
)
def test_a_failure_without_any_trace_is_not_believed(message: str) -> None:
    assert isinstance(judge([results(failed(message=message))], ["f"], frozenset(), by_path), NotRed)


@pytest.mark.parametrize(
    "frame", ["tests/x.py", "/usr/lib/python3/json.py", "../x.py", ".venv/lib/site-packages/a.py"]
)
def test_only_a_frame_of_the_project_makes_an_exception_count(frame: str) -> None:
    elsewhere = failed(message="KeyError: 'a'").model_copy(update={"detail": f"{frame}:3: KeyError"})
    assert isinstance(judge([results(elsewhere)], ["f"], frozenset(), by_path), NotRed)
    through = elsewhere.model_copy(
        update={"detail": f"tests/x.py:9: \nshelf/a.py:2: in get\n{frame}:3: KeyError"}
    )
    assert isinstance(judge([results(through)], ["f"], frozenset(), by_path), Red)


def test_the_headline_is_what_pytest_marks_and_not_all_of_it() -> None:
    detail = "    code\n" + "\n".join(f"E   line {number}" for number in range(9))
    test = failed().model_copy(update={"detail": detail})
    verdict = judge([results(test)], ["f"], frozenset(), by_path)
    assert isinstance(verdict, Red)
    assert verdict.assertion == "line 0\nline 1\nline 2\nline 3"
