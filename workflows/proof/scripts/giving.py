"""Values of the test that a script gives back under some condition, or keeps in a table. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workflows.code.syntax import Node
from workflows.proof.knowing.conditions import BRANCHES
from workflows.proof.knowing.data import is_data
from workflows.proof.knowing.known import LONG, Known
from workflows.proof.scripts.shapes import FUNCTIONS, MEMBERS

_CHOOSES = frozenset({"&&", "||", "??"})
_TABLES = re.compile(r"(?:=|:)\s*(?:new\s+(?:Weak)?(?:Map|Set)\b|\[\s*\]|\{\s*\}|Object\.create\()")
_PUTS = frozenset({"set", "add", "push"})


def is_given_in_scripts(node: Node) -> bool:
    """`return long ? "…" : title`; `const it = "…"; return it` where something was asked."""
    inner, chosen = node, False
    for up in node.above(6):
        operator = up.get("operator")
        if (up.kind == "ternary_expression" and inner.part != "condition") or (
            up.kind == "binary_expression" and operator is not None and operator.kind in _CHOOSES
        ):
            chosen = True
        elif up.kind == "return_statement" or (up.kind == "arrow_function" and inner.part == "body"):
            return chosen or _is_in_branch(up)
        elif up.kind in {"variable_declarator", "assignment_expression"}:
            name = up.get("name") or up.get("left")
            is_value = inner.part in {"value", "right"}
            if name is None or not is_value or not (chosen or _is_in_branch(up)):
                return False
            return _is_returned(name.text, up)
        elif up.kind not in {"parenthesized_expression", "as_expression", "satisfies_expression"}:
            return False
        inner = up
    return False


def _is_in_branch(node: Node) -> bool:
    for up in node.above(12):
        if up.kind in BRANCHES or up.kind == "catch_clause":
            return True
        if up.kind in FUNCTIONS:
            return False
    return False


def _is_returned(name: str, node: Node) -> bool:
    function = next((up for up in node.above(40) if up.kind in FUNCTIONS), None)
    body = function.get("body") if function is not None else None
    given = [part for part in body.walk() if part.kind == "return_statement"] if body is not None else []
    return any([one.text for one in part.children] == [name] for part in given)


def holding(key: str | float, known: Mapping[str | float, Known]) -> Known | None:
    """A value of the test with little put around it: `{"title":"…"}`."""
    if not isinstance(key, str) or len(key) < LONG:
        return None
    long = (
        it
        for of, it in known.items()
        if isinstance(of, str) and LONG <= len(of) < len(key) <= 2 * len(of) and of in key and is_data(of)
    )
    return next((it for it in long if not it.shape and not it.defined), None)


def is_put_in_table(node: Node) -> bool:
    """`table[11] = 2`, `answers.set("…", 2)`: with a table that is made here."""
    up = node.parent
    if up is None:
        return False
    if up.kind == "subscript_expression" and node.part == "index":
        whole = up.parent
        is_written = whole is not None and whole.kind == "assignment_expression" and up.part == "left"
        return is_written and _is_table(up.get("object"))
    call = up.parent if up.kind == "arguments" else None
    function = call.get("function") if call is not None else None
    if function is None or up.children[0] is not node or function.kind not in MEMBERS:
        return False
    name = function.get("property")
    return name is not None and name.excerpt() in _PUTS and _is_table(function.get("object"))


def _is_table(thing: Node | None) -> bool:
    if thing is None or thing.kind != "identifier":
        return False
    made = re.compile(rf"(?<![\w.]){re.escape(thing.text)}\s*(?::[^=]*)?{_TABLES.pattern}")
    return made.search(thing.source.decode("utf-8", errors="replace")) is not None
