"""Bytes from one connection to another, within bounds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine

CHUNK = 64 * 1024


class Spent(Exception):
    """More was sent than one set-up may send."""


class Budget:
    """For all connections together, one direction."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Spent


async def pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: Budget, idle: float
) -> None:
    """Until the end of what there is to read; its other side is told of it."""
    while chunk := await asyncio.wait_for(reader.read(CHUNK), idle):
        budget.take(len(chunk))
        writer.write(chunk)
        await asyncio.wait_for(writer.drain(), idle)
    # Who is gone already need not be told.
    with contextlib.suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()


async def both(
    up: Coroutine[None, None, None], down: Coroutine[None, None, None], *, down_ends: bool
) -> None:
    """Two directions until both are done, or one fails. With `down_ends` it is over when `down` is."""
    ways = [asyncio.ensure_future(up), asyncio.ensure_future(down)]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        for way in ways[1:] if down_ends and not _failed(ways[0]) else ways:
            await way
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


def _failed(way: asyncio.Future[None]) -> bool:
    return way.done() and way.exception() is not None


def drop(writer: asyncio.StreamWriter) -> None:
    """Without waiting for the other side, who may never read what is left."""
    with contextlib.suppress(RuntimeError):
        writer.transport.abort()


async def finish(writer: asyncio.StreamWriter, seconds: float) -> None:
    """What was written gets its time to arrive."""
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        writer.close()
        await asyncio.wait_for(writer.wait_closed(), seconds)
    drop(writer)
