"""A commit on a new branch, made the way the bot makes it: blob, tree, commit, reference."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, cast

from .support import Client, loose

FIXED = b"def fizz(n):\n    return 'fizz' if n % 3 == 0 else str(n)\n"


async def tip(gh: Client, branch: str = "main") -> str:
    return loose(await gh.rest.git.async_get_ref("maintainer", "fizz", f"heads/{branch}"))["object"]["sha"]


async def commit(
    gh: Client, files: Mapping[str, bytes | None], message: str = "Fix fizz", parent: str | None = None
) -> str:
    git = gh.rest.git
    parent = parent or await tip(gh)
    entries: list[dict[str, Any]] = []
    for path, content in files.items():
        sha = None
        if content is not None:
            encoded = base64.b64encode(content).decode()
            blob = await git.async_create_blob("maintainer", "fizz", content=encoded, encoding="base64")
            sha = loose(blob)["sha"]
        entries.append({"path": path, "mode": "100644", "type": "blob", "sha": sha})
    tree = await git.async_create_tree("maintainer", "fizz", base_tree=parent, tree=cast("Any", entries))
    made = await git.async_create_commit(
        "maintainer", "fizz", message=message, tree=loose(tree)["sha"], parents=[parent]
    )
    return loose(made)["sha"]


async def branch(gh: Client, name: str, files: Mapping[str, bytes | None] | None = None) -> str:
    sha = await commit(gh, files or {"fizz.py": FIXED})
    await gh.rest.git.async_create_ref("maintainer", "fizz", ref=f"refs/heads/{name}", sha=sha)
    return sha
