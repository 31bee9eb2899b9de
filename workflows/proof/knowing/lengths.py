"""Asking for one value by how long it is, or its words are. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workflows.code.literals import key_of
from workflows.code.syntax import Node
from workflows.proof.knowing.data import is_data
from workflows.proof.knowing.known import Known

LENGTH = 13
"""What is shorter may well have a length of its own."""
WORDS = 3
EQUALS = frozenset({"==", "!=", "is", "in", "not in"})
_MEASURES_EACH = re.compile(r"\bmap\(\s*len\b|\blen\(\s*(\w+)\s*\)\s+for\s+\1\b")


def by_length(node: Node, texts: Mapping[str, Known]) -> Known | None:
    """`len(url) == 23`, `len(url) in {17, 23}`"""
    sides = [side for side in node.children if side.part == ""]
    operator = node.get("operators")
    if len(sides) != 2 or operator is None or operator.kind not in EQUALS:
        return None
    if not any(_measures(side) for side in sides):
        return None
    return _as_long(next((side for side in sides if not _measures(side)), node), texts)


def by_table(node: Node, texts: Mapping[str, Known]) -> Known | None:
    """`{17: "…"}[len(url)]`, `{17: "…"}.get(len(url))`: the numbers before the colons."""
    function = node.get("function") or node.get("value")
    table = (function.get("object") or function) if function is not None else None
    given = node.get("arguments") or node.get("subscript")
    asked = (
        given.children[0] if given is not None and given.kind == "argument_list" and given.children else given
    )
    if table is None or table.kind != "dictionary" or asked is None or not _measures(asked):
        return None
    keys = (pair.get("key") for pair in table.children)
    return next((here for key in keys if key is not None and (here := _as_long(key, texts))), None)


def by_lengths(node: Node, texts: Mapping[str, Known]) -> Known | None:
    """`[len(part) for part in url.split("/")] == [6, 0, 15]`: as its words are long, and no other's."""
    operator = node.get("operators")
    sides = [side for side in node.children if side.part == ""]
    if len(sides) != 2 or operator is None or operator.kind not in EQUALS:
        return None
    if not any(_MEASURES_EACH.search(side.excerpt(200)) for side in sides):
        return None
    wanted = {
        tuple(int(one.excerpt()) for one in part.children)
        for side in sides
        for part in side.walk()
        if part.kind in {"list", "tuple"} and len(part.children) >= WORDS
        if all(one.kind == "integer" and one.excerpt().isdigit() for one in part.children)
    }
    return next((it for key, it in texts.items() if wanted & _lengths(key)), None)


def _lengths(text: str) -> set[tuple[int, ...]]:
    return {tuple(map(len, text.split(by))) for by in (*set(re.findall(r"\W", text)), None)}


def _measures(side: Node) -> bool:
    return side.kind == "call" and side.excerpt(4) == "len("


def _as_long(numbers: Node, texts: Mapping[str, Known]) -> Known | None:
    """The text of the test that is so long."""
    wanted = {key for part in numbers.walk() if part.kind == "integer" and (key := key_of(part))}
    telling = {key for key in wanted if not isinstance(key, str) and key >= LENGTH and is_data(key)}
    return next((it for key, it in texts.items() if float(len(key)) in telling and is_data(key)), None)
