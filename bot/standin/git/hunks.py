"""The lines of a file's patch: which of them can be commented on, and where they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HEADER = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True)
class Line:
    position: int
    """Counted from the first hunk's header, over all hunks of the file."""
    text: str
    left: int | None
    right: int | None
    hunk: int

    def number(self, side: str) -> int | None:
        return self.left if side == "LEFT" else self.right


def lines(patch: str) -> list[Line]:
    found: list[Line] = []
    left = right = 0
    hunk = -1
    for position, text in enumerate(patch.split("\n")):
        header = _HEADER.match(text)
        if header:
            left, right, hunk = int(header[1]), int(header[2]), hunk + 1
            found.append(Line(position, text, None, None, hunk))
        elif text.startswith("\\"):
            found.append(Line(position, text, None, None, hunk))
        else:
            old, new = not text.startswith("+"), not text.startswith("-")
            found.append(Line(position, text, left if old else None, right if new else None, hunk))
            left, right = left + old, right + new
    return found


def at(found: Sequence[Line], side: str, number: int) -> Line | None:
    for line in found:
        if line.number(side) == number:
            return line
    return None


def at_position(found: Sequence[Line], position: int) -> Line | None:
    for line in found:
        if line.position == position and (line.left is not None or line.right is not None):
            return line
    return None


def until(found: Sequence[Line], last: Line) -> str:
    """The `diff_hunk` of a comment: the hunk from its header to the line."""
    part = [line.text for line in found if line.hunk == last.hunk and line.position <= last.position]
    return "\n".join(part)
