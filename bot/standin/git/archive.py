"""A repository's files at one commit, as the archive that GitHub gives."""

from __future__ import annotations

import gzip

from bot.standin.git.run import Git


async def tarball(git: Git, full_name: str, commit: str) -> tuple[str, bytes]:
    """The archive's name and content; everything is below one folder, `owner-repository-abc1234`."""
    folder = f"{full_name.replace('/', '-')}-{commit[:7]}"
    tar = await git.run("archive", "--format=tar", f"--prefix={folder}/", commit)
    # A fixed time, so that one commit always gives the same bytes.
    return f"{folder}.tar.gz", gzip.compress(tar, mtime=0)
