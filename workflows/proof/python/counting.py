"""In Python: a function that counts how often it is called, and answers otherwise the next time. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node, Parsed
from workflows.proof.python.asked import Asked, decides
from workflows.proof.python.counters import in_function, is_one_more, made_by, makers

COUNTS = "counts-calls"
REASON = "answers otherwise the next time it is called; a fix must give the same answer to the same question"

FEW = 10
"""A cache that is full holds more than a test calls."""
_HOLDERS = frozenset({"list", "set", "dictionary", "call"})
_GROWS = frozenset({"append", "add", "appendleft", "insert", "extend", "update"})


def counting(parsed: Parsed) -> Iterator[Asked]:
    """Each name that outlives a call, where it is asked how often it was changed."""
    kept = _kept(parsed.root)
    counted = _counted(parsed.root, kept)
    grown = _grown(parsed.root, kept)
    made = dict(makers(parsed.root))
    called = made_by(parsed.root, made)
    for inner, name in made.values():
        for node in inner.walk():
            if node.kind == "identifier" and node.excerpt(100) == name and decides(node):
                yield Asked(name, node.line, REASON, COUNTS)
    for node in parsed.root.walk():
        if node.kind in {"identifier", "attribute"} and counted:
            name = node.excerpt(100)
            if name in counted and decides(node) and in_function(node):
                yield Asked(name, node.line, REASON, COUNTS)
        elif (
            node.kind == "call"
            and (held := _held(node, kept, grown) or _calls(node, called))
            and decides(node)
            and in_function(node)
        ):
            yield Asked(held, node.line, REASON, COUNTS)


def _held(call: Node, kept: set[str], grown: set[str]) -> str:
    """Of `next(COUNT)` and `len(CALLS) > 1` what is asked."""
    function, arguments = call.get("function"), call.get("arguments")
    if function is None or arguments is None or len(arguments.children) != 1:
        return ""
    held = arguments.children[0].excerpt(100)
    if function.excerpt() == "next":
        return held if held in kept else ""
    return held if function.excerpt() == "len" and held in grown and _is_held_to_few(call) else ""


def _calls(call: Node, counters: set[str]) -> str:
    """`times() > 2`, where each call of it gives one more."""
    function = call.get("function")
    name = function.excerpt(100) if function is not None else ""
    return name if name in counters else ""


def _kept(root: Node) -> set[str]:
    """What a module or a default keeps from one call to the next, and the functions themselves."""
    found: set[str] = set()
    for statement in root.children:
        given = (
            statement.children[0] if statement.kind == "expression_statement" and statement.children else None
        )
        left = given.get("left") if given is not None and given.kind == "assignment" else None
        if left is not None and left.kind == "identifier":
            found.add(left.excerpt())
    for node in root.walk():
        name = node.get("name")
        if node.kind == "function_definition" and name is not None:
            found.add(name.excerpt())
        if node.kind == "default_parameter" and name is not None:
            value = node.get("value")
            if value is not None and value.kind in _HOLDERS:
                found.add(name.excerpt())
    return found


def _counted(root: Node, kept: set[str]) -> set[str]:
    """`global calls; calls += 1`, `clean.calls = … + 1`"""
    shared = {
        part.excerpt() for node in root.walk() if node.kind == "global_statement" for part in node.children
    }
    found: set[str] = set()
    for node in root.walk():
        left = node.get("left") if node.kind in {"assignment", "augmented_assignment"} else None
        if left is None or not is_one_more(node) or not in_function(node):
            continue
        of_function = left.kind == "attribute" and left.excerpt().split(".")[0] in kept
        if of_function or (left.kind == "identifier" and left.excerpt() in shared & kept):
            found.add(left.excerpt(100))
    return found


def _grown(root: Node, kept: set[str]) -> set[str]:
    found: set[str] = set()
    for node in root.walk():
        function = node.get("function") if node.kind == "call" else None
        thing = function.get("object") if function is not None else None
        done = function.get("attribute") if function is not None else None
        if thing is not None and done is not None and done.excerpt() in _GROWS and in_function(node):
            found.add(thing.excerpt(100))
    return found & kept


def _is_held_to_few(node: Node) -> bool:
    up = node.parent
    if up is None or up.kind != "comparison_operator":
        return False
    numbers = [side.excerpt(6) for side in up.children if side.kind == "integer"]
    return any(number.isdigit() and int(number) < FEW for number in numbers)
