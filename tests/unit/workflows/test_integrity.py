"""Who may write where: the author new tests, the fixer the project's code, and nobody what steers a run."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from workflows.errors import UserProblem
from workflows.proof.integrity import author_objection, first_objection, fixer_objection
from workflows.proof.runners.detect import detect, named
from workflows.proof.runners.pytest import Pytest
from workflows.tree import File, Tree

RUNNER = Pytest()
TREE = Tree(
    {
        path: File(b"")
        for path in (
            "README.md",
            "shelf/pages.py",
            "shelf/link_target.py",
            "tests/test_pages.py",
            "tests/conftest.py",
            ".github/workflows/ci.yml",
            "CODEOWNERS",
            "calendar/__init__.py",
        )
    },
    {"current": "shelf", "tests/test_alias.py": "test_pages.py"},
)

STEERS_THE_RUN = [
    "conftest.py",
    "tests/conftest.py",
    "shelf/conftest.py",
    "pytest.ini",
    ".pytest.ini",
    "pytest.toml",
    ".pytest.toml",
    "tox.ini",
    "setup.cfg",
    "pyproject.toml",
    "sub/pyproject.toml",
    "noxfile.py",
    ".coveragerc",
    "x.pth",
    "sitecustomize.py",
    "usercustomize.py",
    "src/sitecustomize/__init__.py",
    "src/usercustomize.py",
    "x.dist-info/entry_points.txt",
    "src/x.egg-info/entry_points.txt",
    "pytest.py",
    "pytest/__init__.py",
    "_pytest/main.py",
    "src/pluggy.py",
    "json.py",
    "src/re/__init__.py",
]

STEERS_CI = [
    ".github/workflows/new.yml",
    ".github",
    ".github/test_x.py",
    "CODEOWNERS",
    "CODEOWNERS/test_x.py",
]

OUT_OF_PLACE = ["tests", "shelf", "README.md/test_x.py", "shelf/pages.py/test_x.py", "current/test_x.py"]


@pytest.mark.parametrize("path", STEERS_THE_RUN + STEERS_CI + OUT_OF_PLACE)
def test_nobody_may_write_what_steers_the_run_or_what_cannot_be(path: str) -> None:
    assert author_objection(path, TREE, RUNNER) is not None
    assert fixer_objection(path, TREE, RUNNER) is not None


@pytest.mark.parametrize("path", ["tests/test_new.py", "shelf/test_new.py", "pages_test.py"])
def test_the_author_may_write_new_tests(path: str) -> None:
    assert author_objection(path, TREE, RUNNER) is None


@pytest.mark.parametrize(
    "path", ["shelf/pages.py", "shelf/new.py", "README.md", "src/new/module.py", "data.json"]
)
def test_the_fixer_may_write_code(path: str) -> None:
    assert fixer_objection(path, TREE, RUNNER) is None


@pytest.mark.parametrize("path", ["shelf/pages.py", "shelf/new.py", "test_data.json", "tests/data.txt"])
def test_the_author_may_not_write_code(path: str) -> None:
    assert (
        author_objection(path, TREE, RUNNER)
        == f"{path} is not a test file; you may only write new test files"
    )


@pytest.mark.parametrize("path", ["tests/test_pages.py", "tests/test_alias.py"])
def test_the_author_may_not_touch_a_test_that_is_there(path: str) -> None:
    assert author_objection(path, TREE, RUNNER) == f"{path} exists; put your test in a new file"


@pytest.mark.parametrize(
    "path", ["tests/test_pages.py", "tests/test_new.py", "tests/helper.py", "shelf/test_x.py"]
)
def test_the_fixer_may_not_touch_tests(path: str) -> None:
    assert fixer_objection(path, TREE, RUNNER) == f"{path} is a test; fix the code, not the tests"


def test_the_fixer_may_not_write_through_a_link() -> None:
    assert (
        fixer_objection("current", TREE, RUNNER) == "current is a symbolic link; change the file it points to"
    )


def test_a_module_of_the_project_may_have_the_name_of_another() -> None:
    assert fixer_objection("calendar/__init__.py", TREE, RUNNER) is None
    assert fixer_objection("calendar/new.py", TREE, RUNNER) is None


def test_a_folder_called_src_is_no_name_of_a_module() -> None:
    assert fixer_objection("src/pages.py", TREE, RUNNER) is None


def test_the_rules_hold_for_a_whole_patch() -> None:
    good = FileChange(path="shelf/pages.py", content="x")
    bad = FileChange(path="tests/test_pages.py", content="x")
    assert first_objection(Patch(changes=(good,)), TREE, RUNNER, author=False) is None
    assert first_objection(Patch(changes=(good, bad)), TREE, RUNNER, author=False) is not None
    assert first_objection(Patch(changes=(bad,)), TREE, RUNNER, author=True) is not None
    assert first_objection(Patch(), TREE, RUNNER, author=True) is None


def test_deleting_is_changing() -> None:
    gone = Patch(changes=(FileChange(path="tests/test_pages.py", content=None),))
    assert first_objection(gone, TREE, RUNNER, author=False) is not None


def test_a_project_with_python_in_it_is_run_by_pytest() -> None:
    assert detect(TREE).name == "pytest"
    assert named("pytest").name == "pytest"


def test_a_project_that_nothing_fits_says_so() -> None:
    with pytest.raises(UserProblem, match="no test runner fits this project"):
        detect(Tree({"main.rs": File(b"")}))


def test_the_command_names_files_behind_a_double_dash() -> None:
    command = RUNNER.command("r.xml", ["-p evil.py"], 3)
    assert command[-2:] == ["--", "-p evil.py"]
    assert "--junitxml=r.xml" in command
    assert "--" not in RUNNER.command("r.xml", [], 3)


def test_a_src_layout_is_put_on_the_path_and_the_seed_is_fixed() -> None:
    assert RUNNER.environment(Tree({"src/a.py": File(b"")}), 7) == {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": "src",
    }
    assert RUNNER.environment(TREE, 0)["PYTHONPATH"] == ""


@pytest.mark.parametrize("path", ["tests/shelf/__init__.py", "tests/shelf.py", "tests/json.py"])
def test_the_author_may_not_hide_a_module_behind_a_file_of_the_tests(path: str) -> None:
    assert author_objection(path, TREE, RUNNER) is not None
