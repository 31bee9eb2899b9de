"""TOML, JSON and JSON with comments, out of hostile files: what is wrong is a sentence, never a crash."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import cast

from workflows.project.folder import MOST_BYTES, Folder

Table = dict[str, object]

MOST_DOTS = 500
"""In one line of TOML: reading a key takes time that grows with the square of its length."""

MOST_ENTRIES = 300
LONGEST = 500


class Unreadable(ValueError):
    """The file is not what its name says."""


def toml(folder: Folder, name: str, notes: list[str]) -> Table:
    return _kept(folder, name, notes, _toml)


def json_of(folder: Folder, name: str, notes: list[str]) -> Table:
    return _kept(folder, name, notes, _json)


def commented_json(text: str) -> Table:
    """JSON with comments and trailing commas."""
    return _json(_COMMA.sub(_no_comma, _COMMENT.sub(_no_comment, text)))


def table(value: object) -> Table:
    """Empty where there is none: what is of the wrong type says nothing."""
    return cast("Table", value) if isinstance(value, dict) else {}


def entries(value: object) -> list[object]:
    return cast("list[object]", value)[:MOST_ENTRIES] if isinstance(value, list) else []


def text(value: object) -> str:
    """One printable line of sensible length, or empty."""
    return value if isinstance(value, str) and len(value) <= LONGEST and value.isprintable() else ""


def texts(value: object) -> list[str]:
    return [one for one in map(text, entries(value)) if one]


def dig(value: object, *names: str) -> object:
    for name in names:
        value = table(value).get(name)
    return value


def _kept(folder: Folder, name: str, notes: list[str], parse: Callable[[str], Table]) -> Table:
    file = folder.tree.files.get(folder.at(name))
    if file is None:
        return {}
    if len(file.content) > MOST_BYTES:
        notes.append(f"{folder.at(name)} is larger than {MOST_BYTES // 1024} KiB, so it was not read")
        return {}
    try:
        return parse(file.content.decode("utf-8-sig"))
    except ValueError as error:
        notes.append(f"{folder.at(name)} cannot be read: {_brief(error)}")
        return {}


def _toml(said: str) -> Table:
    if any(line.count(".") > MOST_DOTS for line in said.splitlines()):
        raise Unreadable("a line of it is longer than what is read")
    try:
        return tomllib.loads(said)
    except RecursionError:
        raise Unreadable("it is nested too deep") from None


def _json(said: str) -> Table:
    try:
        value: object = json.loads(said)
    except RecursionError:
        raise Unreadable("it is nested too deep") from None
    if not isinstance(value, dict):
        raise Unreadable("it is not an object")
    return cast("Table", value)


def _brief(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return " ".join(str(error).split())[:200]


# Each alternative ends at the end of the text where its own end is missing: nothing is looked at twice.
_STRING = r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)'
_COMMENT = re.compile(rf"(?s:{_STRING})|//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)")
_COMMA = re.compile(rf"(?s:{_STRING})|,(?=\s*[}}\]])")


def _no_comment(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else " "


def _no_comma(found: re.Match[str]) -> str:
    return "" if found[0] == "," else found[0]
