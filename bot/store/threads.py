"""Threads that share a few connections: as many as threads, and none is ever waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.store.statements import Link

T = TypeVar("T")


class Threads:
    def __init__(self, size: int, connect: Callable[[], Link]) -> None:
        self._connect = connect
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="redfirst-store")
        self._idle: list[Link] = []

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

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
        await asyncio.to_thread(self._executor.shutdown)
        self.forget_idle()
