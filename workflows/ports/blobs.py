"""Blobs: what is kept by what it is, and which bases were measured before."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from workflows.ports.frozen import Frozen


class Digest(Frozen):
    """The name of a blob, where a record of one is kept."""

    digest: str


class Blobs(Protocol):
    async def put(self, content: bytes) -> str:
        """Kept by what it is; its digest is its name."""
        ...

    async def get(self, digest: str) -> bytes:
        """Gone when it is not here."""
        ...


class Baselines(Protocol):
    """Which bases were measured before, by what their results depend on."""

    async def find(self, key: str) -> str | None:
        """The name of a blob, which may be gone by now."""
        ...

    async def keep(self, key: str, digest: str) -> None: ...

    def measuring(self, key: str) -> AbstractAsyncContextManager[object]:
        """Of those here who would measure it at once one does, and the others find what came of it."""
        ...
