"""Blobs in a folder: archives, results, proofs, each named by its digest."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from pathlib import Path

from workflows.errors import Gone, OperatorProblem


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

    def path(self, digest: str) -> Path:
        if not (len(digest) == 64 and digest.isalnum()):
            raise Gone(f"{digest!r} is not the name of a blob")
        return self._folder / digest[:2] / digest

    def _put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        part = path.with_name(f"{digest}.{secrets.token_hex(4)}")
        try:
            if path.exists():
                return digest
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                _write(part, content)
                part.rename(path)
            finally:
                part.unlink(missing_ok=True)
            for folder in (path.parent, self._folder):
                _sync(folder)
        except OSError as error:
            raise OperatorProblem(f"cannot write to {self._folder}: {error.strerror}") from error
        return digest


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """A name in a folder is durable when the folder is: the journal will point to it."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


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
