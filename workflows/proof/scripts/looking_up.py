"""Whether an object that is written out in a script is a table: something is searched in it. Pure."""

from __future__ import annotations

import re

from workflows.code.syntax import Node
from workflows.proof.scripts.shapes import FUNCTIONS, MEMBERS, function_of

_LOOKS = frozenset(
    {"get", "has", "hasOwn", "at", "pick", "lookup", "find", "entries", "keys", "values", "Map"}
)


def is_looked_up(table: Node) -> bool:
    """Whether a value is searched in it; most objects are only filled and handed on."""
    inner = table
    for up in table.above(6):
        if up.kind in MEMBERS and inner.part == "object":
            return up.kind == "subscript_expression" or up.part == "function"
        if up.kind == "binary_expression":
            return inner.part == "right"
        if up.kind == "variable_declarator" or up.kind.endswith("assignment_expression"):
            name = up.get("name") or up.get("left")
            return name is not None and _is_searched(name)
        if up.kind in {"arguments", "spread_element", "parenthesized_expression", "as_expression"}:
            inner = up
            continue
        if up.kind in {"call_expression", "new_expression"}:
            last = function_of(up).rpartition(".")[2]
            if last in _LOOKS:
                return True
            if last not in {"freeze", "seal", "assign", "create"}:
                return _is_searched_by(up)
            inner = up
            continue
        # A field, a default, an export, or another object's part may be searched anywhere.
        return up.kind not in {"return_statement", "expression_statement", "arrow_function", "pair", "object"}
    return False


def _is_searched(name: Node) -> bool:
    if name.kind != "identifier":
        return True
    word = re.escape(name.text)
    return (
        re.search(
            rf"(?<![\w.]){word}\s*(?:\?\.)?\[\s*[^'\"`\s\]]|\bin\s+{word}\b|(?:keys|entries|values|has|hasOwn|get|Map)"
            rf"\(\s*{word}\b|{word}\.hasOwnProperty|\(\s*{word}\s*,\s*\w|exports?\b[^;\n]*\b{word}\b",
            name.source.decode("utf-8", errors="replace"),
        )
        is not None
    )


def _is_searched_by(call: Node) -> bool:
    """A function of this file that takes something from one thing that it is given by another."""
    name = function_of(call)
    top = list(call.above(400))[-1]
    for node in top.walk():
        given = node.get("name") or (node.parent.get("name") if node.parent is not None else None)
        if node.kind in FUNCTIONS and given is not None and given.text == name:
            head = node.get("parameters") or node
            parameters = set(re.findall(r"[A-Za-z_$][\w$]*", head.excerpt(300)))
            return any(_is_of_both(part, parameters) for part in node.walk())
    return False


def _is_of_both(node: Node, parameters: set[str]) -> bool:
    thing, index = node.get("object"), node.get("index")
    if node.kind != "subscript_expression" or thing is None or index is None:
        return False
    return {thing.text, index.text} <= parameters
