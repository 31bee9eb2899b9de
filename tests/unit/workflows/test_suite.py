"""A suite in a folder: what a runner says of its folder is said of the repository, and back again."""

from __future__ import annotations

import pytest

from workflows.proof.results import Frame, Outcome, Results, TestResult
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.tree import Tree

WHOLE, API = Suite(Pytest()), Suite(Pytest(), "packages/api")
TREE = Tree({})


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("packages/api/shelf.py", "shelf.py"),
        ("packages/api/tests/test_a.py", "tests/test_a.py"),
        ("packages/apis/shelf.py", None),
        ("packages/api", None),
        ("shelf.py", None),
    ],
)
def test_a_path_is_in_the_folder_or_is_not(path: str, inside: str | None) -> None:
    assert API.inside(path) == inside
    assert WHOLE.inside(path) == path
    if inside is not None:
        assert API.outside(inside) == path


def test_only_files_of_the_folder_are_asked_for() -> None:
    assert API.inside_all(["packages/api/test_a.py", "test_b.py"]) == ("test_a.py",)


def test_what_a_runner_gives_is_told_from_the_root() -> None:
    test = TestResult(
        id="tests/test_a.py::test_it",
        outcome=Outcome.FAILED,
        file="tests/test_a.py",
        message="tests/test_a.py:3: no",
        frames=(Frame(file="shelf.py", line=3), Frame(file="/usr/lib/python3/json.py", line=9)),
        touched=("shelf.py", "/usr/lib/x.py"),
    )
    (moved,) = API.from_root(Results(command=("pytest",), tests=(test,))).tests
    assert moved.id == "packages/api/tests/test_a.py::test_it"
    assert moved.file == "packages/api/tests/test_a.py"
    assert [frame.file for frame in moved.frames] == ["packages/api/shelf.py", "/usr/lib/python3/json.py"]
    assert moved.touched == ("packages/api/shelf.py", "/usr/lib/x.py")
    assert moved.message == test.message


def test_a_test_that_nobody_knows_a_file_of_gets_none() -> None:
    (moved,) = API.from_root(Results(command=(), tests=(TestResult(id="a", outcome=Outcome.PASSED),))).tests
    assert (moved.id, moved.file) == ("packages/api/a", "")


def test_from_the_root_itself_nothing_is_moved() -> None:
    results = Results(command=(), tests=(TestResult(id="a", outcome=Outcome.PASSED),))
    assert WHOLE.from_root(results) is results


@pytest.mark.parametrize(
    ("path", "is_test", "is_of_tests", "collects"),
    [
        ("packages/api/tests/test_a.py", True, True, True),
        ("packages/api/tests/golden.json", False, True, False),
        ("packages/web/__snapshots__/a.snap", False, True, False),
        ("packages/web/__fixtures__/a.json", False, True, False),
        ("packages/web/test_b.py", True, True, False),
        ("packages/api/shelf.py", False, False, False),
        ("packages/api/testdata.py", False, False, False),
    ],
)
def test_a_neighbours_tests_are_tests_and_are_not_run(
    path: str, is_test: bool, is_of_tests: bool, collects: bool
) -> None:
    assert (API.is_test(path), API.is_of_tests(path), API.collects(path)) == (is_test, is_of_tests, collects)


def test_a_folder_that_is_called_tests_itself_makes_all_in_it_part_of_the_tests() -> None:
    assert Suite(Pytest(), "tests").is_of_tests("tests/shelf.py")


@pytest.mark.parametrize(
    ("path", "steers"),
    [
        ("conftest.py", True),
        ("packages/api/conftest.py", True),
        ("packages/api/json.py", True),
        ("packages/api/shelf.py", False),
    ],
)
def test_what_steers_a_run_does_so_in_the_folder_and_above_it(path: str, steers: bool) -> None:
    assert API.is_configuration(path, TREE) is steers
