"""The proxy: a name is checked, looked up once, and the address that was checked is dialled."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import h11

from bot.sandboxes.egress import plain
from bot.sandboxes.egress.addresses import may_dial
from bot.sandboxes.egress.pump import CHUNK, Budget, Spent, both, drop, finish, pump
from bot.sandboxes.egress.rules import NOT_PUBLIC, NotAllowed, Rules, authority, url

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Tell = Callable[[str, str], None]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[str, int], Awaitable[Streams]]

_LAST_WORDS = 5.0


@dataclass(frozen=True)
class Bounds:
    connections: int = 64
    head_bytes: int = 16 * 1024
    head_seconds: float = 15.0
    dial_seconds: float = 15.0
    idle_seconds: float = 120.0
    seconds: float = 1800.0
    up_bytes: int = 64 * 1024**2
    """Few: a set-up fetches, and has nothing to send."""
    down_bytes: int = 8 * 1024**3


@dataclass(frozen=True)
class _Asked:
    client: h11.Connection
    request: h11.Request
    name: str
    port: int
    path: bytes
    """Empty for a tunnel."""


async def look_up(name: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def dial(address: str, port: int) -> Streams:
    return await asyncio.open_connection(address, port)


class Proxy:
    def __init__(
        self,
        rules: Rules,
        tell: Tell,
        *,
        resolve: Resolve = look_up,
        connect: Connect = dial,
        bounds: Bounds | None = None,
    ) -> None:
        """`tell` hears of each host that was asked for in vain, and why."""
        self._rules = rules
        self._tell = tell
        self._resolve = resolve
        self._connect = connect
        self._bounds = bounds or Bounds()
        self._open = 0
        self._up = Budget(self._bounds.up_bytes)
        self._down = Budget(self._bounds.down_bytes)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its end."""
        self._open += 1
        try:
            if self._open <= self._bounds.connections:
                await self._serve(reader, writer)
        finally:
            self._open -= 1
            drop(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await asyncio.wait_for(_asked(reader, self._bounds), self._bounds.head_seconds)
            far_reader, far = await self._dial(asked.name, asked.port)
        except NotAllowed as refused:
            self._tell(refused.host, refused.why)
            return await _answer(writer, "403 Forbidden", f"{refused.host} cannot be reached: {refused.why}")
        except h11.ProtocolError:
            return await _answer(writer, "400 Bad Request", "this is not a request")
        except (OSError, asyncio.TimeoutError):  # noqa: UP041  (3.9 has two)
            return await _answer(writer, "502 Bad Gateway", "nobody answers there")
        # From here on what the client reads is the server's: nothing of ours may come in between.
        try:
            exchange = self._exchange(asked, reader, writer, far_reader, far)
            await asyncio.wait_for(exchange, self._bounds.seconds)
        except Spent:
            self._tell("", "more was sent or fetched than a set-up may")
        except (OSError, asyncio.TimeoutError, h11.ProtocolError):  # noqa: UP041
            return None
        finally:
            drop(far)

    async def _exchange(
        self,
        asked: _Asked,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far: asyncio.StreamWriter,
    ) -> None:
        idle = self._bounds.idle_seconds
        if asked.path:
            anew = plain.anew(asked.request, asked.name, asked.port, asked.path)
            up = plain.send(anew, asked.client, reader, far, self._up, idle)
        else:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            up = self._tunnel(asked.client, reader, far)
        await both(up, pump(far_reader, writer, self._down, idle), down_ends=bool(asked.path))
        await finish(writer, _LAST_WORDS)

    async def _tunnel(
        self, client: h11.Connection, reader: asyncio.StreamReader, far: asyncio.StreamWriter
    ) -> None:
        early, _ = client.trailing_data
        self._up.take(len(early))
        far.write(early)
        await pump(reader, far, self._up, self._bounds.idle_seconds)

    async def _dial(self, name: str, port: int) -> Streams:
        # Before it is looked up, for to look up a name is to tell it to whoever answers for it.
        self._rules.check(name, port)
        addresses = await asyncio.wait_for(self._resolve(name, port), self._bounds.dial_seconds)
        internal = self._rules.is_internal(name, port)
        if not all(may_dial(address, internal=internal) for address in addresses):
            raise NotAllowed(name, NOT_PUBLIC)
        failed: Exception = OSError("it has no address")
        for address in addresses:
            try:
                return await asyncio.wait_for(self._connect(address, port), self._bounds.dial_seconds)
            except (OSError, asyncio.TimeoutError) as problem:  # noqa: UP041
                failed = problem
        raise failed


async def _asked(reader: asyncio.StreamReader, bounds: Bounds) -> _Asked:
    client = h11.Connection(h11.SERVER, max_incomplete_event_size=bounds.head_bytes)
    while (event := client.next_event()) is h11.NEED_DATA:
        client.receive_data(await reader.read(CHUNK))
    if not isinstance(event, h11.Request):
        raise h11.RemoteProtocolError("there is no request")
    name, port, path = (*authority(event.target), b"") if event.method == b"CONNECT" else url(event.target)
    return _Asked(client, event, name, port, path)


async def _answer(writer: asyncio.StreamWriter, status: str, said: str) -> None:
    body = f"redfirst: {said}\n".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    with contextlib.suppress(OSError, RuntimeError):
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
    await finish(writer, _LAST_WORDS)
