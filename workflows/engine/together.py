"""Side by side, so many at once: what parks waits for the others, what fails ends them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

T = TypeVar("T")


class Parked(Exception):
    """Nothing more can be done now at these places: they wait for an answer, or for a time to come."""

    def __init__(self, waiting: Sequence[str], wake_at: datetime | None, why: str = "") -> None:
        super().__init__(", ".join(waiting))
        self.waiting = tuple(waiting)
        self.wake_at = wake_at
        self.why = why


async def together(works: Sequence[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """What each gave, in their order. Of several failures the first in that order counts."""
    gate = asyncio.Semaphore(at_once)

    async def one(work: Callable[[], Awaitable[T]]) -> T | Parked:
        async with gate:
            try:
                return await work()
            except Parked as parked:
                return parked

    tasks = [asyncio.create_task(one(work)) for work in works]
    try:
        if tasks:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
    return _unless_parked([task.result() for task in tasks])


def _unless_parked(results: Sequence[T | Parked]) -> list[T]:
    parked = [result for result in results if isinstance(result, Parked)]
    if parked:
        times = [each.wake_at for each in parked if each.wake_at is not None]
        why = "; ".join(dict.fromkeys(each.why for each in parked if each.why))
        raise Parked([path for each in parked for path in each.waiting], min(times, default=None), why)
    return [result for result in results if not isinstance(result, Parked)]
