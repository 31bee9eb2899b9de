"""Many at once, but not all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What came of one: a value or an error."""

    value: Any = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        return self.error is None

    def get(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


async def gather(work: Sequence[Awaitable[Any]], *, at_once: int = 10) -> list[Any]:
    """The results, in the order of the work. The first error is raised once all have ended."""
    return [outcome.get() for outcome in await outcomes(work, at_once=at_once)]


async def outcomes(work: Sequence[Awaitable[Any]], *, at_once: int = 10) -> list[Outcome]:
    """What came of each, in the order of the work; no error is raised."""
    if at_once < 1:
        raise ValueError("at_once must be at least 1")
    gate = asyncio.Semaphore(at_once)
    done: list[Outcome] = []

    async def one(item: Awaitable[Any]) -> None:
        async with gate:
            try:
                done.append(Outcome(value=await item))
            except Exception as error:
                done.append(Outcome(error=error))

    for item in work:
        await one(item)
    return done
