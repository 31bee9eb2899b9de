"""What many ask for at once is done as one: whoever asks in the same turn of the event loop shares a lot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")

MOST_IN_A_LOT = 256


class Lots(Generic[A, R]):
    def __init__(self, do: Callable[[Sequence[A]], Awaitable[Sequence[R]]]) -> None:
        """`do` gives a result for each, in their order; when it fails, it fails for all of them."""
        self._do = do
        self._gathered: list[tuple[A, asyncio.Future[R]]] = []
        self._going: set[asyncio.Task[None]] = set()

    def ask(self, item: A) -> asyncio.Future[R]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        if not self._gathered:
            loop.call_soon(self._go)
        self._gathered.append((item, future))
        return future

    async def finish(self) -> None:
        """What was asked before is done."""
        self._go()
        if self._going:
            await asyncio.wait(self._going)

    def _go(self) -> None:
        gathered, self._gathered = self._gathered, []
        for start in range(0, len(gathered), MOST_IN_A_LOT):
            task = asyncio.create_task(self._answer(gathered[start : start + MOST_IN_A_LOT]))
            self._going.add(task)
            task.add_done_callback(self._going.discard)

    async def _answer(self, lot: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            results = await self._do([item for item, _ in lot])
        except Exception as error:  # noqa: BLE001 - not handled: carried to the callers whose error it is
            for _, future in lot:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(lot, results, strict=True):
            if not future.done():  # whoever asked was cancelled meanwhile
                future.set_result(result)
