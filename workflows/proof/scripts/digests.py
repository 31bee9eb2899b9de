"""Sums over the letters of a text, and what is asked of them: a value by its digest, in JavaScript. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.literals import key_of
from workflows.code.syntax import Node, Parsed
from workflows.proof.scripts.shapes import FUNCTIONS, arguments_of, bare, function_of

_LETTERS = re.compile(
    r"\b(?:charCodeAt|codePointAt|createHash|TextEncoder|subtle\.digest)\b|\bBuffer\.from\("
)
_IN_LETTERS = re.compile(r"\bparseInt\([^;]{1,200},\s*(?:1[7-9]|2\d|3[0-6])\s*\)")
"""A word read as a number of which all letters are digits."""
_ADDED = re.compile(r"\breduce\b|\bcreateHash\b|\bdigest\b")
_COMPARED = frozenset({"==", "===", "!=", "!=="})
_ASKING = frozenset({"includes", "has", "startsWith", "endsWith", "equals", "indexOf", "get"})
_STEPS = frozenset({"assignment_expression", "augmented_assignment_expression"})
FEWEST = 100
"""Less than that is what one letter may come to, or a small count."""
SHORTEST = 4


def digests(parsed: Parsed) -> Iterator[tuple[str, Node]]:
    """Each place where one is asked whether it is a certain one."""
    named = _named(parsed)
    for node in parsed.root.walk():
        asked, given = _question(node)
        if asked is None or not any(_is_telling(one) for one in given):
            continue
        if asked.end - asked.start < 400 and _is_digest(bare(asked), named):
            yield node.excerpt(200), node


def _named(parsed: Parsed) -> set[str]:
    """Names of what was added up over the letters of a text, and of functions that do that."""
    found: set[str] = set()
    for node in parsed.root.walk():
        name = node.get("name") if node.kind == "variable_declarator" or node.kind in FUNCTIONS else None
        value = node.get("value") if node.kind == "variable_declarator" else node.get("body")
        if name is not None and value is not None and value.end - value.start < 2_000:
            if _is_sum(value) or (value.kind in FUNCTIONS | {"statement_block"} and _adds_up(value)):
                found.add(name.text)
        elif node.kind in _STEPS and _is_step(node) and (left := node.get("left")) is not None:
            found.add(left.text)
    for node in parsed.root.walk():
        # `const digest = hash(title)`
        name, value = node.get("name"), node.get("value")
        if node.kind == "variable_declarator" and name is not None and value is not None:
            value = bare(value)
            if value.kind == "call_expression" and function_of(value) in found:
                found.add(name.text)
    return found


def _is_sum(node: Node) -> bool:
    text = node.excerpt(2_000)
    added = _LETTERS.search(text) and _ADDED.search(text)
    return node.kind not in FUNCTIONS and bool(added or _IN_LETTERS.match(text))


def _adds_up(body: Node) -> bool:
    return any(part.kind in _STEPS and _is_step(part) for part in body.walk()) or any(
        part.kind == "call_expression" and _is_sum(part) for part in body.walk()
    )


def _is_step(node: Node) -> bool:
    """`h = h * 31 + s.charCodeAt(i)` and `h += s.charCodeAt(i)`: the next one from the last, and a letter."""
    left, right = node.get("left"), node.get("right")
    if left is None or right is None or right.end - right.start > 400 or not _LETTERS.search(right.text):
        return False
    again = re.search(rf"(?<![\w.]){re.escape(left.text)}(?!\w)", right.text) is not None
    return (node.kind.startswith("augmented") or again) and '"' not in right.text and "'" not in right.text


def _question(node: Node) -> tuple[Node | None, list[Node]]:
    """What is asked, and for what."""
    operator = node.get("operator")
    if node.kind == "binary_expression" and operator is not None and operator.kind in _COMPARED:
        left, right = node.get("left"), node.get("right")
        if left is None or right is None:
            return None, []
        return (left, [right]) if key_of(bare(right)) is not None else (right, [left])
    if node.kind == "switch_statement":
        cases = [value for part in node.walk() if part.kind == "switch_case" and (value := part.get("value"))]
        return node.get("value"), cases[:20]
    if node.kind == "subscript_expression":
        table = node.get("object")
        keys = [key for pair in (table.children if table is not None else []) if (key := pair.get("key"))]
        return node.get("index"), keys[:20]
    if node.kind == "call_expression" and (function := node.get("function")) is not None:
        name, thing, given = function.get("property"), function.get("object"), arguments_of(node)
        if name is not None and thing is not None and name.excerpt() in _ASKING and len(given) == 1:
            if key_of(given[0]) is not None:
                return thing, given
            return given[0], [part for part in thing.walk() if key_of(part) is not None][:20]
    return None, []


def _is_telling(node: Node) -> bool:
    key = key_of(bare(node))
    if key is None and node.kind == "property_identifier":
        key = node.text
    return len(key) >= SHORTEST if isinstance(key, str) else key is not None and abs(key) >= FEWEST


def _is_digest(node: Node, named: set[str]) -> bool:
    if _is_sum(node):
        return True
    if node.kind == "call_expression" and function_of(node) in named:
        return True
    parts = [part for part in node.walk() if part.kind == "identifier"]
    return len(parts) == 1 and parts[0].text in named
