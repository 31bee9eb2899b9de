"""The hidden line in what we write, by which it is found before it is ever written again."""

from __future__ import annotations

import re

_MARKER = re.compile(r"<!-- redfirst (?P<name>run|key|sticky)=(?P<value>[\w./#:@\[\]-]+) -->")

_BEGIN = "<!-- redfirst "

LONGEST = 65_000
"""GitHub refuses a text of more than 65,536 characters, and a marker that is cut off is none."""


def mark(**names: str) -> str:
    return "\n".join(f"<!-- redfirst {name}={value} -->" for name, value in names.items() if value)


def below(text: str, **names: str) -> str:
    """The text with the marker as its end, whatever must go of a text that is too long. None but this one is
    left in it: a test could have printed one of ours."""
    text = text.replace(_BEGIN, f"{_BEGIN[:4]}\u200b{_BEGIN[4:]}")
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n\n… (cut: GitHub takes no more)"
    return f"{text}\n\n{mark(**names)}"


def around(said: str, ours: str) -> tuple[str, str]:
    """What people have written above and below our text, where it now begins as `ours` does. What they
    changed within it is not kept; where nothing of it is left, all is theirs."""
    said = said.replace("\r\n", "\n")
    found = list(_MARKER.finditer(said))
    if not found:
        return said.strip(), ""
    # Up to a comma: behind it stands who asked, who may be another each time.
    begin = ours.partition("\n")[0].partition(",")[0]
    above, begun, _ = said[: found[0].start()].partition(begin)
    return (above.strip() if begun else ""), said[found[-1].end() :].strip()


def find(text: str, name: str) -> str:
    """The value of the last marker of that name, since ours is written last; empty when there is none."""
    values = [found["value"] for found in _MARKER.finditer(text) if found["name"] == name]
    return values[-1] if values else ""


def has(text: str, name: str, value: str) -> bool:
    return mark(**{name: value}) in text
