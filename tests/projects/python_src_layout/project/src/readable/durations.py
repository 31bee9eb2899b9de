"""Spans of time."""

from __future__ import annotations

_PARTS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def duration(seconds: int) -> str:
    """1h 2m 5s; parts that are nought are left out."""
    if seconds < 0:
        return f"-{duration(-seconds)}"
    said = []
    for name, length in _PARTS:
        count, seconds = divmod(seconds, length)
        if count:
            said.append(f"{count}{name}")
    return " ".join(said) or "0s"
