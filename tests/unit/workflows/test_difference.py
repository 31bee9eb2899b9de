"""What is different between two trees, as a patch, or as a word on what cannot be one."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from workflows.difference import changed, patch_between
from workflows.errors import UserProblem
from workflows.tree import File, Tree

OLD = Tree({"a": File(b"1"), "b": File(b"2"), "c": File(b"3")}, {"link": "a"})


def test_the_patch_makes_the_second_of_the_first() -> None:
    new = Tree({"a": File(b"1"), "b": File(b"two"), "d": File(b"4")}, {"link": "a"})
    patch = patch_between(OLD, new)
    assert patch == Patch(
        changes=(
            FileChange(path="b", content="two"),
            FileChange(path="c", content=None),
            FileChange(path="d", content="4"),
        )
    )
    assert OLD.with_patch(patch) == new


def test_a_mode_is_a_change_but_not_one_that_a_patch_can_say() -> None:
    new = Tree({**OLD.files, "a": File(b"1", executable=True)}, OLD.links)
    assert changed(OLD, new) == {"a"}
    assert patch_between(OLD, new) == Patch()


@pytest.mark.parametrize(
    ("new", "named"),
    [
        (Tree({**OLD.files, "x.png": File(b"\xff\xfe")}, OLD.links), "'x.png' is no plain text file"),
        (Tree({**OLD.files, "x\u200b": File(b"")}, OLD.links), "is no plain text file"),
        (Tree(OLD.files, {"link": "b"}), "link is a symbolic link"),
        (Tree(OLD.files, {}), "link is a symbolic link"),
        (Tree({**OLD.files, "link": File(b"")}, {}), "link is a symbolic link"),
    ],
    ids=["binary", "odd name", "link turned", "link gone", "link replaced"],
)
def test_what_no_patch_can_say_is_named(new: Tree, named: str) -> None:
    with pytest.raises(UserProblem, match=named):
        patch_between(OLD, new)
