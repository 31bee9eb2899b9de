"""Who delivers: as many connections as are asked for, kept open, each with one request after the other.

A process of its own, on the plainest of protocols, with requests that were made and signed before: it must
not be what is measured. Against the `echo` floor it shows what it can do at most.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import cast
from urllib.parse import urlsplit

from bot.listening import new_loop
from tests.bench.delivering.payload import body, requests

LONGEST_ANSWER = 4_096


class Deliverer(asyncio.Protocol):
    """One connection. Answers have a content length, and are short."""

    def __init__(self, waiting: list[bytes], took: list[float], wrong: list[bytes]) -> None:
        self._waiting = waiting
        self._took = took
        self._wrong = wrong
        self._answer = b""
        self._began = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _whole(self._answer):
            return
        self._took.append(time.perf_counter() - self._began)
        if not self._answer.startswith((b"HTTP/1.1 202", b"HTTP/1.1 200")):
            self._wrong.append(self._answer)
        self.go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def go_on(self) -> None:
        assert self._transport is not None
        if not self._waiting:
            self.done.set_result(None)
            self._transport.close()
            return
        self._answer = b""
        self._began = time.perf_counter()
        self._transport.write(self._waiting.pop())


def _whole(answer: bytes) -> bool:
    head, found, rest = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    head = head.lower()
    at = head.find(b"content-length:")
    if at >= 0:
        return len(rest) >= int(head[at + 15 :].partition(b"\r\n")[0])
    return answer.endswith(b"0\r\n\r\n")


async def deliver(url: str, at_once: int, count: int) -> dict[str, float]:
    place = urlsplit(url)
    host, port = place.hostname or "", place.port or 80
    loop = asyncio.get_running_loop()
    waiting, took, wrong = requests(body(), count), list[float](), list[bytes]()
    made = [
        (await loop.create_connection(lambda: Deliverer(waiting, took, wrong), host, port))[1]
        for _ in range(at_once)
    ]
    # Not before all are connected: what is measured is many at once, and not how they come to be many.
    wall, cpu = time.perf_counter(), time.process_time()
    for each in made:
        each.go_on()
    await asyncio.gather(*(each.done for each in made))
    seconds = time.perf_counter() - wall
    if wrong:
        raise SystemExit(f"{len(wrong)} of {count} were refused: {wrong[0][:LONGEST_ANSWER]!r}")
    took.sort()
    return {
        "seconds": seconds,
        "count": count,
        "p50": took[len(took) // 2],
        "p99": took[int(len(took) * 0.99)],
        "cpu": time.process_time() - cpu,
    }


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            said = runner.run(deliver(asked["url"], asked["at_once"], asked["count"]))
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
