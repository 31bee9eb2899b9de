"""What is said to whoever sent us: a letter, a space, and the rest packed, a line each."""

from __future__ import annotations

import binascii
import json
import os
import zlib

CHUNK = 64 * 1024
EVERYTHING = 32 * 1024**2
"""Of each stream that somebody listens to. It is sent over a network, and a flood has no end."""


def say(kind: str, payload: bytes) -> None:
    packed = zlib.compress(payload, 1)
    line = b"%s %s\n" % (kind.encode(), binascii.b2a_base64(packed, newline=False))
    while line:
        line = line[os.write(1, line) :]


def end(**said: object) -> None:
    say("x", json.dumps(said).encode())


class Stream:
    """The head at once, the tail at the end: a longer head where somebody listens."""

    def __init__(self, kind: str, keep: int, everything: bool) -> None:
        self.kind = kind
        self.room = EVERYTHING if everything else keep - keep // 2
        self.limit = keep // 2
        self.tail, self.dropped = bytearray(), 0

    def feed(self, chunk: bytes) -> None:
        if self.room > 0:
            say(self.kind, chunk[: self.room])
            self.room, chunk = self.room - len(chunk), chunk[self.room :]
        self.tail += chunk
        if len(self.tail) > 2 * self.limit:
            self._trim()

    def finish(self) -> int:
        self._trim()
        for at in range(0, len(self.tail), CHUNK):
            say(self.kind.upper(), bytes(self.tail[at : at + CHUNK]))
        return self.dropped

    def _trim(self) -> None:
        over = len(self.tail) - self.limit
        if over > 0:
            self.dropped += over
            del self.tail[:over]
