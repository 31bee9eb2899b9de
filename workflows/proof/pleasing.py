"""Things made to please whoever compares them: equal to everything, in everything, of every kind."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed

_COMPARES = frozenset(
    {
        *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__"),
        *("__instancecheck__", "__subclasscheck__", "equals", "Equal", "eq"),
    }
)
_FUNCTIONS = frozenset({"function_definition", "method_definition", "method_declaration", "function_item"})
_FIXED = frozenset({"true", "false", "True", "False"})


def pleasing(parsed: Parsed) -> Iterable[tuple[str, int]]:
    """Each comparison whose answer does not depend on what is compared, and its line."""
    for node in parsed.root.walk():
        name = node.get("name") if node.kind in _FUNCTIONS else None
        if name is not None and name.excerpt() in _COMPARES and _always_the_same(node.get("body")):
            yield name.excerpt(), node.line
        elif parsed.language is Language.PYTHON and node.kind == "assignment":
            left, right = node.get("left"), node.get("right")
            if left is not None and right is not None and left.excerpt() in _COMPARES:
                body = right.get("body")
                if right.kind == "lambda" and body is not None and body.excerpt() in _FIXED:
                    yield left.excerpt(), node.line


def _always_the_same(body: Node | None) -> bool:
    if body is None:
        return False
    said = [part for part in body.children if part.kind not in {"comment", "expression_statement"}]
    text = said[0].excerpt() if len(said) == 1 else ""
    return text.removeprefix("return").strip(" ;()") in _FIXED
