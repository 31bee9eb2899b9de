"""A patch is whole files of text: a symbolic link or a submodule can neither be said nor written through."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from policies.patch import FileChange, Patch
from workflows.tree import File, Tree


@pytest.mark.parametrize(
    "more", [{"mode": "120000"}, {"mode": "160000"}, {"type": "commit"}, {"target": "/etc/passwd"}]
)
def test_a_patch_has_no_word_for_a_link(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Patch.model_validate({"changes": [{"path": "a", "content": "b"} | more]})


def test_a_link_that_is_overwritten_becomes_a_plain_file() -> None:
    tree = Tree({}, {"link": "../../etc/passwd"}).with_patch(
        Patch(changes=(FileChange(path="link", content="x"),))
    )
    assert dict(tree.files) == {"link": File(b"x")}
    assert dict(tree.links) == {}
