"""Asking the language's own library whether something can be read: any error is its answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from workflows.code.syntax import Node, Parsed

_READERS = frozenset(
    {
        *("ipaddress", "datetime", "json", "uuid", "decimal", "fractions", "urllib", "base64", "binascii"),
        *("codecs", "ast", "struct", "zoneinfo", "unicodedata", "html", "time", "locale", "tomllib"),
    }
)
"""Of the language's own library: what reads a text, and runs nobody else's code for it."""
_OF_TEXTS = frozenset(name for name in dir(str) if name.islower())


def is_asking_the_library(clause: Node, library: Collection[str]) -> bool:
    """`try: ipaddress.ip_address(text)`: all that can go wrong is what that one call says of it.

    To take what it reads, and something made up where it cannot be read, is no question.
    """
    tried = clause.parent.get("body") if clause.parent is not None else None
    done = [one for one in tried.children if one.kind != "comment"] if tried is not None else []
    if [[one.kind, *(part.kind for part in one.children)] for one in done] != [
        ["expression_statement", "call"]
    ]:
        return False
    parts = list(done[0].walk())
    calls = [function for part in parts if part.kind == "call" and (function := part.get("function"))]
    if not any(_is_of(function, library) for function in calls):
        return False
    return all(_is_of(function, library) or _is_of_texts(function) for function in calls) and not any(
        part.kind in {"keyword_argument", "lambda", "subscript"} and not _is_of_list(part) for part in parts
    )


def library_names(parsed: Parsed) -> frozenset[str]:
    """What the file imports of those that read texts, as it calls it."""
    found: set[str] = set()
    for node in parsed.root.walk():
        source = node.get("module_name") if node.kind == "import_from_statement" else None
        if node.kind == "import_statement" or source is not None:
            for name in node.all("name"):
                module = (source or name.get("name") or name).excerpt().partition(".")[0]
                if module in _READERS:
                    found.add((name.get("alias") or name).excerpt().partition(".")[0])
    return frozenset(found)


def _is_of(function: Node, library: Collection[str]) -> bool:
    return (
        re.fullmatch(r"[\w.]+", function.excerpt()) is not None
        and function.excerpt().split(".")[0] in library
    )


def _is_of_list(part: Node) -> bool:
    """`text.split("/")[0]`"""
    index = part.get("subscript")
    return index is not None and index.kind == "integer"


def _is_of_texts(function: Node) -> bool:
    name = function.get("attribute")
    return name is not None and name.excerpt() in _OF_TEXTS
