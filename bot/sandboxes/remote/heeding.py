"""An SDK may keep to itself that it was cancelled, and go on. Whoever cancelled is heeded all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def heeding(work: Callable[[], Awaitable[T]]) -> T:
    task = asyncio.current_task()
    # More than one, where what is cancelled already cleans up after itself.
    before = task.cancelling() if task is not None else 0
    try:
        return await work()
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError
