"""Who may write where: the author new tests, the fixer the project's code, and nobody what steers a run."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from workflows.proof.integrity import (
    LARGEST_FILE,
    MOST_BYTES,
    MOST_FILES,
    author_objection,
    author_refusal,
    fixer_objection,
    fixer_refusal,
)
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.tree import File, Tree

SUITE = Suite(Pytest())
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
    assert author_objection(path, TREE, SUITE) is not None
    assert fixer_objection(path, TREE, SUITE) is not None


@pytest.mark.parametrize("path", ["tests/test_new.py", "shelf/test_new.py", "pages_test.py"])
def test_the_author_may_write_new_tests(path: str) -> None:
    assert author_objection(path, TREE, SUITE) is None


@pytest.mark.parametrize(
    "path", ["shelf/pages.py", "shelf/new.py", "README.md", "src/new/module.py", "data.json"]
)
def test_the_fixer_may_write_code(path: str) -> None:
    assert fixer_objection(path, TREE, SUITE) is None


@pytest.mark.parametrize(
    "path",
    ["shelf/pages.py", "shelf/new.py", "test_data.json", "tests/data.txt", "tests/__snapshots__/a.json"],
)
def test_the_author_may_not_write_code(path: str) -> None:
    said = f"{path} is not a test file; you may only write tests"
    assert author_objection(path, TREE, SUITE) == said


def test_the_author_may_add_to_tests_that_a_project_calls_otherwise() -> None:
    """And to nothing that is new there, or that holds no tests."""
    tree = Tree(
        {
            "tests/tests_pages.py": File(b"class TestPages:\n    def test_a(self): ...\n"),
            "tests/helpers.py": File(b"def books(): ...\n"),
            "shelf/pages.py": File(b"def test(): ...\n"),
        }
    )

    assert author_objection("tests/tests_pages.py", tree, SUITE) is None
    for path in ("tests/tests_new.py", "tests/helpers.py", "shelf/pages.py"):
        assert author_objection(path, tree, SUITE) == f"{path} is not a test file; you may only write tests"


def test_the_author_may_not_write_through_a_link() -> None:
    said = "tests/test_alias.py is a symbolic link; put your test in a new file"
    assert author_objection("tests/test_alias.py", TREE, SUITE) == said


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_pages.py",
        "tests/test_new.py",
        "tests/helper.py",
        "shelf/test_x.py",
        "tests/golden.json",
        "shelf/__snapshots__/pages.ambr",
        "shelf/testdata/in.csv",
        "src/__fixtures__/helper.ts",
    ],
)
def test_the_fixer_may_not_touch_tests_or_what_they_compare_with(path: str) -> None:
    assert fixer_objection(path, TREE, SUITE) == f"{path} is part of the tests; fix the code, not the tests"


@pytest.mark.parametrize("path", ["uv.lock", "web/package-lock.json", "Cargo.lock", "POETRY.LOCK"])
def test_nobody_writes_by_hand_what_a_tool_writes(path: str) -> None:
    said = f"{path} pins what is installed; it may not be changed by hand"
    assert fixer_objection(path, TREE, SUITE) == said
    assert author_objection(path, TREE, SUITE) == said


@pytest.mark.parametrize(
    "path",
    [
        ".venv/bin/python",
        ".venv/lib/python3.11/site-packages/_pytest/main.py",
        "api/venv/bin/test_x.py",
        "web/node_modules/jest/index.js",
        "Node_Modules/.bin/vitest",
        ".tox/py/bin/pytest",
    ],
)
def test_nobody_writes_by_hand_where_things_are_installed(path: str) -> None:
    said = f"{path} is where things are installed; they are not changed by hand"
    assert fixer_objection(path, TREE, SUITE) == said
    assert author_objection(path, TREE, SUITE) == said


def test_the_fixer_may_not_write_through_a_link() -> None:
    assert (
        fixer_objection("current", TREE, SUITE) == "current is a symbolic link; change the file it points to"
    )


def test_a_module_of_the_project_may_have_the_name_of_another() -> None:
    assert fixer_objection("calendar/__init__.py", TREE, SUITE) is None
    assert fixer_objection("calendar/new.py", TREE, SUITE) is None


def test_a_folder_called_src_is_no_name_of_a_module() -> None:
    assert fixer_objection("src/pages.py", TREE, SUITE) is None


@pytest.mark.parametrize("path", ["tests/shelf/__init__.py", "tests/shelf.py", "tests/json.py"])
def test_the_author_may_not_hide_a_module_behind_a_file_of_the_tests(path: str) -> None:
    assert author_objection(path, TREE, SUITE) is not None


# --- a whole patch --------------------------------------------------------------------------------------


def patch(**changes: str | None) -> Patch:
    named = {path.replace("__", "/") + ".py": text for path, text in changes.items()}
    return Patch(changes=tuple(FileChange(path=path, content=text) for path, text in named.items()))


def test_the_rules_hold_for_a_whole_patch() -> None:
    assert fixer_refusal(patch(shelf__pages="x"), TREE, SUITE) is None
    assert fixer_refusal(patch(shelf__pages="x", tests__test_pages="x"), TREE, SUITE) is not None
    assert author_refusal(patch(shelf__pages="x"), TREE, SUITE) is not None
    assert author_refusal(patch(tests__test_new="x"), TREE, SUITE) is None
    assert author_refusal(Patch(), TREE, SUITE) is None


def test_deleting_is_changing() -> None:
    assert fixer_refusal(patch(tests__test_pages=None), TREE, SUITE) is not None
    assert author_refusal(patch(tests__test_pages=None), TREE, SUITE) == (
        "tests/test_pages.py was there before; you may add to it, and not take it away"
    )


HERE = Tree({"tests/test_pages.py": File(b"def test_old():\n    assert 1\n"), "logo_test.py": File(b"\xff")})
OLD = "def test_old():\n    assert 1\n"


def test_the_author_may_add_a_test_to_a_file_that_is_there() -> None:
    more = f"{OLD}\n\ndef test_new():\n    assert 2\n"
    assert author_refusal(patch(tests__test_pages=more), HERE, SUITE) is None


@pytest.mark.parametrize("text", ["", OLD.replace("1", "2"), "def test_new():\n    assert 1\n"])
def test_the_author_may_not_change_what_is_in_it(text: str) -> None:
    refused = author_refusal(patch(tests__test_pages=text), HERE, SUITE)
    assert refused is not None
    assert refused.startswith("tests/test_pages.py was there before; you may add tests to it")


def test_the_author_may_not_write_over_what_is_no_text() -> None:
    assert author_refusal(patch(logo_test="x"), HERE, SUITE) is not None


def test_a_fix_of_very_many_files_is_for_a_person() -> None:
    many = {f"shelf__m{number}": "x\n" for number in range(MOST_FILES + 1)}
    said = f"{MOST_FILES + 1} files are changed; no more than {MOST_FILES} may be"
    assert fixer_refusal(patch(**many), TREE, SUITE) == said
    many.popitem()
    assert fixer_refusal(patch(**many), TREE, SUITE) is None


def test_what_counts_is_what_was_written_and_not_how_large_the_file_is() -> None:
    lines = [f"line {number}" for number in range(MOST_BYTES // 8)]
    large = Tree({"shelf/pages.py": File("\n".join(lines).encode())})
    assert fixer_refusal(patch(shelf__pages="\n".join([*lines, "more"])), large, SUITE) is None
    refused = fixer_refusal(patch(shelf__pages="\n".join(lines)), TREE, SUITE)
    assert refused is not None
    assert refused.endswith(f"bytes are written; no more than {MOST_BYTES} may be")


def test_no_file_may_become_very_large() -> None:
    same = "x" * 1_000 + "\n"
    huge = Tree({"shelf/pages.py": File(same.encode())})
    refused = fixer_refusal(patch(shelf__pages=same * (LARGEST_FILE // 1_000)), huge, SUITE)
    assert refused == f"shelf/pages.py is larger than {LARGEST_FILE} bytes"


# --- a project in a folder ------------------------------------------------------------------------------

API = Suite(Pytest(), "api")
MONO = Tree({"api/shelf.py": File(b""), "web/tests/test_web.py": File(b""), "web/conftest.py": File(b"")})


def test_what_steers_the_run_does_so_from_the_root_and_from_the_folder() -> None:
    for path in ("conftest.py", "api/conftest.py", "api/json.py", "web/conftest.py"):
        assert fixer_objection(path, MONO, API) is not None, path
    assert fixer_objection("api/shelf.py", MONO, API) is None


def test_the_tests_of_a_neighbour_are_tests_too() -> None:
    assert fixer_objection("web/tests/test_web.py", MONO, API) is not None
    assert author_objection("web/test_new.py", MONO, API) is not None  # nothing would collect it
    assert author_objection("api/tests/test_new.py", MONO, API) is None
