"""What a command printed, kept within a bound while it is read, and made safe to show.

People and models are shown a part of what is long. The whole of it is put aside under its digest, which the
journal has.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Literal

from policies.redaction import Redactor
from workflows.ports.blobs import Blobs
from workflows.ports.frozen import Frozen

STREAM_BYTES = 8 * 1024**2
"""Of each stream, where the whole is wanted: what is in the middle of even more is lost."""

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*+[ -/]*+[@-~]"  # CSI: colours, cursor movements
    r"|\x1b[\]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\)"  # OSC, DCS, SOS, PM, APC: titles, links, clipboards
    r"|\x1b[ -/]*+[0-~]"  # everything of two or three characters
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"  # what is left: single controls, C0 and C1
)
"""Possessive and stopping at the next escape: linear on whatever hostile output there is."""


def clean(raw: bytes) -> str:
    """Text for people, logs and models: no terminal escapes, one kind of line end, always valid UTF-8."""
    text = raw.decode("utf-8", errors="replace").replace("\r\n", "\n")
    return _ESCAPES.sub("", text).replace("\r", "\n")


class Collector:
    """Keeps the head and the tail of a stream, never more than about 1.5 times its limit in memory."""

    def __init__(self, limit: int, tee: Callable[[bytes], None] | None = None) -> None:
        self._tee = tee
        self._head_limit = limit - limit // 2
        self._tail_limit = limit // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._seen = 0

    def feed(self, chunk: bytes) -> None:
        if self._tee and chunk:
            self._tee(chunk)
        self._seen += len(chunk)
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        self._tail += chunk
        # Trimming at twice the tail, not at each chunk, keeps small writes from costing a copy each.
        if len(self._tail) > 2 * self._tail_limit:
            del self._tail[: len(self._tail) - self._tail_limit]

    def skip(self, count: int) -> None:
        """What was left out on the way here already, between the head and the tail."""
        self._seen += count

    @property
    def seen(self) -> int:
        return self._seen

    @property
    def left_out(self) -> int:
        return max(0, self._seen - self._head_limit - self._tail_limit)

    def raw(self) -> bytes:
        """Exactly what was printed, as long as nothing was left out."""
        return bytes(self._head + self._tail[max(0, len(self._tail) - self._tail_limit) :])

    def text(self) -> str:
        if not self.left_out:
            return clean(self.raw())
        tail = self._tail[max(0, len(self._tail) - self._tail_limit) :]
        return f"{clean(bytes(self._head))}\n[… {self.left_out} bytes left out …]\n{clean(bytes(tail))}"


class Whole(Frozen):
    """Where all of what is shown in part is kept."""

    printed: str
    """The digest of the blob."""
    bytes: int


class Printed:
    """A tee that keeps all it is told, up to a bound."""

    def __init__(self, limit: int = STREAM_BYTES) -> None:
        self._streams = {"stdout": Collector(limit), "stderr": Collector(limit)}

    def __call__(self, stream: Literal["stdout", "stderr"], chunk: bytes) -> None:
        self._streams[stream].feed(chunk)

    def text(self) -> str:
        """One stream after the other: a secret in one of them stays in a piece, and is found."""
        redact = Redactor()
        told = {name: redact(stream.text()) for name, stream in self._streams.items() if stream.seen}
        if list(told) == ["stdout"]:
            return told["stdout"]
        return "\n".join(f"[{name}]\n{text}" for name, text in told.items())


async def kept(printed: Printed, blobs: Blobs) -> Whole:
    """Put aside as text, without escapes and secrets, as everything that is shown."""
    # Megabytes of somebody's choice: nobody else is to wait for them.
    content = (await asyncio.to_thread(printed.text)).encode()
    return Whole(printed=await blobs.put(content), bytes=len(content))
