"""Plain http: a request is written anew, so that nothing in it means one thing here and another there."""

from __future__ import annotations

import asyncio

import h11

from bot.sandboxes.egress.pump import CHUNK, Budget

_LENGTH = frozenset({b"content-length", b"transfer-encoding"})
_LEFT_OUT = frozenset({b"host", b"connection", b"keep-alive", b"te", b"trailer", b"upgrade", b"expect"})
_HTTP = 80


def anew(request: h11.Request, name: str, port: int, path: bytes) -> h11.Request:
    """For the server itself, and for one answer only."""
    named = {
        word.strip().lower()
        for key, value in request.headers
        if key == b"connection"
        for word in value.split(b",")
    }
    host = name if port == _HTTP else f"{name}:{port}"
    headers = [(b"host", host.encode()), (b"connection", b"close")]
    for key, value in request.headers:
        left_out = key in _LEFT_OUT or key in named or key.startswith(b"proxy-")
        if key in _LENGTH or not left_out:
            headers.append((key, value))
    return h11.Request(method=request.method, target=path, headers=headers)


async def send(
    request: h11.Request,
    client: h11.Connection,
    reader: asyncio.StreamReader,
    far: asyncio.StreamWriter,
    budget: Budget,
    idle: float,
) -> None:
    """`request` and the body that the client sends after it."""
    server = h11.Connection(h11.CLIENT)
    event: h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED] = request
    while True:
        if isinstance(event, (h11.Request, h11.Data, h11.EndOfMessage)):
            content = server.send(event) or b""
            budget.take(len(content))
            far.write(content)
            await asyncio.wait_for(far.drain(), idle)
            if isinstance(event, h11.EndOfMessage):
                return
        elif event is h11.NEED_DATA:
            client.receive_data(await asyncio.wait_for(reader.read(CHUNK), idle))
        else:
            return
        event = client.next_event()
