"""What the store needs of a kind of database: its connections, and how writes are committed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.store.statements import Link

T = TypeVar("T")


class Database(Protocol):
    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def read(self, ask: Callable[[Link], T]) -> T:
        """Runs the function on a connection, in a thread."""
        ...

    async def write(self, change: Callable[[Link], T], *, single: bool = False) -> T:
        """All or nothing, and durable when it returns. May call the function again, so it only queries.

        `single` says that one statement at most changes something, which needs no transaction around it.
        """
        ...

    async def describe(self) -> str:
        """A sentence on what is there."""
        ...
