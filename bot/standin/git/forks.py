"""Forks: they see their parent's objects, and the parent takes over what is proposed to it."""

from __future__ import annotations

from bot.standin.git.run import Git


async def copy(parent: Git, fork: Git) -> None:
    """All branches; the objects are lent, so what the parent gets later is there at once."""
    info = fork.directory / "objects" / "info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "alternates").write_text(f"{(parent.directory / 'objects').absolute()}\n")
    await _fetch(fork, parent, "refs/heads/*:refs/heads/*")


async def bring(git: Git, fork: Git, branch: str, to: str) -> None:
    """A branch of the fork under another name here, as GitHub does for each pull request."""
    await _fetch(git, fork, f"refs/heads/{branch}:{to}")


async def _fetch(into: Git, source: Git, what: str) -> None:
    await into.run("fetch", "--quiet", "--no-tags", str(source.directory.absolute()), f"+{what}")
