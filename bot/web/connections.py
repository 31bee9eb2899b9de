"""Connections that cannot be held open for nothing: a request's head has to come soon, and be short.

The server under us bounds neither, and reads on for ever what comes after an answer.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
LONGEST_HEAD = 64 * 1024
"""In bytes; checked after each read, of which one may bring some more."""
MOST_CONNECTIONS = 512

MOST_GATHERED = 64 * 1024

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class OneWrite:
    """A transport on which the head of an answer and its body, said one after the other, are one packet."""

    def __init__(self, under: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._under = under
        self._loop = loop
        self._gathered: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._gathered:
            self._loop.call_soon(self._flush)
        self._gathered.append(data)
        self._size += len(data)
        if self._size > MOST_GATHERED:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._under.close()

    def _flush(self) -> None:
        if self._gathered:
            self._under.write(b"".join(self._gathered))
            self._gathered.clear()
            self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._under, name)


class Connection(HttpToolsProtocol):
    _due: asyncio.TimerHandle | None = None
    _unread = 0
    """Bytes that were not of a body: of a head, of trailers, or of what stands between chunks."""
    _answering = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.transport = cast("asyncio.Transport", OneWrite(self.transport, self.loop))
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._unread > LONGEST_HEAD and not self.transport.is_closing():
            if not self._answering:
                self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        self._unread = 0
        self._answering = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._answering = bool(self.pipeline) or not self.cycle.response_complete
        if self.cycle.response_complete and self.cycle.more_body:
            # It was answered without its body: what is still to come is nobody's.
            self.transport.close()

    def _begin_head(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _end_head(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _give_up(self) -> None:
        self._due = None
        if not self.transport.is_closing():
            self.transport.close()
