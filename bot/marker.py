"""The hidden line in what we write, by which it is found before it is ever written again."""

from __future__ import annotations

import re

_MARKER = re.compile(r"<!-- redfirst (?P<name>run|key|sticky)=(?P<value>[\w./#:@\[\]-]+) -->")


def mark(**names: str) -> str:
    return "\n".join(f"<!-- redfirst {name}={value} -->" for name, value in names.items() if value)


def find(text: str, name: str) -> str:
    """The value of the last marker of that name, since ours is written last; empty when there is none."""
    values = [found["value"] for found in _MARKER.finditer(text) if found["name"] == name]
    return values[-1] if values else ""


def has(text: str, name: str, value: str) -> bool:
    return mark(**{name: value}) in text
