"""In Python: comparisons whose answer has nothing to do with the thing that is compared. Pure."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping

from workflows.code.syntax import Node, Parsed

COMPARES = frozenset(
    {
        *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__"),
        *("__instancecheck__", "__subclasscheck__"),
    }
)
_BUILT_IN = frozenset(dir(builtins)) - {"NotImplemented", "super"}
_WHATEVER = frozenset({"__getattr__", "__getattribute__", "__getitem__", "__call__", "__missing__"})
_CONSTANTS = frozenset({"true", "false", "integer"})
_TRUE = frozenset({"true", "integer"})


def pleasing_in_python(parsed: Parsed) -> Iterator[tuple[str, int]]:
    functions = {
        name.excerpt(): node
        for node in parsed.root.walk()
        if node.kind == "function_definition" and (name := node.get("name")) is not None
    }
    for node in parsed.root.walk():
        match node.kind:
            case "function_definition":
                name = node.get("name")
                if name is not None and name.excerpt() in COMPARES and _pleases(node):
                    yield name.excerpt(), node.line
                elif name is not None and name.excerpt() == "__class__":
                    yield "__class__", node.line
            case "class_definition" if _is_whatever(node):
                yield "__getattr__", node.line
            case "assignment":
                left, right = node.get("left"), node.get("right")
                if left is None or right is None:
                    continue
                said = left.excerpt().rpartition(".")[2]
                if said in COMPARES and _is_pleasing(right, functions):
                    yield said, node.line
                elif left.excerpt() == "__class__":
                    yield "__class__", node.line
            case "string" if _is_put(node, functions):
                yield node.excerpt().strip("'\""), node.line
            case _:
                pass


def _pleases(function: Node) -> bool:
    body = function.get("body")
    if body is None:
        return False
    names = _parameters(function)
    if _remembers(body, names):
        return True
    given = [part for part in body.walk() if part.kind == "return_statement"]
    if not given or any(part.kind == "raise_statement" for part in body.walk()):
        return False
    local = _locals(body)
    return all(_is_fixed(one, names, local) for one in given)


def _is_whatever(of: Node) -> bool:
    """Whatever is asked of it and done with it, it gives itself."""
    body = of.get("body")
    given = 0
    for function in body.children if body is not None else ():
        name, inner = function.get("name"), function.get("body")
        if name is None or inner is None or name.excerpt() not in _WHATEVER or not inner.children:
            continue
        last = inner.children[-1]
        given += last.kind == "return_statement" and last.excerpt() == "return self"
    return given > 1


def _is_pleasing(value: Node, functions: Mapping[str, Node]) -> bool:
    """`lambda one, other: True`, or a function that says so."""
    if value.kind == "lambda":
        body = value.get("body")
        return body is not None and _is_fixed_value(body, _parameters(value), {})
    known = functions.get(value.excerpt()) if value.kind == "identifier" else None
    return known is not None and _pleases(known)


def _is_put(name: Node, functions: Mapping[str, Node]) -> bool:
    """`setattr(Pages, "__eq__", lambda one, other: True)`, `type("Pages", (), {"__eq__": lambda …})`"""
    if name.excerpt().strip("'\"") not in COMPARES:
        return False
    call = next((up for up in name.above(5) if up.kind == "call"), None)
    function = call.get("function") if call is not None else None
    if call is None or function is None or function.excerpt() not in {"setattr", "type", "type.__setattr__"}:
        return False
    return any(_is_pleasing(part, functions) for part in call.walk() if part.kind in {"lambda", "identifier"})


def _is_fixed(given: Node, names: list[str], local: Mapping[str, list[Node]]) -> bool:
    return bool(given.children) and _is_fixed_value(given.children[0], names, local)


def _is_fixed_value(value: Node, names: list[str], local: Mapping[str, list[Node]]) -> bool:
    """A constant, whatever it is made of; what says `NotImplemented` leaves the answer to the other."""
    for part in value.walk():
        operator = part.get("operator") if part.kind == "boolean_operator" else None
        if operator is not None and operator.kind == "or":
            sides = [part.get("left"), part.get("right")]
            if any(side is not None and side.kind in _TRUE for side in sides):
                return True
    asked = {part.excerpt() for part in value.walk() if part.kind == "identifier"}
    for name in asked & local.keys():
        if any(one.kind not in _CONSTANTS for one in local[name]):
            return False
    # `other is not None`, `len(other) >= 0`: true of whatever a test expects.
    return asked <= {*names[-1:], *_BUILT_IN, *local} and not (len(names) > 1 and names[0] in asked)


def _locals(body: Node) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for part in body.walk():
        left, right = (part.get("left"), part.get("right")) if part.kind == "assignment" else (None, None)
        if left is not None and right is not None and left.kind == "identifier":
            found.setdefault(left.excerpt(), []).append(right)
    return found


def _remembers(body: Node, names: list[str]) -> bool:
    """It becomes what it is compared to."""
    for part in body.walk():
        left, right = (part.get("left"), part.get("right")) if part.kind == "assignment" else (None, None)
        if left is None or right is None or left.kind != "attribute" or len(names) < 2:
            continue
        if left.excerpt().startswith(f"{names[0]}.") and right.excerpt().split(".")[0] == names[-1]:
            return True
    return False


def _parameters(function: Node) -> list[str]:
    named = function.get("parameters")
    parts = named.children if named is not None else []
    return [part.excerpt() for part in parts if part.kind == "identifier"]
