"""A transport on which the head of an answer and its body, said one after the other, are one packet."""

from __future__ import annotations

import asyncio
from typing import Any

MOST_GATHERED = 64 * 1024


class OneWrite:
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
