"""The connection below a request, for those faults that happen to it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_KEY = "standin.connection"
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Connection:
    transport: asyncio.Transport

    def close(self) -> None:
        """After what has been written: to the client it looks as if there were no more."""
        self.transport.close()

    def reset(self) -> None:
        """A socket that does not linger ends with RST instead of FIN, and loses what was unsent."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()


class OpenProtocol(HttpToolsProtocol):
    """uvicorn's own, with a way for the application to get at the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, _KEY: Connection(transport)}


def connection_of(scope: MutableMapping[str, Any]) -> Connection:
    found = scope.get("state", {}).get(_KEY)
    if not isinstance(found, Connection):
        raise RuntimeError("only the stand-in's own server can break a connection")
    return found
