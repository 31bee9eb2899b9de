"""Threads that share a few connections: as many as threads, and none is ever waited for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from bot.store.asked import Asked, wake
from bot.store.statements import Link

T = TypeVar("T")


class Threads:
    """No executor: its futures of two kinds cost more than the database does for a small row."""

    def __init__(self, size: int, connect: Callable[[], Link]) -> None:
        self._connect = connect
        self._idle: list[Link] = []
        self._asked: SimpleQueue[Asked[Callable[[], object]] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"redfirst-store-{number}", daemon=True)
            for number in range(size)
        ]
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[], T]) -> T:
        asked: Asked[Callable[[], object]] = Asked(work)
        self._asked.put(asked)
        return await asked.future

    def take(self) -> Link:
        """In one of the threads: a connection that nobody else uses. The one used last is the warmest."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def give_back(self, link: Link) -> None:
        self._idle.append(link)

    def forget_idle(self) -> None:
        """When one connection was cut, the others most likely were too."""
        while self._idle:
            self._idle.pop().driver.close()

    async def close(self) -> None:
        """What was asked before is still done."""
        for _ in self._threads:
            self._asked.put(None)
        await asyncio.to_thread(self._finish)
        self.forget_idle()

    def _finish(self) -> None:
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            if asked.future.cancelled():
                continue
            try:
                asked.result = asked.work()
            except Exception as error:  # noqa: BLE001 - not handled: carried to the caller whose error it is
                asked.error = error
            wake(asked.loop, asked.tell)
            # Nothing is held while nothing is asked.
            del asked
