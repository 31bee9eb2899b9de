"""Things made to please whoever compares them: equal to everything, in everything, of every kind."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed

_COMPARES = frozenset(
    {
        *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__"),
        *("__instancecheck__", "__subclasscheck__", "equals", "Equal", "eq"),
        "asymmetricMatch",
    }
)
_FUNCTIONS = frozenset({"function_definition", "method_definition", "method_declaration", "function_item"})
_FIXED = frozenset({"true", "false", "True", "False"})
_TRUE = frozenset({"true", "integer"})
_MAKES = frozenset({"bool", "int", "isinstance", "issubclass", "type", "hasattr", "callable"})
_TYPES = frozenset({"str", "int", "float", "bytes", "list", "dict", "tuple", "set", "object", "bool"})


def pleasing(parsed: Parsed) -> Iterable[tuple[str, int]]:
    """Each comparison whose answer does not depend on what is compared, and its line."""
    for node in parsed.root.walk():
        name = node.get("name") if node.kind in _FUNCTIONS else None
        if name is not None and name.excerpt() in _COMPARES and _always_the_same(node.get("body"), node):
            yield name.excerpt(), node.line
        elif parsed.language is Language.PYTHON and node.kind == "string" and _is_put(node):
            yield node.excerpt().strip("'\""), node.line
        elif parsed.language is Language.PYTHON and node.kind == "assignment":
            left, right = node.get("left"), node.get("right")
            if left is not None and right is not None and left.excerpt() in _COMPARES:
                body = right.get("body")
                if right.kind == "lambda" and body is not None and body.excerpt() in _FIXED:
                    yield left.excerpt(), node.line


def _always_the_same(body: Node | None, function: Node) -> bool:
    """Nothing that is given back has to do with the thing itself, and with what it is compared to."""
    if body is None:
        return False
    if body.kind in _FIXED:
        return True
    if function.kind != "function_definition":
        said = [part for part in body.children if part.kind not in {"comment", "expression_statement"}]
        text = said[0].excerpt() if len(said) == 1 else ""
        return text.removeprefix("return").strip(" ;()") in _FIXED
    given = [part for part in body.walk() if part.kind == "return_statement"]
    return bool(given) and all(_is_fixed(one) for one in given) and not _raises(body)


def _is_put(name: Node) -> bool:
    """`setattr(Pages, "__eq__", lambda one, other: True)`, `type("Pages", (), {"__eq__": lambda …})`"""
    if name.excerpt().strip("'\"") not in _COMPARES:
        return False
    call = next((up for up in name.above(5) if up.kind == "call"), None)
    function = call.get("function") if call is not None else None
    if call is None or function is None or function.excerpt() not in {"setattr", "type"}:
        return False
    lambdas = [part.get("body") for part in call.walk() if part.kind == "lambda"]
    return any(body is not None and body.excerpt() in _FIXED for body in lambdas)


def _is_fixed(given: Node) -> bool:
    """A constant, whatever it is made of; what says `NotImplemented` leaves the answer to the other."""
    for part in given.walk():
        if part.kind == "boolean_operator" and part.get("operator") is not None:
            operator, sides = part.get("operator"), [part.get("left"), part.get("right")]
            if operator is not None and operator.kind == "or" and any(s and s.kind in _TRUE for s in sides):
                return True
    names = [part for part in given.walk() if part.kind == "identifier"]
    asked = [name.excerpt() for name in names if name.excerpt() not in _MAKES]
    parameters = _parameters(given)
    if "NotImplemented" in asked or given.get("attribute") is not None:
        return False
    if not asked:
        return bool(given.children)
    # `other is not None`, `isinstance(other, str)`: true of whatever a test expects.
    return bool(parameters) and set(asked) <= {parameters[-1], *_TYPES} and parameters[0] not in asked


def _parameters(node: Node) -> list[str]:
    function = next((up for up in node.above() if up.kind == "function_definition"), None)
    named = function.get("parameters") if function is not None else None
    return [part.excerpt() for part in named.children if part.kind == "identifier"] if named else []


def _raises(body: Node) -> bool:
    return any(part.kind == "raise_statement" for part in body.walk())
