"""A change as data: paths that stay inside, last write wins, one digest for one change."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.effects import PushCommit
from policies.patch import FileChange, Patch, is_workflow_file, safe_path

FINE = [
    "a",
    "a/b.py",
    "src/päckchen/ü.py",
    "with space/and (brackets)[1].py",
    ".gitignore",
    ".gitattributes",
    "a/.github.md",
    "git/x",
    "…/x",
    "a..b",
    "..a",
    "a" * 512,
]

NOT_INSIDE = [
    "",
    ".",
    "..",
    "/",
    "/etc/passwd",
    "//etc/passwd",
    "../x",
    "a/../b",
    "a/..",
    "./a",
    "a/./b",
    "a//b",
    "a/",
    "a" * 513,
]

NOT_PLAIN = [
    "a\\b",
    "..\\x",
    "C:\\x",
    "a\0b",
    "a\nb",
    "a\tb",
    "a\x1b[31m",
    "a\u200bb",
    "a\u202etxt.py",
    "a\ufeffb",
    "e\u0301.py",  # not in its one spelling: é as two characters
    "\ud800",
]

GITS_OWN = [
    ".git",
    ".git/config",
    ".GIT/hooks/pre-commit",
    ".Git/x",
    "a/.git/x",
    ".git./x",
    ".git /x",
    ".git. . /x",
    "git~1/config",
    "GIT~1/x",
    "a/Git~1",
    ".git:x",
    ".git::$INDEX_ALLOCATION/x",
]


@pytest.mark.parametrize("path", FINE)
def test_a_plain_path_inside_the_tree_is_taken_as_it_is(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize("path", NOT_INSIDE + NOT_PLAIN + GITS_OWN)
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|outside|git"):
        safe_path(path)


@pytest.mark.parametrize("path", GITS_OWN)
def test_what_git_takes_for_its_own_directory_is_named_so(path: str) -> None:
    with pytest.raises(ValueError, match="inside git's own directory"):
        safe_path(path)


@settings(deadline=None)
@given(st.text(max_size=600))
def test_no_path_that_is_taken_leads_out(path: str) -> None:
    try:
        taken = safe_path(path)
    except ValueError:
        return
    pure = PurePosixPath(taken)
    assert taken == path == str(pure)
    assert not pure.is_absolute()
    assert not {"..", ".", ".git"} & {part.lower() for part in pure.parts}


@settings(deadline=None)
@given(st.lists(st.sampled_from(["..", ".", "", ".git", "a", "b c", "GIT~1", "\\", "é"]), max_size=6))
def test_no_combination_of_odd_parts_leads_out(parts: list[str]) -> None:
    path = "/".join(parts)
    try:
        taken = safe_path(path)
    except ValueError:
        return
    assert set(taken.split("/")) <= {"a", "b c", "é"}


def test_a_change_holds_its_path_to_the_same_rule() -> None:
    with pytest.raises(ValidationError, match="outside the repository"):
        FileChange(path="../x", content="")


def test_a_change_cannot_say_a_mode_or_a_link() -> None:
    for more in ({"mode": "120000"}, {"link": "/etc"}, {"executable": True}):
        with pytest.raises(ValidationError, match="Extra inputs"):
            FileChange.model_validate({"path": "a", "content": "", **more})


def test_a_patch_read_back_is_held_to_the_rules_again() -> None:
    with pytest.raises(ValidationError):
        Patch.model_validate_json('{"changes": [{"path": "/etc/passwd", "content": "x"}]}')


def test_the_last_write_wins_and_paths_are_in_order() -> None:
    patch = (
        Patch()
        .with_change(FileChange(path="b", content="1"))
        .with_change(FileChange(path="a", content="2"))
        .with_change(FileChange(path="b", content="3"))
    )
    assert patch.paths() == ("a", "b")
    assert [change.content for change in patch.changes] == ["2", "3"]


def test_merging_lets_the_other_win() -> None:
    fix = Patch(changes=(FileChange(path="code", content="fix"), FileChange(path="test", content="weak")))
    test = Patch(changes=(FileChange(path="test", content="strict"), FileChange(path="z", content=None)))
    merged = fix.merged(test)
    assert {change.path: change.content for change in merged.changes} == {
        "code": "fix",
        "test": "strict",
        "z": None,
    }


def test_size_counts_bytes_and_a_deletion_is_none() -> None:
    patch = Patch(changes=(FileChange(path="a", content="é"), FileChange(path="b", content=None)))
    assert patch.size() == 2


CHANGES = st.lists(
    st.builds(
        FileChange,
        path=st.sampled_from(["a", "b", "c/d", "c/e"]),
        content=st.none() | st.text(st.characters(codec="utf-8"), max_size=20),
    ),
    max_size=8,
)


def _of(changes: list[FileChange]) -> Patch:
    patch = Patch()
    for change in changes:
        patch = patch.with_change(change)
    return patch


@settings(deadline=None)
@given(CHANGES, CHANGES)
def test_the_digest_depends_on_the_content_and_on_nothing_else(
    one: list[FileChange], two: list[FileChange]
) -> None:
    first, second = _of(one), _of(two)
    same = {c.path: c.content for c in first.changes} == {c.path: c.content for c in second.changes}
    assert (first.digest() == second.digest()) is same
    assert Patch.model_validate_json(first.model_dump_json()).digest() == first.digest()


@settings(deadline=None)
@given(CHANGES, CHANGES)
def test_merging_is_writing_one_after_the_other(one: list[FileChange], two: list[FileChange]) -> None:
    assert _of(one).merged(_of(two)) == _of([*one, *two])


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml",
        ".github/dependabot.yml",
        ".GITHUB/Workflows/x.YML",
        ".circleci/config.yml",
        "CODEOWNERS",
        "codeowners",
        "docs/CODEOWNERS",
        ".gitlab-ci.yml",
        "Jenkinsfile",
        ".travis.yml",
        ".github",
        ".circleci",
        "CODEOWNERS/x",
        ".gitlab-ci.yml/x",
    ],
)
def test_what_steers_ci_or_ownership_is_recognised(path: str) -> None:
    assert is_workflow_file(path)


@pytest.mark.parametrize(
    "path", ["src/github/x.py", "docs/ci.md", "my.github/x", "src/CODEOWNERS.py", "github/x"]
)
def test_other_files_are_not_taken_for_it(path: str) -> None:
    assert not is_workflow_file(path)


def test_the_rules_see_how_many_such_files_a_commit_has() -> None:
    patch = Patch(
        changes=(FileChange(path=".github/x", content="1"), FileChange(path="a", content="22")),
    )
    commit = PushCommit(key="k", repository="o/n", branch="b", base_sha="s", message="m", patch=patch)
    assert commit.context() == {"branch": "b", "files": 2, "bytes": 3, "workflow_files": 1}
