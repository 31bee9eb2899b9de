"""What a coroutine asked of a thread, and the way back to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

W = TypeVar("W")


class Asked(Generic[W]):
    """Made where it is waited for; `result` or `error` is set in the thread."""

    __slots__ = ("error", "future", "loop", "result", "work")

    def __init__(self, work: W) -> None:
        self.work = work
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.result: Any = None
        self.error: Exception | None = None

    def tell(self) -> None:
        if self.future.done():
            return  # whoever asked was cancelled meanwhile
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def wake(loop: asyncio.AbstractEventLoop, tell: Callable[..., None], *told: object) -> None:
    with suppress(RuntimeError):  # the loop was closed, so nobody waits
        loop.call_soon_threadsafe(tell, *told)


def tell_all(asked: Sequence[Asked[Any]]) -> None:
    for each in asked:
        each.tell()
