"""Connections that cannot be held open for nothing: a request's head has to come soon, and be short.

The server under us bounds neither, reads on for ever what comes after an answer, and refuses requests for the
sake of connections that ask for nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.web.one_write import OneWrite
from bot.web.waiting import Waiting

HEAD_SECONDS = 10.0
UNREAD_SECONDS = 10.0
"""For a client to take what it was answered."""
LONGEST_HEAD = 64 * 1024
"""In bytes; checked after each read, of which one may bring some more."""
MOST_WAITING = 768
MOST_CONNECTIONS = 1024
"""With those whose request is whole: only these can be too many, and then one is told."""

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    _due: asyncio.TimerHandle | None = None
    _to_be_read: asyncio.TimerHandle | None = None
    _unread = 0
    """Bytes that were not of a body: of a head, of trailers, or of what stands between chunks."""
    _answering = False

    def __init__(self, *args: Any, waiting: Waiting, **given: Any) -> None:
        super().__init__(*args, **given)
        self._waiting = waiting

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.transport = cast("asyncio.Transport", OneWrite(self.transport, self.loop))
        self._begin_head()
        self._waiting.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting.remove(self)
        self._end_head()
        self._is_read()
        super().connection_lost(exc)

    def let_go(self) -> None:
        # Not counted from now on, though it may still have to take its last answer.
        self.connections.discard(self)
        self.transport.close()
        self._is_read()
        self._to_be_read = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

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
        self._waiting.add(self)

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
        self._waiting.remove(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._answering = bool(self.pipeline) or not self.cycle.response_complete
        if self.cycle.response_complete and self.cycle.more_body:
            # It was answered without its body: what is still to come is nobody's.
            self.transport.close()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._waiting.add(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._is_read()
        self._to_be_read = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._is_read()
        super().resume_writing()

    def _begin_head(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _end_head(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _is_read(self) -> None:
        if self._to_be_read is not None:
            self._to_be_read.cancel()
            self._to_be_read = None

    def _give_up(self) -> None:
        self._due = None
        if not self.transport.is_closing():
            self.transport.close()
