"""Blobs in a folder: archives, results, proofs, each named by its digest."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import secrets
from pathlib import Path

from bot.durable import make_folder, sync_folder
from workflows.errors import Gone, OperatorProblem

_FULL = {errno.ENOSPC, errno.EDQUOT}


class FolderBlobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> str:
        return await asyncio.to_thread(self._put, content)

    async def get(self, digest: str) -> bytes:
        try:
            return await asyncio.to_thread(self.path(digest).read_bytes)
        except FileNotFoundError as error:
            raise Gone(f"blob {digest[:12]} is not in {self._folder}") from error
        except OSError as error:
            raise OperatorProblem(
                f"cannot read blob {digest[:12]} in {self._folder}: {error.strerror}; "
                "make it readable for this user, or check the disk"
            ) from error

    def path(self, digest: str) -> Path:
        if not (len(digest) == 64 and digest.isalnum()):
            raise Gone(f"{digest!r} is not the name of a blob")
        return self._folder / digest[:2] / digest

    def _put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        try:
            if not _touched(path):
                make_folder(path.parent)
                _write(path, content)
            # Also when it was there: who put it there may have been killed before this, or not be as far yet.
            # The journal will point to it.
            for folder in (path.parent, self._folder):
                sync_folder(folder)
        except OSError as error:
            what = "make room" if error.errno in _FULL else "make it a folder that this user can write to"
            raise OperatorProblem(
                f"cannot write to {self._folder}: {error.strerror}; {what}, and try again"
            ) from error
        return digest


def _touched(path: Path) -> bool:
    """It is there, and young again: pruning lets alone what somebody may be about to refer to."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, under a name that only whole ones have."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


class MemoryBlobs:
    """The fake."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.kept[digest] = content
        return digest

    async def get(self, digest: str) -> bytes:
        try:
            return self.kept[digest]
        except KeyError as error:
            raise Gone(f"blob {digest[:12]} is not here") from error
