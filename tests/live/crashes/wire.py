"""A cable between programs and a server, which a test can cut: nobody is told, and nothing comes through."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from random import Random
from urllib.parse import urlsplit


@dataclass(frozen=True)
class _Snap:
    words: bytes
    heard: bool


_NEVER = _Snap(b"\0never\0", heard=False)


class Wire:
    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._snap = _NEVER
        self._links: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self.port = 0

    def cut(self) -> None:
        self._whole.clear()

    def cut_at(self, words: bytes, *, heard: bool) -> None:
        """In the moment in which a program says this: before the server hears it, or before it can answer."""
        self._snap = _Snap(words, heard)

    @property
    def is_cut(self) -> bool:
        return not self._whole.is_set()

    def mend(self, chance: Random | None = None) -> None:
        """Some connections go on as if nothing had been, others turn out to be dead."""
        for ends in list(self._links.values()):
            if chance is not None and chance.random() < 0.5:
                for end in ends:
                    end.transport.abort()
        self._whole.set()

    async def lay(self) -> asyncio.Server:
        server = await asyncio.start_server(self._link, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def close(self) -> None:
        for task in list(self._links):
            task.cancel()

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        ends = self._links[task] = [writer]
        try:
            await self._whole.wait()
            far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
            ends.append(far_writer)
            there = asyncio.create_task(self._pass_on(reader, far_writer, outward=True))
            back = asyncio.create_task(self._pass_on(far_reader, writer, outward=False))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
                await asyncio.gather(there, back, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the server is not there, or the test is over
        finally:
            del self._links[task]
            for end in ends:
                end.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outward: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                snap = self._snap if outward and self._snap.words in data else _NEVER
                if snap is not _NEVER:
                    self._snap = _NEVER
                    self.cut()
                if not snap.heard:
                    await self._whole.wait()
                writer.write(data)
                await writer.drain()


@contextlib.asynccontextmanager
async def wire_to(url: str) -> AsyncGenerator[tuple[Wire, str]]:
    """The wire, and the URL of the server at its near end."""
    parts = urlsplit(url)
    wire = Wire(parts.hostname or "", parts.port or 0)
    server = await wire.lay()
    try:
        yield wire, url.replace(f":{parts.port}", f":{wire.port}", 1)
    finally:
        server.close()
        wire.close()
        await server.wait_closed()
