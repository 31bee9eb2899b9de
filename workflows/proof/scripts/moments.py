"""When and how often: answers that depend on the clock, on chance, or on how many were given before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.syntax import Node
from workflows.proof.objections.model import DETECTS, Fine
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import (
    FUNCTIONS,
    function_around,
    function_of,
    is_at_top,
)

_CLOCKS = re.compile(
    r"(?:globalThis\.)?(?:Date\.now|performance\.now|process\.uptime|process\.hrtime(?:\.bigint)?|Date)"
)
_LOCAL = re.compile(r"^new Date\([\d, -]+\)\.(?:get(?!UTC|Time)\w+|to(?!ISO|UTC|JSON)\w*String)$")
"""What comes of a fixed time in the place where it is run."""
_ASKING = frozenset({"includes", "startsWith", "endsWith", "has", "test", "match", "indexOf"})
_TIMERS = frozenset({"setTimeout", "setInterval", "setImmediate", "queueMicrotask", "process.nextTick"})
_CHANCE = re.compile(r"(?:globalThis\.)?(?:Math\.random|crypto\.randomInt)")
_COMPARED = frozenset({"<", ">", "<=", ">=", "==", "===", "!=", "!=="})
_CLOCK = "asks what time it is and compares it with a time that is written out"
_OF_TIME = frozenset({"Date", "performance", "process", "Number", "globalThis", "Math", "BigInt", "Temporal"})


def moments(script: Script) -> Iterator[Oddity]:
    for node in script.root.walk():
        if node.kind == "binary_expression" and (operator := node.get("operator")) is not None:
            if operator.kind in _COMPARED or (operator.kind in {"%", "&"} and _is_asked(node)):
                yield from _compared(node, script)
        elif node.kind == "switch_statement" and (value := node.get("value")) is not None:
            yield from _compared(value, script)
        elif node.kind == "call_expression":
            function = node.get("function")
            name = function.get("property") if function is not None else None
            if name is not None and name.excerpt() in _ASKING:
                yield from _compared(node, script)
            yield from _later(node)


def _compared(node: Node, script: Script) -> Iterator[Oddity]:
    kinds = {_kind(part) for part in node.walk()} | _of_names(node, script)
    if "chance" in kinds and "other" not in kinds:
        said = r"(?:Math\.random|randomInt)\([^()]*\)\s*[<>]"
        yield Oddity(DETECTS, "chance", node.line, "is left to chance", Fine.KNOWN, said)
    elif "clock" in kinds and "other" not in kinds:
        yield Oddity(DETECTS, "the clock", node.line, _CLOCK)


def _kind(node: Node) -> str:
    if node.kind == "call_expression" and _LOCAL.search(function_of(node)):
        return "clock"
    if node.kind in {"call_expression", "new_expression"}:
        given = node.get("arguments")
        if given is None or not given.children:
            name = function_of(node)
            return "clock" if _CLOCKS.fullmatch(name) else "chance" if _CHANCE.fullmatch(name) else ""
    if node.kind == "member_expression" and node.excerpt(40) == "performance.timeOrigin":
        return "clock"
    return "other" if node.kind == "this" else ""


def _of_names(node: Node, script: Script) -> set[str]:
    """What the names in it are: times, constants, or something else that may well be compared with a time."""
    found: set[str] = set()
    for part in node.walk():
        if part.kind != "identifier" or part.text in _OF_TIME:
            continue
        value = script.known.get(part.text)
        if value is None or value.kind in FUNCTIONS:
            found.add("other")
        elif value.kind == "number":
            continue
        elif any(_kind(inner) == "clock" for inner in value.walk()) and value.end - value.start < 60:
            # Since when, where that was asked on the way in, is a measure of its own.
            found.add("clock" if is_at_top(value) or part.parent is node else "other")
        else:
            found.add("other")
    return found


def _later(node: Node) -> Iterator[Oddity]:
    """`setTimeout(() => { late = true }, 9000)` on the way in: another program after a while."""
    if function_of(node) in _TIMERS and function_around(node) is None and _changes(node):
        yield Oddity(DETECTS, "a timer on the way in", node.line, "changes by itself later")


def _changes(call: Node) -> bool:
    return any(part.kind.endswith("assignment_expression") for part in call.walk())


def _is_asked(node: Node) -> bool:
    """Of a remainder, whether it is a condition by itself."""
    inner = node
    for up in node.above(4):
        if inner.part == "condition":
            return True
        if up.kind != "parenthesized_expression":
            return False
        inner = up
    return False
