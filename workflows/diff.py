"""The lines of the new files that a diff shows: where a remark can stand."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HUNK = re.compile(r"@@ -\d+(?:,(?P<olds>\d+))? \+(?P<at>\d+)(?:,(?P<news>\d+))? @@")


def lines_shown(diff: str) -> Mapping[str, frozenset[int]]:
    """By path. A line that begins like a header is one only outside a hunk: files may hold anything."""
    shown: dict[str, set[int]] = {}
    path, at, olds, news = "", 0, 0, 0
    for line in diff.split("\n"):
        if olds > 0 or news > 0:
            if line.startswith(("+", " ")) or line == "":
                shown.setdefault(path, set()).add(at)
                at, news = at + 1, news - 1
            if not line.startswith(("+", "\\")):
                olds -= 1
            continue
        hunk = _HUNK.match(line)
        if line.startswith("+++ "):
            path = _unquoted(line.removeprefix("+++ ").partition("\t")[0]).removeprefix("b/")
        elif hunk and path != "/dev/null":
            at = int(hunk["at"])
            olds, news = int(hunk["olds"] or 1), int(hunk["news"] or 1)
    return {path: frozenset(lines) for path, lines in shown.items() if path}


_ESCAPED = re.compile(rb'\\([0-7]{3}|["\\abfnrtv])')
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def _unquoted(path: str) -> str:
    """Git writes a path with other than plain letters as C would write a text."""
    if not (path.startswith('"') and path.endswith('"') and len(path) > 1):
        return path

    def character(found: re.Match[bytes]) -> bytes:
        given = found[1]
        return bytes([int(given, 8) & 0xFF]) if given.isdigit() else _LETTERS.get(given, given)

    return _ESCAPED.sub(character, path[1:-1].encode()).decode(errors="replace")
