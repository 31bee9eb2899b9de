"""A repository's files at one commit, as the archives that GitHub gives."""

from __future__ import annotations

import gzip

from bot.standin.git.run import Git

ENDINGS = {"tar": "tar.gz", "zip": "zip"}
TYPES = {"tar": "application/x-gzip", "zip": "application/zip"}


def folder(full_name: str, commit: str) -> str:
    """Everything is below this one, `owner-repository-abc1234`."""
    return f"{full_name.replace('/', '-')}-{commit[:7]}"


async def pack(git: Git, full_name: str, commit: str, kind: str) -> bytes:
    prefix = f"--prefix={folder(full_name, commit)}/"
    packed = await git.run("archive", f"--format={kind}", prefix, commit)
    # A fixed time, so that one commit always gives the same bytes.
    return gzip.compress(packed, mtime=0) if kind == "tar" else packed
