"""What the guest in a remote sandbox says of a command, as it comes: bounded, whoever really speaks."""

from __future__ import annotations

import base64
import binascii
import zlib

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.sandboxes.remote.guest.frames import CHUNK
from workflows.errors import SandboxBroken
from workflows.printed import Collector

_LONGEST_LINE = 4 * CHUNK


class End(BaseModel):
    """The last frame."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: int | None = None
    timed_out: bool = False
    seconds: float = 0.0
    dropped: tuple[int, int] = (0, 0)
    oom: bool = False
    broken: str = ""
    missing: tuple[str, ...] = ()
    root: bool = True
    kernel: str = ""


class Frames:
    def __init__(self, out: Collector, err: Collector) -> None:
        self.end: End | None = None
        self._out, self._err = out, err
        self._rest = ""

    def hear(self, text: str) -> None:
        *lines, self._rest = (self._rest + text).split("\n")
        if len(self._rest) > _LONGEST_LINE:
            raise SandboxBroken("The sandbox answers with what no command of ours prints.")
        for line in lines:
            if line and self.end is None:
                self._take(line)

    def _take(self, line: str) -> None:
        kind, _, packed = line.partition(" ")
        try:
            unpack = zlib.decompressobj()
            payload = unpack.decompress(base64.b64decode(packed, validate=True), CHUNK + 1)
            if len(payload) > CHUNK:
                raise SandboxBroken("The sandbox answers with more than it was asked for.")
            match kind:
                case "o" | "O":
                    self._out.feed(payload)
                case "e" | "E":
                    self._err.feed(payload)
                case "x":
                    self.end = End.model_validate_json(payload)
                    self._out.skip(max(0, self.end.dropped[0]))
                    self._err.skip(max(0, self.end.dropped[1]))
                case _:
                    """Of a provider, or of a login shell: not for us."""
        except (binascii.Error, zlib.error, ValidationError, ValueError) as odd:
            if kind in {"o", "O", "e", "E", "x"}:
                raise SandboxBroken("The sandbox answers with what no command of ours prints.") from odd
