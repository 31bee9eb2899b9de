"""A receiver of webhooks that keeps what came, and answers as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> str:
        return self.headers["x-github-event"]

    @property
    def payload(self) -> Any:
        return json.loads(self.body)

    @property
    def name(self) -> str:
        return f"{self.event}.{self.payload['action']}" if "action" in self.payload else self.event


@dataclass
class Receiver:
    url: str = ""
    status: int = 202
    received: list[Received] = field(default_factory=list[Received])

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.received]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append(Received(headers, body))
        writer.write(
            f"HTTP/1.1 {self.status} Said\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone".encode()
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@contextlib.asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhooks/github"
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()
