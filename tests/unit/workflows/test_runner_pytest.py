"""pytest, run for real: what it gives test by test, and that the tested code has no say in it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.fakes import sealed
from tests.unit.workflows.python_runs import Place, outcomes
from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack, Text
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.runners.port import Ask
from workflows.proof.runners.pytest import Pytest, _agree  # pyright: ignore[reportPrivateUsage]
from workflows.proof.runners.sealed import Key
from workflows.tree import File, Tree

SHELF = """
def pages(books, each):
    return books // each


def inverse(books):
    return 1 / books
"""

TESTS = """
import unittest

import pytest

import shelf


def test_passes(): assert shelf.pages(4, 2) == 2
def test_asserts(): assert shelf.pages(5, 2) == 3
def test_raises_in_the_project(): shelf.inverse(0)
def test_raises_by_itself(): [][1]
def test_did_not_raise():
    with pytest.raises(ValueError):
        shelf.inverse(1)


@pytest.mark.parametrize("each", [1, "a b"])
def test_many(each): pass


@pytest.mark.xfail
def test_expected(): assert shelf.pages(1, 1) == 2
@pytest.mark.xfail
def test_unexpected(): pass
@pytest.mark.xfail(strict=True)
def test_unexpected_strictly(): pass
@pytest.mark.xfail(raises=KeyError)
def test_otherwise_than_expected(): raise ValueError
def test_skipped(): pytest.skip("no shelf")


@pytest.fixture
def broken(): raise KeyError("set-up")
@pytest.fixture
def leaky():
    yield
    raise KeyError("tear-down")
def test_set_up(broken): pass
def test_tear_down(leaky): pass


def test_parts(subtests):
    with subtests.test("fails"):
        assert shelf.pages(1, 1) == 2
    with subtests.test("is skipped"):
        pytest.skip()
def test_parts_that_are_skipped(subtests):
    with subtests.test("is skipped"):
        pytest.skip()


class TestOld(unittest.TestCase):
    def test_asserts(self): self.assertEqual(shelf.pages(1, 1), 2)
    def test_skipped(self): self.skipTest("no shelf")
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_parts(self):
        for books in (1, 2):
            with self.subTest(books=books):
                self.assertEqual(shelf.pages(books, 1), 1)


class TestOldSetUp(unittest.TestCase):
    def setUp(self): shelf.inverse(0)
    def test_it(self): pass
"""

FILE = "tests/test_shelf.py"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    place = Place(Pytest(), tmp_path_factory.mktemp("place"))
    broken = {"tests/test_not_there.py": "import nothing_of_this_name\n", "tests/test_odd.py": "def (:\n"}
    skipped = {"tests/test_later.py": "import pytest\npytest.skip('later', allow_module_level=True)\n"}
    return place.run({"shelf.py": SHELF, FILE: TESTS, **broken, **skipped}, trace=True)


def test_each_test_has_the_outcome_that_pytest_gives_it(results: Results) -> None:
    assert outcomes(results) == {
        "tests/test_not_there.py": "error",
        "tests/test_odd.py": "error",
        "tests/test_later.py": "skipped",
        f"{FILE}::test_passes": "passed",
        f"{FILE}::test_asserts": "failed",
        f"{FILE}::test_raises_in_the_project": "failed",
        f"{FILE}::test_raises_by_itself": "failed",
        f"{FILE}::test_did_not_raise": "failed",
        f"{FILE}::test_many[1]": "passed",
        f"{FILE}::test_many[a b]": "passed",
        f"{FILE}::test_expected": "skipped",
        f"{FILE}::test_unexpected": "passed",
        f"{FILE}::test_unexpected_strictly": "failed",
        f"{FILE}::test_otherwise_than_expected": "failed",
        f"{FILE}::test_skipped": "skipped",
        f"{FILE}::test_set_up": "error",
        f"{FILE}::test_tear_down": "error",
        f"{FILE}::test_parts": "failed",
        f"{FILE}::test_parts_that_are_skipped": "passed",
        f"{FILE}::TestOld::test_asserts": "failed",
        f"{FILE}::TestOld::test_skipped": "skipped",
        f"{FILE}::TestOld::test_expected": "skipped",
        f"{FILE}::TestOld::test_unexpected": "failed",
        f"{FILE}::TestOld::test_parts": "failed",
        f"{FILE}::TestOldSetUp::test_it": "error",
    }
    assert (results.exit_code, results.sealed, results.traced) == (1, True, True)


def test_a_person_can_type_the_command(results: Results) -> None:
    assert results.command == ("python", "-m", "pytest")


@pytest.mark.parametrize(
    ("name", "error", "asserted"),
    [
        (f"{FILE}::test_asserts", "AssertionError", True),
        (f"{FILE}::test_did_not_raise", "Failed", True),
        (f"{FILE}::test_raises_in_the_project", "ZeroDivisionError", False),
        (f"{FILE}::test_raises_by_itself", "IndexError", False),
        (f"{FILE}::test_set_up", "KeyError", False),
        (f"{FILE}::test_parts", "AssertionError", True),
        (f"{FILE}::TestOld::test_asserts", "AssertionError", True),
        (f"{FILE}::TestOld::test_parts", "AssertionError", True),
        ("tests/test_not_there.py", "ModuleNotFoundError", False),
        ("tests/test_odd.py", "SyntaxError", False),
    ],
)
def test_a_failure_says_what_was_raised_and_whether_by_an_assertion(
    results: Results, name: str, error: str, asserted: bool
) -> None:
    test = results.by_id()[name]
    assert (test.error, test.asserted) == (error, asserted)
    assert test.message
    assert error in test.detail or test.message.removeprefix("assert ") in test.detail


def test_a_failure_came_by_the_frames_of_its_traceback_and_starts_in_the_test(results: Results) -> None:
    by_id = results.by_id()
    at = [(frame.file, frame.line) for frame in by_id[f"{FILE}::test_raises_in_the_project"].frames]
    assert at == [(FILE, 11), ("shelf.py", 7)]
    assert [frame.file for frame in by_id[f"{FILE}::test_asserts"].frames] == [FILE]
    assert by_id["tests/test_not_there.py"].frames[-1].file == "tests/test_not_there.py"


def test_the_line_that_failed_is_the_message_and_the_traceback_the_detail(results: Results) -> None:
    test = results.by_id()[f"{FILE}::test_asserts"]
    assert test.message.startswith("assert 2 == 3")
    assert ">   def test_asserts(): assert shelf.pages(5, 2) == 3" in test.detail or "E " in test.detail
    assert results.by_id()[f"{FILE}::test_skipped"].message == "no shelf"
    assert "[XPASS(strict)]" in results.by_id()[f"{FILE}::test_unexpected_strictly"].message


def test_a_test_touches_the_files_that_were_loaded_for_it_or_run_by_it(tmp_path: Path) -> None:
    project = {
        "shelf.py": SHELF,
        "loaded.py": "def helper(): pass\nx = 1\nclass Y: z = 2\n",
        "threaded.py": "def work(): pass\n",
        "tests/test_it.py": """
import json
import threading

import pytest
import shelf
import threaded


@pytest.fixture
def count(): return shelf.pages(1, 1)
def test_by_fixture(count): pass
def test_none(): json.dumps({})
def test_loading():
    import loaded
def test_thread():
    thread = threading.Thread(target=threaded.work)
    thread.start()
    thread.join()
""",
    }
    results = Place(Pytest(), tmp_path).run(project, trace=True)
    assert {test.id.partition("::")[2]: test.touched for test in results.tests} == {
        "test_by_fixture": ("shelf.py", "tests/test_it.py", "threaded.py"),
        "test_none": ("shelf.py", "tests/test_it.py", "threaded.py"),
        "test_loading": ("loaded.py", "shelf.py", "tests/test_it.py", "threaded.py"),
        "test_thread": ("loaded.py", "shelf.py", "tests/test_it.py", "threaded.py"),
    }


def test_what_is_loaded_for_no_test_is_not_touched_and_another_process_is(tmp_path: Path) -> None:
    project = {
        "shelf.py": "def pages(): ...\n",
        "tests/test_alone.py": "import subprocess\n\n\ndef test_it(): assert 1\n"
        "def test_other(): subprocess.run(['true'])\n",
    }
    results = Place(Pytest(), tmp_path).run(project, trace=True)
    assert [test.touched for test in results.tests] == [
        ("tests/test_alone.py",),
        ("another process", "tests/test_alone.py"),
    ]


ORDERED = {
    "tests/test_a.py": "\n".join(
        [
            "class TestOne:",
            *(f"    def test_{n}(self): pass" for n in range(4)),
            *(f"def test_{n}(): pass" for n in range(4)),
        ]
    ),
    "tests/test_b.py": "\n".join(f"def test_{n}(): pass" for n in range(4)),
}


def test_a_seed_gives_an_order_of_its_own_the_same_each_time(tmp_path: Path) -> None:
    place = Place(Pytest(), tmp_path)

    def order(seed: int, *files: str) -> list[str]:
        return [test.id for test in place.run(ORDERED, *files, seed=seed).tests]

    plain, one, again = order(0, *ORDERED), order(1, *ORDERED), order(1, *ORDERED)
    assert plain == sorted(plain, key=lambda name: (name.partition("::")[0], "One" not in name))
    assert one == again != plain
    assert sorted(one) == sorted(plain)
    in_class = [number for number, name in enumerate(one) if "TestOne" in name]
    assert in_class == list(range(in_class[0], in_class[0] + 4))
    assert order(1) == plain


SETTINGS = """
[pytest]
addopts = -x --collect-only --lf --sw --tb=no --setup-plan -q
    -p xdist.plugin -p pytest_cov.plugin -p pytest_timeout -n auto
    --cov=shelf --cov-fail-under=100 --timeout=300
"""


def test_what_a_project_always_asks_of_pytest_does_not_keep_its_tests_from_being_read(tmp_path: Path) -> None:
    project = {"shelf.py": SHELF, "pytest.ini": SETTINGS, "test_it.py": """
import shelf
def test_one(): assert shelf.pages(5, 2) == 3
def test_two(): assert shelf.pages(5, 2) == 3
def test_three(pytestconfig): assert pytestconfig.option.timeout == 4 * 300
"""}  # fmt: skip
    results = Place(Pytest(), tmp_path).run(project)
    assert outcomes(results) == {
        "test_it.py::test_one": "failed",
        "test_it.py::test_two": "failed",
        "test_it.py::test_three": "passed",
    }
    assert all("shelf.pages(5, 2)" in test.detail for test in results.tests[:2])
    assert results.exit_code == 1


def test_coverage_that_is_too_low_is_no_failure(tmp_path: Path) -> None:
    settings = "[pytest]\naddopts = -p pytest_cov.plugin --cov=shelf --cov-fail-under=100\n"
    project = {"shelf.py": SHELF, "pytest.ini": settings, "test_it.py": "def test_it(): pass\n"}
    assert Place(Pytest(), tmp_path).run(project).exit_code == 0


def test_a_test_that_took_longer_than_it_may_came_to_no_answer(tmp_path: Path) -> None:
    project = {"pytest.ini": "[pytest]\naddopts = -p pytest_timeout\n", "test_it.py": """
import time
import pytest
@pytest.mark.timeout(0.1)
def test_it():
    while True:
        time.sleep(0.01)
"""}  # fmt: skip
    results = Place(Pytest(), tmp_path).run(project)
    assert outcomes(results) == {"test_it.py::test_it": "error"}


def test_a_test_that_is_run_again_counts_as_it_ended(tmp_path: Path) -> None:
    project = {
        "conftest.py": """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    for time in range(2):
        runtestprotocol(item, nextitem=nextitem, log=time == 1)
    return True
""",
        "test_it.py": "times = []\ndef test_it():\n    times.append(1)\n    assert len(times) == 2\n",
    }
    assert outcomes(Place(Pytest(), tmp_path).run(project)) == {"test_it.py::test_it": "passed"}


def test_a_project_may_exchange_parts_of_pytest_in_its_configuration(tmp_path: Path) -> None:
    project = {
        "conftest.py": """
import pytest
from _pytest.unittest import TestCaseFunction

@pytest.fixture(scope="session", autouse=True)
def quietly():
    old = TestCaseFunction.runtest
    def runtest(self):
        old(self)
    TestCaseFunction.runtest = runtest
    yield
    TestCaseFunction.runtest = old
""",
        "test_it.py": "def test_one(): pass\ndef test_two(): pass\n",
    }
    assert Place(Pytest(), tmp_path).run(project).summary() == "2 passed"


def test_a_plugin_of_the_project_may_hook_itself_in_where_it_is_named(tmp_path: Path) -> None:
    project = {
        "more.py": "def pytest_runtest_setup(item): item.config.found = True\n",
        "test_it.py": "pytest_plugins = ['more']\ndef test_it(pytestconfig): assert pytestconfig.found\n",
    }
    assert Place(Pytest(), tmp_path).run(project).summary() == "1 passed"


def test_an_example_in_a_docstring_that_gives_something_else_is_an_assertion(tmp_path: Path) -> None:
    project = {
        "pytest.ini": "[pytest]\naddopts = --doctest-modules\n",
        "shelf.py": '"""\n>>> 1 + 1\n3\n"""\n',
    }
    (test,) = Place(Pytest(), tmp_path).run(project).tests
    assert (test.id, test.outcome, test.asserted) == ("shelf.py::shelf", Outcome.FAILED, True)


def test_tests_see_what_they_would_see_of_python_m_pytest(tmp_path: Path) -> None:
    project = {
        "src/shelf.py": SHELF,
        "test_it.py": """
import concurrent.futures
import multiprocessing
import os
import subprocess
import sys

import pytest
import shelf


def test_arguments(): assert sys.argv[0].endswith("__main__.py") and "--src" not in sys.argv
def test_path(): assert sys.path[0] == os.getcwd() and not any("kit" in at for at in sys.path)
@pytest.mark.parametrize("name", ["sealing", "looking", "pytest_recorder"])
def test_modules(name):
    with pytest.raises(ImportError):
        __import__(name)
def test_main(): assert not hasattr(sys.modules["__main__"], "main")
def test_processes():
    subprocess.run([sys.executable, "-c", "import shelf"], check=True)
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        assert pool.submit(shelf.pages, 4, 2).result() == 2
""",
    }
    results = Place(Pytest(), tmp_path).run(project)
    assert results.summary() == "7 passed", results


def test_files_of_the_project_that_are_called_like_parts_of_pytest_are_not_taken_for_them(
    tmp_path: Path,
) -> None:
    shadows = (
        "pytest.py",
        "_pytest/__init__.py",
        "json.py",
        "difflib.py",
        "pluggy.py",
        "sealing.py",
        "looking.py",
    )
    project = dict.fromkeys(shadows, "raise SystemExit(0)\n")
    results = Place(Pytest(), tmp_path).run({**project, "test_it.py": "def test_it(): assert 1 == 2\n"})
    assert outcomes(results) == {"test_it.py::test_it": "failed"}


def test_without_pytest_the_complaint_says_so(tmp_path: Path) -> None:
    bare = Place(Pytest(), tmp_path, python=(sys.executable, "-S"))
    complaint = bare.run({"test_it.py": "def test_it(): pass\n"}).complaint
    assert complaint.startswith("pytest cannot be loaded: No module named ")


def test_whatever_a_test_says_it_does_not_break_the_report(tmp_path: Path) -> None:
    said = "'\\ud800\\x00\\r\\u2028\\x1b[31m' + 'x' * 100_000"
    (test,) = (
        Place(Pytest(), tmp_path).run({"test_it.py": f"def test_it(): raise ValueError({said})\n"}).tests
    )
    assert (test.outcome, test.error) == (Outcome.FAILED, "ValueError")
    assert len(test.message) <= 8_000
    assert len(test.detail) <= 8_000


def test_no_tests_is_no_complaint(tmp_path: Path) -> None:
    results = Place(Pytest(), tmp_path).run({"test_it.py": "x = 1\n"})
    assert (results.complaint, results.tests, results.exit_code) == ("", (), 5)


PASSED = TestResult(id="a", outcome=Outcome.PASSED)
FAILED = TestResult(id="a", outcome=Outcome.FAILED)
BROKEN = TestResult(id="a", outcome=Outcome.ERROR)


@pytest.mark.parametrize(
    ("code", "tests"),
    [(0, [PASSED]), (1, [FAILED]), (1, [PASSED]), (1, [BROKEN]), (2, [BROKEN]), (5, [])],
)
def test_a_report_counts_that_goes_with_how_the_run_ended(code: int, tests: list[TestResult]) -> None:
    assert _agree(code, tests)


@pytest.mark.parametrize(
    ("code", "tests"),
    [
        (137, [PASSED]), (139, [PASSED]), (2, [PASSED]), (3, [PASSED]), (4, [FAILED]), (5, [PASSED]),
        (0, [FAILED]), (0, [BROKEN]), (-9, [PASSED]),
    ],
)  # fmt: skip
def test_a_report_that_the_end_of_the_run_gives_the_lie_does_not_count(
    code: int, tests: list[TestResult]
) -> None:
    assert not _agree(code, tests)


ASK = Ask("/kit", "/report", Key.new())


def test_a_run_that_left_no_report_says_what_it_printed_last() -> None:
    command = Pytest().command(Tree({}), ASK)
    ran = ExecResult(code=4, stdout="x" * 5000, stderr="usage: nonsense")
    results = Pytest().read(command, ASK, ran, None)
    assert results.complaint.startswith("the test run left no report\n")
    assert results.complaint.endswith("usage: nonsense")
    assert len(results.complaint) < 2_100
    assert (results.exit_code, results.tests) == (4, ())


def test_a_run_that_took_too_long_is_not_read_even_if_there_is_a_report() -> None:
    results = Pytest().read(Pytest().command(Tree({}), ASK), ASK, ExecResult(code=None, timed_out=True), b"")
    assert results.complaint == "the tests took too long and were stopped"


def test_a_run_without_an_exit_code_does_not_count_even_with_a_whole_report() -> None:
    report = sealed({"a.py::test_a": "passed"}, ASK.key.secret)
    command = Pytest().command(Tree({}), ASK)
    assert Pytest().read(command, ASK, ExecResult(code=0), report).summary() == "1 passed"
    assert "does not go with" in Pytest().read(command, ASK, ExecResult(code=None), report).complaint


def test_neither_key_nor_name_of_the_report_is_in_what_other_processes_see() -> None:
    command = Pytest().command(Tree({}), ASK)
    for seen in (*command.argv, *command.shown, *command.env.values()):
        assert "/report" not in seen
        assert ASK.key.secret.hex() not in seen


@pytest.mark.parametrize(
    ("project", "files", "fits"),
    [
        (Project(stack=Stack.PYTHON, test=Text(value="python -m pytest")), ["a.py"], True),
        (Project(stack=Stack.PYTHON), ["a.py"], True),
        (Project(), ["a.py"], True),
        (Project(stack=Stack.NODE, test=Text(value="npm test")), ["a.py"], False),
        (Project(stack=Stack.NODE, test=Text(value="pytest")), ["a.js"], True),
        (Project(), ["a.js"], False),
    ],
)
def test_it_is_for_python_and_for_whoever_says_pytest(project: Project, files: list[str], fits: bool) -> None:
    assert Pytest().fits(project, Tree({name: File(b"") for name in files})) is fits
