"""Blobs that no row names any more, and files of writers that died."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from bot.store.maintenance.digests import Folder, names_of
from bot.store.maintenance.place import each
from bot.store.schema import METADATA

# A blob is written before the row that names it. No step takes a day between the two.
_GRACE_SECONDS = 24 * 60 * 60

_WHOLE = re.compile(r"[0-9a-f]{64}")
_TAKEN_OFF = "pruned"


def _back(path: Path) -> Path:
    """One that was taken off its shelf by a prune that was killed: whether it may go is asked anew."""
    whole = path.with_name(path.name.partition(".")[0])
    if path.name.startswith(f"{whole.name}.{_TAKEN_OFF}") and not whole.exists():
        return path.rename(whole)
    return path


class Unnamed:
    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._until = time.time() - _GRACE_SECONDS
        self._files: dict[str, Path] = {}
        for path in map(_back, folder.files()):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < self._until:
                    self._files[path.name] = path

    def spare(self, connection: sa.Connection, left: Callable[[sa.Table], sa.ColumnElement[bool]]) -> None:
        """Whatever a row names that is left stays."""
        for table in METADATA.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, sa.Text)]
            for row in each(connection, sa.select(*texts).where(left(table)), 100):
                for text in row:
                    for name in names_of(text, self._folder) & self._files.keys():
                        del self._files[name]

    def counted(self) -> tuple[int, int]:
        sizes = [path.stat().st_size for path in self._files.values()]
        return len(sizes), sum(sizes)

    def remove(self) -> tuple[int, int]:
        """How many, and their bytes."""
        sizes: list[int] = []
        for path in self._files.values():
            with contextlib.suppress(FileNotFoundError):  # somebody else prunes as well
                size = self._remove(path)
                sizes += [] if size is None else [size]
        return len(sizes), sum(sizes)

    def _remove(self, path: Path) -> int | None:
        if _WHOLE.fullmatch(path.name) is None:
            size = path.stat().st_size
            path.unlink()
            return size
        # Whoever puts the same blob again meanwhile touches it, or finds it gone and writes it again. So off
        # its shelf first, and back on it if it was touched after all.
        aside = path.with_name(f"{path.name}.{_TAKEN_OFF}{secrets.token_hex(4)}")
        path.rename(aside)
        found = aside.stat()
        if found.st_mtime >= self._until:
            aside.rename(path)
            return None
        aside.unlink()
        return found.st_size
