"""Once: what is to be written is looked for before it is written, and again when that broke."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from bot.github.at import Ours
from bot.github.errors import RateLimited
from workflows.errors import Passing

T = TypeVar("T")

SETTLING = (0.5, 1.5, 4.0)
"""Seconds between looks. What GitHub has written its lists may show later, and it does not say how much."""


async def once(ours: Ours, find: Callable[[], Awaitable[T | None]], make: Callable[[], Awaitable[T]]) -> T:
    """For what stays as it was written: what was made from here is not even looked for again."""
    async with ours.writing:
        if ours.made is None:
            ours.made = await find() or await made(find, make)
        return cast("T", ours.made)


async def made(find: Callable[[], Awaitable[T | None]], make: Callable[[], Awaitable[T]]) -> T:
    """Whoever tries again at once, and finds nothing because the list is behind, would write it twice."""
    try:
        return await make()
    except RateLimited:
        raise  # what is refused for haste was not done
    except Passing:
        found = await settled(find)
        if found is None:
            raise
        return found


async def settled(find: Callable[[], Awaitable[T | None]]) -> T | None:
    for pause in SETTLING:
        await asyncio.sleep(pause)
        found = await find()
        if found is not None:
            return found
    return None
