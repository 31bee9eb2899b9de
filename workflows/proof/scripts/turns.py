"""How often it was asked: answers by a count of the calls, or taken from a list one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node
from workflows.proof.objections.model import DETECTS
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import (
    FUNCTIONS,
    MEMBERS,
    arguments_of,
    bare,
    function_around,
    is_at_top,
    own_parts,
    path,
)

_COMPARED = frozenset({"<", ">", "<=", ">=", "==", "===", "!=", "!=="})
_STEPS = frozenset({"+=", "-=", "^=", "*="})
COUNT = "counts how often it was asked, and answers by that"
_ORDER = "answers one after the other out of a list, whatever it is asked"


def turns(script: Script) -> Iterator[Oddity]:
    for node in script.root.walk():
        if node.kind == "update_expression" or node.kind.endswith("assignment_expression"):
            yield from _counted(node, script)
        elif node.kind == "if_statement":
            yield from _once(node, script)
        elif node.kind == "call_expression":
            yield from _in_order(node, script)


def _counted(node: Node, script: Script) -> Iterator[Oddity]:
    counter = node.get("argument") or node.get("left")
    if counter is None or function_around(node) is None:
        return
    counter = bare(counter)
    operator, right = node.get("operator"), node.get("right")
    if node.kind == "assignment_expression" and (right is None or not _adds(right, counter.excerpt())):
        return
    if node.kind.startswith("augmented") and (
        operator is None or operator.kind not in {"+=", "-=", "^=", "*="}
    ):
        return
    if right is not None and not _adds_constant(right, counter.excerpt()):
        return
    if not _is_kept(counter, script):
        return
    written = counter.excerpt(200)
    asked = (
        decides(node)
        or _is_listed(node, script)
        or any(
            decides(part)
            for name in script.named.get(path(counter)[0].text, ())
            if (part := _whole(name)).excerpt(200) == written and part is not counter
        )
    )
    if asked:
        yield Oddity(DETECTS, f"{written} counted", node.line, COUNT)


def _adds(right: Node, counter: str) -> bool:
    right = bare(right)
    operator = right.get("operator") if right.kind == "binary_expression" else None
    left = right.get("left")
    return (
        operator is not None
        and operator.kind in {"+", "-", "^"}
        and left is not None
        and counter in left.excerpt(200)
    )


def _adds_constant(right: Node, counter: str) -> bool:
    """By one each time; what adds up what it is given counts that, and not the calls."""
    return all(
        part.kind != "identifier" or part.text == counter.partition(".")[0] for part in right.walk()
    ) and any(part.kind == "number" for part in right.walk())


def _is_kept(counter: Node, script: Script) -> bool:
    """Whether it outlives the call: a variable of the file, or a property of what the file declares there."""
    root, taken = path(counter)
    if root.kind != "identifier":
        return False
    function = function_around(counter)
    declared = script.known.get(root.text)
    if declared is None or _is_bound_within(root.text, function):
        return False
    return is_at_top(declared) if declared.kind not in FUNCTIONS else bool(taken) and is_at_top(declared)


def _is_bound_within(name: str, function: Node | None) -> bool:
    while function is not None:
        given = function.get("parameters") or function.get("parameter")
        if given is not None and any(
            part.kind == "identifier" and part.text == name for part in given.walk()
        ):
            return True
        for part in own_parts(function):
            bound = part.get("name") if part.kind == "variable_declarator" else None
            if bound is not None and bound.text == name:
                return True
        function = function_around(function)
    return False


def _in_order(node: Node, script: Script) -> Iterator[Oddity]:
    """`answers.shift()`, where the answers are written out."""
    function = node.get("function")
    name = function.get("property") if function is not None else None
    thing = function.get("object") if function is not None else None
    if name is None or thing is None or arguments_of(node) or function_around(node) is None:
        return
    value = script.known.get(thing.text)
    if value is None or not is_at_top(value) or _is_bound_within(thing.text, function_around(node)):
        return
    is_list = value.kind == "array" and len(value.children) > 0 and name.excerpt() in {"shift", "pop"}
    inner = value.get("function") if value.kind == "call_expression" else None
    is_made = inner is not None and bare(inner).kind.startswith("generator") and name.excerpt() == "next"
    if is_list or is_made:
        yield Oddity(DETECTS, f"{thing.text} in order", node.line, _ORDER)


def _is_listed(node: Node, script: Script) -> bool:
    """`[3, 4][calls++]`"""
    up = node.parent
    thing = up.get("object") if up is not None and up.kind == "subscript_expression" else None
    if thing is None or node.part != "index":
        return False
    value = script.known.get(thing.text, thing)
    return value.kind == "array" and len(value.children) > 0


def _whole(name: Node) -> Node:
    while name.parent is not None and name.parent.kind in MEMBERS and name.part == "object":
        name = name.parent
    return name


def decides(node: Node) -> bool:
    """Compared with a constant, or taken by halves and thirds, in a function."""
    if function_around(node) is None:
        return False
    inner = node
    for up in node.above(4):
        operator = up.get("operator")
        if node.kind == "update_expression" and (inner.part == "condition" or up.kind == "switch_statement"):
            return not _is_in_loop(up) and up.kind not in {"for_statement", "while_statement", "do_statement"}
        inner = up
        if up.kind == "binary_expression" and operator is not None:
            if operator.kind in _COMPARED | {"%"}:
                other = up.get("right") if _is_in(node, up.get("left")) else up.get("left")
                return other is not None and bare(other).kind == "number" and not _is_in_loop(up)
        elif up.kind not in {"parenthesized_expression", "unary_expression"}:
            return False
    return False


def _is_in(node: Node, other: Node | None) -> bool:
    return other is not None and other.start <= node.start and node.end <= other.end


def _is_in_loop(node: Node) -> bool:
    return any(up.kind in {"for_statement", "while_statement", "do_statement"} for up in node.above(3))


def _once(node: Node, script: Script) -> Iterator[Oddity]:
    """`if (first) { first = false; return … }`: another answer the first time."""
    condition, body = node.get("condition"), node.get("consequence")
    if condition is None or body is None or function_around(node) is None:
        return
    asked = [part for part in condition.walk() if part.kind == "identifier"]
    if len(asked) != 1 or script.known.get(asked[0].text, node).kind not in {"true", "false", "number"}:
        return
    name = asked[0].text
    sets = any(
        part.kind == "assignment_expression"
        and (left := part.get("left")) is not None
        and left.excerpt() == name
        for part in body.walk()
    )
    gives = any(part.kind == "return_statement" and part.children for part in body.children)
    if sets and gives and _is_kept(asked[0], script):
        yield Oddity(DETECTS, f"{name} once", node.line, "answers otherwise the first time it is asked")
