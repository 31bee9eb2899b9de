"""Little repositories, and changes of them."""

from __future__ import annotations

from collections.abc import Mapping

from policies.patch import FileChange, Patch
from workflows.tree import File, Tree


def tree(files: Mapping[str, str]) -> Tree:
    return Tree({path: File(text.encode()) for path, text in files.items()})


def patch(files: Mapping[str, str | None]) -> Patch:
    return Patch(changes=tuple(FileChange(path=path, content=files[path]) for path in sorted(files)))
