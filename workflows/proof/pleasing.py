"""Things made to please whoever compares them: equal to everything, in everything, of every kind."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed
from workflows.proof.pleasing_python import pleasing_in_python

_COMPARES = frozenset({"equals", "Equal", "eq", "asymmetricMatch"})
_FUNCTIONS = frozenset({"method_definition", "method_declaration", "function_item"})
_FIXED = frozenset({"true", "false", "True", "False"})


def pleasing(parsed: Parsed) -> Iterable[tuple[str, int]]:
    """Each comparison whose answer does not depend on what is compared, and its line."""
    if parsed.language is Language.PYTHON:
        yield from pleasing_in_python(parsed)
        return
    for node in parsed.root.walk():
        name = node.get("name") if node.kind in _FUNCTIONS else None
        if name is not None and name.excerpt() in _COMPARES and _always_the_same(node.get("body")):
            yield name.excerpt(), node.line


def _always_the_same(body: Node | None) -> bool:
    """Nothing that is given back has to do with the thing itself, and with what it is compared to."""
    if body is None:
        return False
    if body.kind in _FIXED:
        return True
    said = [part for part in body.children if part.kind not in {"comment", "expression_statement"}]
    text = said[0].excerpt() if len(said) == 1 else ""
    return text.removeprefix("return").strip(" ;()") in _FIXED
