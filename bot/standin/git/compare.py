"""What lies between two commits: history, files, diff and patch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.standin.git.run import Git

_STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}
_RENAMES = ("--find-renames", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv")


@dataclass(frozen=True)
class FileChange:
    path: str
    previous: str | None
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None


async def merge_base(git: Git, base: str, head: str) -> str | None:
    out, code = await git.run_with_code("merge-base", base, head, accept=(0, 1))
    return out.decode().split()[0] if code == 0 else None


async def commits_between(git: Git, base: str, head: str) -> list[str]:
    """Oldest first, as GitHub lists them."""
    return (await git.text("rev-list", "--reverse", "--topo-order", f"{base}..{head}")).split()


async def history(git: Git, head: str, path: str | None = None) -> list[str]:
    only = ("--", f":(literal){path}") if path else ()
    return (await git.text("rev-list", head, *only)).split()


async def diff(git: Git, base: str, head: str) -> bytes:
    return await git.run("diff-tree", "-p", "-r", *_RENAMES, base, head)


async def patch(git: Git, base: str, head: str) -> bytes:
    return await git.run("format-patch", "--stdout", *_RENAMES, f"{base}..{head}")


async def empty_tree(git: Git) -> str:
    return (await git.run("hash-object", "-t", "tree", "-w", "--stdin")).decode().strip()


async def changed_files(git: Git, base: str, head: str) -> list[FileChange]:
    """One entry per file, in git's order, which both outputs share."""
    raw = await git.run("diff-tree", "-r", "-z", "--raw", "--numstat", *_RENAMES, base, head)
    patches = _patches((await diff(git, base, head)).decode(errors="replace"))
    fields = raw.decode(errors="replace").split("\0")
    at = 0
    found: list[tuple[str, str, str, str | None]] = []
    while fields[at].startswith(":"):
        _, _, _, sha, status = fields[at][1:].split(" ")
        moved = status[0] in "RC"
        found.append(
            (_STATUS[status[0]], sha, fields[at + (2 if moved else 1)], fields[at + 1] if moved else None)
        )
        at += 3 if moved else 2
    changes: list[FileChange] = []
    for (status, sha, path, previous), text in zip(found, patches, strict=True):
        added, removed, direct = fields[at].split("\t")
        # A moved file's two names come as fields of their own.
        at += 1 if direct else 3
        binary = added == "-"
        counts = (0, 0) if binary else (int(added), int(removed))
        changes.append(FileChange(path, previous, status, sha, *counts, None if binary else text))
    return changes


def _patches(diff_text: str) -> list[str | None]:
    """The hunks of each file; None where there are none, as with a pure rename."""
    parts = re.split(r"(?m)^diff --git ", diff_text)[1:]
    found: list[str | None] = []
    for part in parts:
        match = re.search(r"(?m)^@@ ", part)
        found.append(part[match.start() :].rstrip("\n") if match else None)
    return found
