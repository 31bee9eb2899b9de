"""What is different between two trees."""

from __future__ import annotations

from pydantic import ValidationError

from policies.patch import FileChange, Patch
from workflows.errors import UserProblem
from workflows.tree import Tree


def changed(before: Tree, after: Tree) -> frozenset[str]:
    """The paths that are not the same in both."""
    paths = {*before.files, *before.links, *after.files, *after.links}
    return frozenset(
        path
        for path in paths
        if before.files.get(path) != after.files.get(path) or before.links.get(path) != after.links.get(path)
    )


def patch_between(before: Tree, after: Tree) -> Patch:
    """Makes the second of the first; UserProblem names what no patch of ours can say."""
    changes: list[FileChange] = []
    for path in sorted(changed(before, after)):
        if path in after.links or path in before.links:
            raise UserProblem(f"{path} is a symbolic link on one side: that cannot be part of a proof")
        old, new = before.files.get(path), after.files.get(path)
        if old and new and old.content == new.content:
            continue  # only its mode, which a patch has not
        try:
            changes.append(FileChange(path=path, content=None if new is None else new.content.decode()))
        except (UnicodeDecodeError, ValidationError) as error:
            raise UserProblem(f"{path!r} is no plain text file: that cannot be part of a proof") from error
    return Patch(changes=tuple(changes))
