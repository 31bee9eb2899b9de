"""In Python: functions that are made to count how often they are called. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows.code.syntax import Node


def makers(root: Node) -> Iterator[tuple[str, tuple[Node, str]]]:
    """Functions that give a function which counts its calls: that one, and the name it counts with."""
    for outer in root.walk():
        body = outer.get("body") if outer.kind == "function_definition" else None
        for inner in body.children if body is not None else ():
            name, made = outer.get("name"), inner.get("name")
            if inner.kind != "function_definition" or name is None or made is None or body is None:
                continue
            counter = next(iter(_counted_outside(inner)), "")
            if counter and any(_gives(one, made.excerpt()) for one in body.walk()):
                yield name.excerpt(), (inner, counter)


def _counted_outside(inner: Node) -> set[str]:
    """`nonlocal calls; calls += 1`"""
    outside = {
        part.excerpt() for node in inner.walk() if node.kind == "nonlocal_statement" for part in node.children
    }
    more = (node for node in inner.walk() if node.kind in {"assignment", "augmented_assignment"})
    return {left.excerpt() for node in more if is_one_more(node) and (left := node.get("left"))} & outside


def _gives(statement: Node, name: str) -> bool:
    return (
        statement.kind == "return_statement"
        and bool(statement.children)
        and statement.children[0].excerpt() == name
    )


def made_by(root: Node, known: Mapping[str, tuple[Node, str]]) -> set[str]:
    """`_times = _counter()`, in the module or in a class."""
    found: set[str] = set()
    for node in root.walk():
        left, right = (node.get("left"), node.get("right")) if node.kind == "assignment" else (None, None)
        function = right.get("function") if right is not None and right.kind == "call" else None
        if (
            left is not None
            and function is not None
            and function.excerpt() in known
            and not in_function(node)
        ):
            found.add(left.excerpt(100))
    return found


def is_one_more(node: Node) -> bool:
    right = node.get("right")
    if right is None:
        return False
    if node.kind == "augmented_assignment":
        return right.kind == "integer"
    return right.kind == "binary_operator" and any(part.kind == "integer" for part in right.children)


def in_function(node: Node) -> bool:
    return any(up.kind == "function_definition" for up in node.above())
