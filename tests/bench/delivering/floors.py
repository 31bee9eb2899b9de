"""The floors: the same server with the same door, that keeps nothing; and one that only reads and answers.

`door` is what `redfirst serve` puts before its store. `echo` looks for the end of a request and answers 202:
what is left when there is no HTTP server, and what whoever delivers can do at most.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import cast

from bot.listening import new_loop, serving
from bot.store.port import NewDelivery
from bot.web.webhook import Webhook
from tests.bench.delivering.payload import SECRET

_ANSWER = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"


class Echo(asyncio.Protocol):
    def __init__(self) -> None:
        self._left = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._left += data
        head, found, rest = self._left.partition(b"\r\n\r\n")
        if found and len(rest) >= int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]):
            self._left = b""
            self._transport.write(_ANSWER)


async def door() -> None:
    async def keep(_: NewDelivery) -> bool:
        return True

    async def announce(*_: str) -> None:
        pass

    async with serving(Webhook([SECRET.encode()], keep, announce)) as url:
        await _until_the_end(url)


async def echo() -> None:
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
    await _until_the_end(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def _until_the_end(url: str) -> None:
    print(json.dumps({"url": url}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(door() if sys.argv[1] == "door" else echo())
