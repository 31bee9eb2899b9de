"""Side by side, so many at once: what parks is taken up while others still work, what fails ends them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")

LOOK_SECONDS = 0.5
"""How often it is looked whether what is parked can go on. Who waits for a person does not feel it."""


class Parked(Exception):
    """Nothing more can be done now at these places: they wait for an answer, or for a time to come."""

    def __init__(self, waiting: Sequence[str], wake_at: datetime | None, why: str = "") -> None:
        super().__init__(", ".join(waiting))
        self.waiting = tuple(waiting)
        self.wake_at = wake_at
        self.why = why


async def together(
    works: Sequence[Callable[[], Awaitable[T]]], at_once: int, can_go_on: Callable[[Parked], bool]
) -> list[T]:
    """What each gave, in their order. Of several failures the first in that order counts.

    Parked only when all that are left are: as long as one still works, the others are taken up again when
    they can go on.
    """
    return await _Side(works, at_once, can_go_on).by_side()


class _Side(Generic[T]):
    def __init__(
        self,
        works: Sequence[Callable[[], Awaitable[T]]],
        at_once: int,
        can_go_on: Callable[[Parked], bool],
    ) -> None:
        self._works = works
        self._gate = asyncio.Semaphore(at_once)
        self._can_go_on = can_go_on
        self._tasks: list[asyncio.Task[T | Parked]] = []

    async def by_side(self) -> list[T]:
        self._tasks = [asyncio.create_task(self._one(work)) for work in self._works]
        try:
            while working := [task for task in self._tasks if not task.done()]:
                await asyncio.wait(working, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if any(_failed(task) for task in self._tasks):
                    break
                if not all(task.done() for task in self._tasks):
                    self._take_up()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for task in self._tasks:
            if (error := _failed(task)) is not None:
                raise error
        return _unless_parked([task.result() for task in self._tasks])

    def _take_up(self) -> None:
        for number, task in enumerate(self._tasks):
            parked = task.result() if task.done() else None
            if isinstance(parked, Parked) and self._can_go_on(parked):
                self._tasks[number] = asyncio.create_task(self._one(self._works[number]))

    async def _one(self, work: Callable[[], Awaitable[T]]) -> T | Parked:
        async with self._gate:
            try:
                return await work()
            except Parked as parked:
                return parked


def _failed(task: asyncio.Task[Any]) -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None


def _unless_parked(results: Sequence[T | Parked]) -> list[T]:
    parked = [result for result in results if isinstance(result, Parked)]
    if parked:
        times = [each.wake_at for each in parked if each.wake_at is not None]
        why = "; ".join(dict.fromkeys(each.why for each in parked if each.why))
        raise Parked([path for each in parked for path in each.waiting], min(times, default=None), why)
    return [result for result in results if not isinstance(result, Parked)]
