"""Names that a constant is carried by, from where it is written to where something is asked with it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflows.code.syntax import Node, Parsed

MOST = 8
"""How many names are followed from one constant."""

FEW = 4
"""With more in it, a list is one of the project's own."""

_GIVES = {
    "assignment": ("left", "right"),
    "named_expression": ("name", "value"),
    "variable_declarator": ("name", "value"),
    "default_parameter": ("name", "value"),
    "typed_default_parameter": ("name", "value"),
    "assignment_pattern": ("left", "right"),
    "object_assignment_pattern": ("left", "right"),
    "enum_assignment": ("name", "value"),
    "for_statement": ("left", "right"),
    "for_in_clause": ("left", "right"),
    "for_in_statement": ("left", "right"),
}
"""By kind: the part that gives the names, and the part that they are for."""
_LISTS = frozenset({"list", "tuple", "set", "array", "dictionary", "object", "expression_list"})
_NAMES = frozenset({"identifier", "property_identifier", "shorthand_property_identifier_pattern"})
_STOPS = frozenset({"block", "statement_block", "module", "program", "raise_statement", "throw_statement"})


def is_asked_by_name(node: Node, parsed: Parsed, asks: Callable[[Node], bool]) -> bool:
    """`KNOWN = "…"`, and then `title == KNOWN`; through lists, loops, defaults and other names, too."""
    todo, seen = list(_carriers(node)), set[str]()
    while todo and len(seen) < MOST:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for part in parsed.root.walk():
            if part.kind not in _NAMES or part.excerpt(200) != name or _is_given(part):
                continue
            if asks(_whole(part)):
                return True
            todo += _carriers(part)
    return False


def _carriers(node: Node) -> Iterator[str]:
    inner = node
    for up in node.above(12):
        parts = _GIVES.get(up.kind)
        if parts is not None:
            given = up.get(parts[0]) if inner.part == parts[1] else None
            if given is not None:
                yield from (part.excerpt(200) for part in given.walk() if part.kind in _NAMES)
            return
        # What a table holds is what it gives; and of many things one is nothing special.
        if up.kind in _STOPS or (up.kind == "pair" and inner.part == "value"):
            return
        if up.kind in _LISTS and len(up.children) > FEW:
            return
        inner = up


def _whole(name: Node) -> Node:
    """`Known.title` as a whole, where `title` is the name."""
    up = name.parent
    is_last = up is not None and up.kind in {"attribute", "member_expression"} and name.part in _LAST
    return up if is_last and up is not None else name


_LAST = frozenset({"attribute", "property"})


def _is_given(name: Node) -> bool:
    inner = name
    for up in name.above(3):
        parts = _GIVES.get(up.kind)
        if parts is not None:
            return inner.part == parts[0]
        inner = up
    return False
