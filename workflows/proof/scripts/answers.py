"""Things that answer in the same way whatever they are asked, and things that are no real things."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node
from workflows.code.uses import Way
from workflows.proof.objections.model import PLEASES, Fine
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import (
    FUNCTIONS,
    arguments_of,
    bare,
    key_of_pair,
    own_parts,
    property_of,
    text_of,
)

_YES = frozenset({"asymmetricMatch", "equals", "isEqual", "eql", "[Symbol.hasInstance]"})
_VALUES = frozenset({"valueOf", "toJSON", "[Symbol.toPrimitive]"})
_TAGS = frozenset(
    {"Array", "Object", "Promise", "Map", "Set", "Date", "RegExp", "String", "Number", "Function"}
)
_NAMED = frozenset({"method_definition", "pair", "field_definition", "public_field_definition"})
_CONSTANTS = frozenset(
    {*("number", "string", "string_fragment", "template_string", "true", "false", "regex", "regex_pattern")}
)
_REASON = "gives one answer whatever it is compared with; compare what matters"
_COUNTS = "gives another answer each time it is asked; a value is one value"


def answers(script: Script) -> Iterator[Oddity]:
    for node in script.root.walk():
        name, function = _given(node)
        if name in _YES and function is not None and _is_constant(function, of={"true", "false"}):
            yield Oddity(PLEASES, name, node.line, _REASON)
        elif name in _VALUES and function is not None:
            if _is_constant(function, of=_CONSTANTS):
                yield Oddity(PLEASES, name, node.line, _REASON)
            elif _counts(function):
                yield Oddity(PLEASES, name, node.line, _COUNTS)
        elif name == "[Symbol.toStringTag]" and function is not None and _is_tagged(function):
            yield Oddity(PLEASES, name, node.line, "passes for a thing of the language that it is not")
    for use in script.uses:
        if use.starts("Proxy") and (use.way is Way.CALL or "." in use.name):
            reason = "answers for anything that is asked; give a real thing"
            said = r"new\s+Proxy\b|Proxy\.revocable"
            yield Oddity(PLEASES, "Proxy", use.line, reason, Fine.KNOWN, said)


def _given(node: Node) -> tuple[str, Node | None]:
    """A name, and the function that it is given."""
    if node.kind in _NAMED:
        name = key_of_pair(node)
        value = node if node.kind == "method_definition" else node.get("value")
    elif node.kind == "assignment_expression":
        left, value = node.get("left"), node.get("right")
        name = (property_of(left) or "") if left is not None else ""
        if not name and left is not None and left.kind == "subscript_expression":
            index = left.get("index")
            name = f"[{index.excerpt()}]" if index is not None else ""
    elif node.kind == "call_expression" and node.excerpt(40).startswith(("Object.define", "Reflect.define")):
        given = arguments_of(node)
        if len(given) < 3:
            return "", None
        name = text_of(given[1]) or f"[{given[1].excerpt()}]"
        pairs = [part for part in given[2].children if key_of_pair(part) == "value"]
        value = (pairs[0].get("value") or pairs[0]) if pairs else None
    else:
        return "", None
    value = bare(value) if value is not None else None
    return name, value if value is not None and value.kind in FUNCTIONS else None


def _is_tagged(function: Node) -> bool:
    return any(text_of(part) in _TAGS for part in own_parts(function) if part.kind == "string")


def _is_constant(function: Node, of: set[str] | frozenset[str]) -> bool:
    body = function.get("body")
    if body is None:
        return False
    if body.kind != "statement_block":
        return _all(bare(body), of)
    given = [part for part in own_parts(function) if part.kind == "return_statement"]
    return bool(given) and all(part.children and _all(bare(part.children[0]), of) for part in given)


def _all(value: Node, of: set[str] | frozenset[str]) -> bool:
    if value.kind == "unary_expression":
        operator, argument = value.get("operator"), value.get("argument")
        if operator is not None and operator.kind == "!" and argument is not None:
            return argument.kind == "number" and "true" in of
        return argument is not None and _all(argument, of)
    return value.kind in of and all(part.kind != "template_substitution" for part in value.children)


def _counts(function: Node) -> bool:
    """It changes something that was there before and will be there afterwards."""
    return any(
        part.kind in {"update_expression", "augmented_assignment_expression"}
        for part in (function.get("body") or function).walk()
    ) and not any(
        part.kind in {"lexical_declaration", "variable_declaration"} for part in own_parts(function)
    )
