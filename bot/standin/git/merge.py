"""Merging without a work tree."""

from __future__ import annotations

from bot.standin.git.run import Git


async def merged_tree(git: Git, base: str, head: str) -> str | None:
    """The tree of the two together, or None where they conflict."""
    out, code = await git.run_with_code(
        "merge-tree", "--write-tree", "--no-messages", base, head, accept=(0, 1)
    )
    return out.decode().split("\n")[0] if code == 0 else None
