"""A request as bytes on a socket: what a client can do that no HTTP library would."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Headers = Sequence[tuple[bytes, bytes]]


def head(
    given: Headers, *, method: str = "POST", path: str = "/webhooks/github", version: str = "1.1"
) -> bytes:
    lines = [f"{method} /webhooks/github HTTP/{version}".encode(), b"host: localhost"]
    return b"\r\n".join([*lines, *(name + b": " + value for name, value in given), b"", b""])


@dataclass(frozen=True)
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def status(self) -> int:
        """Of the next answer; 0 when the connection was closed instead."""
        try:
            line = await asyncio.wait_for(self.reader.readuntil(b"\r\n"), 15)
            rest = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        sizes = [each for each in rest.lower().split(b"\r\n") if each.startswith(b"content-length:")]
        await self.reader.readexactly(int(sizes[0].partition(b":")[2]) if sizes else 0)
        return int(line.split()[1])

    async def closed(self, within: float = 15) -> bool:
        """Nothing more comes."""
        try:
            return await asyncio.wait_for(self.reader.read(), within) == b""
        except ConnectionError:
            return True


@contextlib.asynccontextmanager
async def calling(url: str) -> AsyncGenerator[Caller]:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def told(url: str, *parts: bytes) -> int:
    """What is answered to this, on a connection of its own."""
    async with calling(url) as caller:
        await caller.send(*parts)
        return await caller.status()
