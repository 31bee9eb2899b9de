"""unittest, run for real: what it gives test by test, and that the tested code has no say in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.workflows.python_runs import Place, outcomes
from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack, Text
from workflows.proof.results import Results
from workflows.proof.runners.port import Ask
from workflows.proof.runners.sealed import Key
from workflows.proof.runners.unittest import Unittest
from workflows.tree import Tree

SHELF = """
def pages(books, each):
    return books // each


def inverse(books):
    return 1 / books
"""

TESTS = """
import sys
import unittest
import shelf


class TestIt(unittest.TestCase):
    def test_passes(self): self.assertEqual(shelf.pages(4, 2), 2)
    def test_asserts(self): self.assertEqual(shelf.pages(5, 2), 3)
    def test_raises_in_the_project(self): shelf.inverse(0)
    def test_skipped(self): self.skipTest("no shelf")
    def test_exits(self): sys.exit(0)
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_parts(self):
        for books in (1, 2):
            with self.subTest(books=books):
                self.assertEqual(shelf.pages(books, 1), 1)
    def test_parts_that_are_skipped(self):
        with self.subTest():
            self.skipTest("this part")


class TestSetUp(unittest.TestCase):
    def setUp(self): shelf.inverse(0)
    def test_it(self): pass
class TestTearDown(unittest.TestCase):
    def tearDown(self): shelf.inverse(0)
    def test_it(self): pass
class TestCleanUp(unittest.TestCase):
    def test_it(self): self.addCleanup(shelf.inverse, 0)
class TestClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls): shelf.inverse(0)
    def test_one(self): pass
    def test_two(self): pass
class TestClassSkipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("all")
    def test_it(self): pass
class TestClassEnd(unittest.TestCase):
    @classmethod
    def tearDownClass(cls): shelf.inverse(0)
    def test_it(self): pass
class TestWaiting(unittest.IsolatedAsyncioTestCase):
    async def test_it(self): shelf.inverse(0)
@unittest.skip("not now")
class TestNotNow(unittest.TestCase):
    def test_it(self): pass
"""

FILE = "tests/test_shelf.py"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    place = Place(Unittest(), tmp_path_factory.mktemp("place"))
    packaged = {
        "shelf/__init__.py": SHELF,
        "shelf/test/__init__.py": "",
        "shelf/test/test_in.py": "from unittest import *\nclass T(TestCase):\n    def test_it(self): pass\n",
    }
    odd = {
        "tests/test_not_there.py": "import nothing_of_this_name\n",
        "tests/helper.py": "raise ValueError\n",
    }
    return place.run({**packaged, FILE: TESTS, **odd}, trace=True)


def test_each_test_has_the_outcome_that_unittest_gives_it(results: Results) -> None:
    assert outcomes(results) == {
        "shelf/test/test_in.py::T::test_it": "passed",
        "tests/test_not_there.py": "error",
        f"{FILE}::TestIt::test_passes": "passed",
        f"{FILE}::TestIt::test_asserts": "failed",
        f"{FILE}::TestIt::test_raises_in_the_project": "failed",
        f"{FILE}::TestIt::test_skipped": "skipped",
        f"{FILE}::TestIt::test_exits": "failed",
        f"{FILE}::TestIt::test_expected": "skipped",
        f"{FILE}::TestIt::test_unexpected": "failed",
        f"{FILE}::TestIt::test_parts": "failed",
        f"{FILE}::TestIt::test_parts_that_are_skipped": "passed",
        f"{FILE}::TestSetUp::test_it": "error",
        f"{FILE}::TestTearDown::test_it": "error",
        f"{FILE}::TestCleanUp::test_it": "error",
        f"{FILE}::TestClass::test_one": "error",
        f"{FILE}::TestClass::test_two": "error",
        f"{FILE}::TestClassSkipped::test_it": "skipped",
        f"{FILE}::TestClassEnd::test_it": "passed",
        f"{FILE}::TestClassEnd::tearDownClass": "error",
        f"{FILE}::TestWaiting::test_it": "failed",
        f"{FILE}::TestNotNow::test_it": "skipped",
    }
    assert (results.exit_code, results.sealed, results.traced) == (1, True, True)
    assert results.command == ("python", "-m", "unittest", "discover")


@pytest.mark.parametrize(
    ("name", "error", "asserted", "frames"),
    [
        (f"{FILE}::TestIt::test_asserts", "AssertionError", True, [(FILE, 9)]),
        (f"{FILE}::TestIt::test_parts", "AssertionError", True, [(FILE, 20)]),
        (
            f"{FILE}::TestIt::test_raises_in_the_project",
            "ZeroDivisionError",
            False,
            [(FILE, 10), ("shelf/__init__.py", 7)],
        ),
        (
            f"{FILE}::TestWaiting::test_it",
            "ZeroDivisionError",
            False,
            [(FILE, 48), ("shelf/__init__.py", 7)],
        ),
        ("tests/test_not_there.py", "ModuleNotFoundError", False, []),
    ],
)
def test_a_failure_says_what_was_raised_and_where_it_came_by(
    results: Results, name: str, error: str, asserted: bool, frames: list[tuple[str, int]]
) -> None:
    test = results.by_id()[name]
    ours = [(frame.file, frame.line) for frame in test.frames if not frame.file.startswith("/")]
    assert (test.error, test.asserted, ours) == (error, asserted, frames)
    assert test.message
    assert test.message in test.detail


def test_a_test_touches_the_files_that_were_loaded_for_it_or_run_by_it(results: Results) -> None:
    by_id = results.by_id()
    for name in ("test_passes", "test_skipped"):
        assert {"shelf/__init__.py", FILE} <= set(by_id[f"{FILE}::TestIt::{name}"].touched)


NUMBERED = "class {0}(unittest.TestCase):\n" + "".join(f"    def test_{n}(self): pass\n" for n in range(4))
ORDERED = {
    "tests/__init__.py": "",
    "tests/test_a.py": "import unittest\n" + NUMBERED.format("One") + NUMBERED.format("Two"),
    "tests/test_b.py": "import unittest\n" + NUMBERED.format("Three"),
}


def test_the_files_that_are_asked_for_run_and_a_seed_gives_them_an_order(tmp_path: Path) -> None:
    place = Place(Unittest(), tmp_path)
    files = ("tests/test_a.py", "tests/test_b.py")

    def order(seed: int, *files: str) -> list[str]:
        return list(outcomes(place.run(ORDERED, *files, seed=seed)))

    plain, one = order(0, *files), order(1, *files)
    assert len(plain) == 12
    assert order(1, *files) == one != plain
    assert sorted(one) == plain
    found = [number for number, name in enumerate(one) if "::One::" in name]
    assert found == list(range(found[0], found[0] + 4))
    assert order(1) == order(0) == plain
    assert order(0, files[1]) == plain[8:]


def test_tests_see_what_they_would_see_of_python_m_unittest(tmp_path: Path) -> None:
    project = {"test_it.py": """
import os
import sys
import unittest

class T(unittest.TestCase):
    def test_input(self): self.assertEqual(os.readlink("/proc/self/fd/0"), os.devnull)
    def test_arguments(self): self.assertTrue(sys.argv[0].endswith("__main__.py"))
    def test_main(self): self.assertFalse(hasattr(sys.modules["__main__"], "main"))
    def test_path(self): self.assertFalse([at for at in sys.path if "kit" in at])
    def test_modules(self): self.assertNotIn("sealing", sys.modules)
"""}  # fmt: skip
    assert Place(Unittest(), tmp_path).run(project).summary() == "5 passed"


def test_a_file_that_cannot_be_loaded_is_an_error_of_that_file(tmp_path: Path) -> None:
    project = {
        "tests/test_a.py": "import sys\nsys.exit(0)\n",
        "tests/test_b.py": "import unittest\nraise unittest.SkipTest('later')\n",
        "tests/test_c.py": "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): pass\n",
    }
    results = Place(Unittest(), tmp_path).run(project, *project)
    assert outcomes(results) == {
        "tests/test_a.py": "error",
        "tests/test_b.py": "skipped",
        "tests/test_c.py::T::test_it": "passed",
    }


def test_code_below_src_is_found_and_what_is_called_like_a_part_of_python_is_not_taken_for_it(
    tmp_path: Path,
) -> None:
    shadows = ("json.py", "hashlib.py", "unittest.py", "traceback.py", "sealing.py")
    test = "import shelf, unittest\nclass T(unittest.TestCase):\n    def test_it(self): shelf.inverse(0)\n"
    project = {**dict.fromkeys(shadows, "raise SystemExit(0)\n"), "src/shelf.py": SHELF, "test_it.py": test}
    assert outcomes(Place(Unittest(), tmp_path).run(project)) == {"test_it.py::T::test_it": "failed"}


def test_no_tests_is_no_complaint(tmp_path: Path) -> None:
    results = Place(Unittest(), tmp_path).run({"test_it.py": "x = 1\n"})
    assert (results.complaint, results.tests, results.exit_code) == ("", (), 5)


def test_a_run_that_left_no_report_says_what_it_printed_last() -> None:
    ask = Ask("/kit", "/report", Key.new())
    command = Unittest().command(Tree({}), ask)
    results = Unittest().read(command, ask, ExecResult(code=1, stderr="no such program"), None)
    assert results.complaint == "the test run left no report\nno such program"


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("python -m unittest", True),
        ("python -m unittest discover -s tests", True),
        ("python -m pytest", False),
        ("", False),
    ],
)
def test_it_is_for_projects_that_say_so(said: str, fits: bool) -> None:
    project = Project(stack=Stack.PYTHON, test=Text(value=said))
    assert Unittest().fits(project, Tree({})) is fits
