"""Again, after a while, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Policy:
    attempts: int = 3
    first: float = 0.1
    factor: float = 2.0
    longest: float = 5.0
    on: tuple[type[Exception], ...] = (OSError,)

    def pauses(self) -> list[float]:
        """Between the attempts."""
        return [min(self.longest, self.first * self.factor**n) for n in range(self.attempts - 1)]


async def retry(
    call: Callable[[], Awaitable[Any]],
    policy: Policy = Policy(),
    *,
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
) -> Any:
    for pause in policy.pauses():
        try:
            return await call()
        except policy.on:
            await sleep(pause)
    return await call()
