"""What a command printed, kept within a bound while it is read, and made safe to show. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from policies.redaction import Redactor
from workflows.ports import ExecResult, Tee

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


def collectors(limit: int, tee: Tee | None) -> tuple[Collector, Collector]:
    """For stdout and stderr."""
    if tee is None:
        return Collector(limit), Collector(limit)
    return Collector(limit, partial(tee, "stdout")), Collector(limit, partial(tee, "stderr"))


@dataclass(frozen=True)
class Ran:
    """A command that ran, its output still bytes."""

    code: int | None
    stdout: Collector
    stderr: Collector
    seconds: float
    timed_out: bool = False
    note: str = ""
    """What the sandbox has to add, such as that memory ran out."""

    def result(self) -> ExecResult:
        # No secret of ours is in there; what a repository has, or makes up, goes no further either.
        redact = Redactor()
        stderr = redact(self.stderr.text())
        if self.note:
            stderr = f"{stderr.rstrip()}\n[{self.note}]\n".lstrip("\n")
        return ExecResult(
            code=self.code,
            stdout=redact(self.stdout.text()),
            stderr=stderr,
            seconds=self.seconds,
            timed_out=self.timed_out,
            truncated=bool(self.stdout.left_out or self.stderr.left_out),
        )
