"""Where the bare repositories are kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.standin.git.run import Git


class GitStore:
    """A folder of bare repositories named by id, so that no name from outside becomes a path."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._home = root / "home"
        self._locks: dict[int, asyncio.Lock] = {}

    def repository(self, repository_id: int) -> Git:
        return Git(self.root / f"{repository_id}.git", self._home)

    def lock(self, repository_id: int) -> asyncio.Lock:
        """Held while a reference is read, judged and moved, which git itself does not do in one step."""
        return self._locks.setdefault(repository_id, asyncio.Lock())

    async def create(self, repository_id: int, default_branch: str) -> Git:
        self._home.mkdir(parents=True, exist_ok=True)
        git = self.repository(repository_id)
        await git.run("init", "--quiet", "--bare", "--template=", f"--initial-branch={default_branch}")
        return git
