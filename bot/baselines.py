"""Which base was measured before: a small file for each, that names the blob with what came of it."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from pathlib import Path
from weakref import WeakValueDictionary

from bot.durable import make_folder

MOST = 10_000
_LONGEST = 200


class _OneAtATime:
    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def measuring(self, key: str) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())


class FolderBaselines(_OneAtATime):
    """Nothing is lost with it but time: it is written without being synced, and read with suspicion."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def find(self, key: str) -> str | None:
        return await asyncio.to_thread(self._find, key)

    async def keep(self, key: str, digest: str) -> None:
        await asyncio.to_thread(self._keep, key, digest)

    def _find(self, key: str) -> str | None:
        try:
            with self._path(key).open("rb") as file:
                said = file.read(_LONGEST).decode(errors="replace")
        except OSError:
            return None
        return said if len(said) == 64 and said.isalnum() else None

    def _keep(self, key: str, digest: str) -> None:
        path = self._path(key)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        try:
            make_folder(path.parent)
            part.write_text(digest)
            part.rename(path)
            self._trim()
        except OSError:
            # The next run measures once more; that it could not be noted here is no reason to fail this one.
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _trim(self) -> None:
        """The oldest half, once there are too many."""
        kept = list(self._folder.iterdir())
        if len(kept) > MOST:
            for path in sorted(kept, key=lambda path: path.stat().st_mtime)[: len(kept) // 2]:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key


class MemoryBaselines(_OneAtATime):
    """The fake."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}

    async def find(self, key: str) -> str | None:
        return self.kept.get(key)

    async def keep(self, key: str, digest: str) -> None:
        self.kept[key] = digest
