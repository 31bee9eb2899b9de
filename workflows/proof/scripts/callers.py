"""Looking at who calls: stacks of errors, callers of functions, the functions' own text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.syntax import Node
from workflows.proof.objections import reasons
from workflows.proof.objections.model import DETECTS, Fine
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import (
    LITERALS,
    MEMBERS,
    arguments_of,
    around,
    bare,
    function_of,
    property_of,
)

_ERROR = re.compile(r"(?:e|er|err|error|ex|exc|exception|cause|reason|failure)\d?|\w*(?:Err|Error|Exception)")
_LOOKS = frozenset(
    {
        *("includes", "match", "matchAll", "split", "indexOf", "lastIndexOf", "search", "replace", "slice"),
        *(
            "startsWith",
            "endsWith",
            "substring",
            "charCodeAt",
            "charAt",
            "at",
            "length",
            "trim",
            "replaceAll",
        ),
    }
)
_OF_TEXT = frozenset({"split", "match", "matchAll", "replace", "replaceAll", "search", "startsWith", "trim"})
_TESTS = re.compile(r"\.(?:test|exec|match|includes)$")
_COMPARED = frozenset({"===", "==", "!==", "!=", "<", ">", "<=", ">=", "in"})
_LOADERS = frozenset({"require", "module", "module.constructor"})
_OWN_TEXT = "looks at its own source text; a fix must not depend on how it is written"


def callers(script: Script) -> Iterator[Oddity]:
    for name in script.named:
        if script.is_function(name):
            yield from _as_text(script.named[name])
    for node in script.root.walk():
        if node.kind in MEMBERS:
            yield from _of_error(node, script)
            yield from _of_function(node, script)
        elif node.kind == "variable_declarator":
            yield from _taken_apart(node, script)
        elif node.kind == "call_expression":
            yield from _captured(node, script)
            if function_of(node).endswith("inspect") and any(_is_error(one) for one in arguments_of(node)):
                yield _stack(node)
            given = arguments_of(node) if function_of(node) == "String" else []
            if given and (script.is_function(given[0].excerpt()) or given[0].excerpt() in _LOADERS):
                yield Oddity(DETECTS, "String", node.line, _OWN_TEXT)


def _of_error(node: Node, script: Script) -> Iterator[Oddity]:
    if property_of(node) != "stack":
        return
    thing = node.get("object")
    thing = bare(thing) if thing is not None else None
    if thing is None:
        return
    if thing.kind in {"new_expression", "call_expression"} and function_of(thing).endswith("Error"):
        yield Oddity(DETECTS, "stack", node.line, reasons.STACK)
        return
    last = property_of(thing) if thing.kind in MEMBERS else thing.excerpt()
    up = around(node).parent
    of_text = up is not None and up.kind in MEMBERS and property_of(up) in _OF_TEXT
    if of_text or (_ERROR.fullmatch(last or "") and (_is_looked_at(node) or _is_carried(node, script))):
        yield _stack(node)


def _is_error(node: Node) -> bool:
    return bare(node).kind == "new_expression" and function_of(bare(node)).endswith("Error")


def _as_text(functions: list[Node]) -> Iterator[Oddity]:
    """`pages + ""` and `` `${pages}` ``"""
    for name in functions:
        up = name.parent
        operator = up.get("operator") if up is not None and up.kind == "binary_expression" else None
        is_added = operator is not None and operator.kind == "+"
        if is_added or (up is not None and up.kind == "template_substitution"):
            yield Oddity(DETECTS, "own text", name.line, _OWN_TEXT)


def _taken_apart(node: Node, script: Script) -> Iterator[Oddity]:
    """`const { stack } = error`"""
    name, value = node.get("name"), node.get("value")
    if name is None or value is None or name.kind != "object_pattern":
        return
    for part in name.children:
        if part.excerpt(20).partition(":")[0].strip() == "stack":
            given = part.get("value") or part
            made = bare(value).kind in {"new_expression", "call_expression"}
            if made or (
                _ERROR.fullmatch(value.excerpt()) and _is_named_and_looked_at(given.excerpt(), script)
            ):
                yield _stack(node)


def _stack(node: Node) -> Oddity:
    return Oddity(
        DETECTS,
        "stack",
        node.line,
        reasons.STACK,
        Fine.KNOWN,
        rf"\bstack\s*(?:\?\.|\.)\s*(?:{'|'.join(sorted(_LOOKS))})\b",
    )


def _is_looked_at(node: Node) -> bool:
    whole = around(node)
    parent = whole.parent
    if parent is None:
        return False
    if parent.kind in MEMBERS and whole.part == "object":
        return (property_of(parent) or "length") in _LOOKS
    operator = parent.get("operator")
    if parent.kind == "binary_expression" and operator is not None:
        other = next((part for part in (parent.get("left"), parent.get("right")) if part is not whole), None)
        return operator.kind in _COMPARED and other is not None and other.kind != "undefined"
    call = parent.parent
    return parent.kind == "arguments" and call is not None and bool(_TESTS.search(function_of(call)))


def _is_carried(node: Node, script: Script) -> bool:
    parent = around(node).parent
    name = parent.get("name") if parent is not None and parent.kind == "variable_declarator" else None
    return name is not None and _is_named_and_looked_at(name.excerpt(), script)


def _is_named_and_looked_at(name: str, script: Script) -> bool:
    return any(_is_looked_at(part) for part in script.named.get(name, ()))


def _captured(node: Node, script: Script) -> Iterator[Oddity]:
    """Of an error it is what errors do; of anything else it is a way to see who calls."""
    given = arguments_of(node)
    if not function_of(node).endswith("Error.captureStackTrace") or not given:
        return
    of = bare(given[0])
    last = (property_of(of) if of.kind in MEMBERS else of.excerpt()) or ""
    value = script.known.get(of.excerpt()) if of.kind == "identifier" else of
    is_plain = value is not None and value.kind in LITERALS
    if of.kind == "this" or (not is_plain and (_ERROR.fullmatch(last) or value is not None)):
        return
    yield Oddity(DETECTS, "captureStackTrace", node.line, reasons.STACK, Fine.KNOWN, r"captureStackTrace\(")


def _of_function(node: Node, script: Script) -> Iterator[Oddity]:
    name, thing = property_of(node), node.get("object")
    if thing is None:
        return
    of = thing.excerpt()
    if name in {"callee", "caller"} and (of.startswith("arguments") or script.is_function(of)):
        yield Oddity(DETECTS, name, node.line, reasons.STACK)
    elif (
        name == "toString" and script.is_function(of) and node.parent is not None and node.part == "function"
    ):
        yield Oddity(DETECTS, "toString", node.line, _OWN_TEXT)
