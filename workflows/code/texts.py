"""What a string literal says, with its escapes read and its pieces put together, in any of the languages."""

from __future__ import annotations

import re

from workflows.code.syntax import Node

STRINGS = frozenset(
    {
        *("string", "concatenated_string", "template_string"),
        *("string_literal", "raw_string_literal", "interpreted_string_literal", "text_block"),
    }
)
_SUMS = frozenset({"binary_operator", "binary_expression"})
_WRAPS = frozenset({"parenthesized_expression", "concatenated_string"})
_HOLES = frozenset({"interpolation", "template_substitution"})

MAX_PIECES = 64
MAX_TEXT = 20_000

_ESCAPE = re.compile(
    r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}|[0-7]{1,3}|\n|.)"
)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "\n": ""}
_QUOTED = re.compile(r"\A([A-Za-z]*)(#*)('''|\"\"\"|['\"`])", re.DOTALL)


def said(node: Node) -> str | None:
    """The text, if it is written out in one piece or in pieces that are added up; None for anything else."""
    pieces = _pieces(node)
    found: list[str] = []
    for piece in pieces:
        text = _one(piece)
        if text is None:
            return None
        found.append(text)
    return "".join(found) if found else None


def roughly(node: Node) -> str:
    """The same, with what is not written out left away."""
    return "".join(_one(piece, holes=True) or "" for piece in _pieces(node))


def is_sum(node: Node) -> bool:
    if node.kind == "concatenated_string":
        return True
    operator = node.get("operator") if node.kind in _SUMS else None
    return operator is not None and operator.kind == "+"


def _pieces(node: Node) -> list[Node]:
    found: list[Node] = []
    todo = [node]
    # What is left to do counts, too: a long sum is deep on one side, and is not to be gone through each time.
    while todo and len(found) + len(todo) <= MAX_PIECES:
        piece = todo.pop()
        if piece.kind in _WRAPS or is_sum(piece):
            todo.extend(part for part in reversed(piece.children) if part.part != "operator")
        else:
            found.append(piece)
    return found if not todo and len(found) <= MAX_PIECES else []


def _one(node: Node, *, holes: bool = False) -> str | None:
    if node.kind not in STRINGS or node.end - node.start > MAX_TEXT:
        return None
    gaps = [child for child in node.children if child.kind in _HOLES]
    fills = ["" if holes else _plain(gap) for gap in gaps]
    if None in fills:
        return None
    raw = node.text
    if gaps:
        raw, at = "", node.start
        for gap, fill in zip(gaps, fills, strict=True):
            raw += node.source[at : gap.start].decode("utf-8", errors="replace") + (fill or "")
            at = gap.end
        raw += node.source[at : node.end].decode("utf-8", errors="replace")
    opened = _QUOTED.match(raw)
    if opened is None:
        return None
    prefix, hashes, quote = opened.groups()
    body = raw[opened.end() :].removesuffix(hashes).removesuffix(quote)
    unescaped = "r" in prefix.lower() or (node.kind == "raw_string_literal")
    return body if unescaped else _ESCAPE.sub(_read, body)


def _plain(gap: Node) -> str | None:
    """What fills a hole, where that is a string of one line without escapes."""
    inner = gap.children[0] if len(gap.children) == 1 else None
    if inner is None or inner.kind != "string" or inner.end - inner.start > MAX_TEXT:
        return None
    text = inner.text
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and "\\" not in text else None


def _read(match: re.Match[str]) -> str:
    escape = match[1]
    if escape[0] in "xuU" and len(escape) > 1:
        code = int(escape[1:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    if escape[0] in "01234567":
        return chr(int(escape, 8))
    return _PLAIN.get(escape, escape)
