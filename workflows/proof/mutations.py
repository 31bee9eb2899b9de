"""Small faults that could be in a piece of code, one by one, as its grammar shows where they could be."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed
from workflows.proof import kinds, returned

MAX_NODE = 2_000
"""What is longer is only looked into: to write it anew for each thing that it is in would have no end."""


class Fault(NamedTuple):
    kind: str
    start: int
    end: int
    line: int
    text: str


def faults(parsed: Parsed, lines: Container[int]) -> Iterator[Fault]:
    """Those that begin in these lines, counted from 1, in the order of the text."""
    todo = [parsed.root]
    while todo:
        node = todo.pop()
        if node.line in lines:
            yield from _whole(node, parsed.language)
        if not _is_passed_over(node):
            yield from (fault for fault in _in(node, parsed.language) if fault.line in lines)
            todo.extend(reversed(node.children))


def _is_passed_over(node: Node) -> bool:
    if node.kind in kinds.PASSED_OVER or (
        node.part == "source" and node.parent and "export" in node.parent.kind
    ):
        return True
    if node.kind == "mod_item":  # where Rust has the tests of a file
        name = node.get("name")
        return name is not None and name.text in {"test", "tests"}
    return node.kind in kinds.CALLS and kinds.TALKS.search(_called(node)) is not None


def _called(node: Node) -> str:
    arguments = node.get("arguments")
    end = min(arguments.start if arguments else node.end, node.start + 200)
    return node.source[node.start : end].decode(errors="replace").strip()


def _whole(node: Node, language: Language) -> Iterator[Fault]:
    """The statement taken away."""
    if not _is_taken_away(node, language):
        return
    nothing = {Language.PYTHON: "pass", Language.GO: ""}.get(language, ";")
    yield Fault("removed", node.start, node.end, node.line, nothing)


def _is_taken_away(node: Node, language: Language) -> bool:
    inside = node.children[0] if len(node.children) == 1 else None
    if language is Language.GO and node.kind in {"assignment_statement", "inc_statement", "dec_statement"}:
        return node.parent is not None and node.parent.kind == "statement_list"
    if node.kind == "raise_statement" or (node.kind == "throw_statement" and language.is_script):
        return True
    if node.kind != "expression_statement" or inside is None or node.part in {"initializer", "increment"}:
        return False
    while inside.kind in {"await", "await_expression", "try_expression"} and inside.children:
        inside = inside.children[0]
    if inside.kind in kinds.CALLS:
        return kinds.TALKS.search(_called(inside)) is None
    if language is Language.PYTHON and inside.kind == "assignment":
        left = inside.get("left")
        return left is not None and left.kind in {"attribute", "subscript"}
    return inside.kind in kinds.SET


def _in(node: Node, language: Language) -> Iterator[Fault]:
    kind = node.kind
    if node.end - node.start > MAX_NODE:
        yield from _operators(node)
        return
    if kind in kinds.NUMBERS:
        yield from _number(node)
    elif kind in kinds.STRINGS:
        yield from _string(node)
    elif kind in {"true", "false", "True", "False", "boolean_literal"}:
        other = {"true": "false", "false": "true", "True": "False", "False": "True"}.get(node.text)
        if other:
            yield _instead("constant", node, other)
    elif kind in {"unary_expression", "not_operator"}:
        yield from _negation(node)
    elif kind in {"return_statement", "return_expression", "arrow_function"}:
        yield from _return(node, language)
    elif kind in kinds.ASKS:
        yield from _condition(node, language)
    yield from _operators(node)
    yield from _bounds(node)


def _instead(kind: str, node: Node, text: str) -> Fault:
    return Fault(kind, node.start, node.end, node.line, text)


def _operators(node: Node) -> Iterator[Fault]:
    texts = any(child.kind in kinds.STRINGS for child in node.children)
    for child in node.children:
        if child.part not in {"operator", "operators"} or node.kind == "unary_expression":
            continue
        text = child.text
        if text in kinds.COMPARED:
            yield _instead("comparison", child, kinds.COMPARED[text])
        elif text in kinds.COMPARED_IN_WORDS and node.kind == "comparison_operator":
            yield _instead("comparison", child, kinds.COMPARED_IN_WORDS[text])
        elif text in kinds.JOINED:
            yield _instead("boolean", child, kinds.JOINED[text])
        elif text in kinds.COUNTED and not texts:
            yield _instead("arithmetic", child, kinds.COUNTED[text])
        elif text in kinds.COUNTED_ON and not texts and node.part not in {"increment", "update"}:
            yield _instead("arithmetic", child, kinds.COUNTED_ON[text])


def _number(node: Node) -> Iterator[Fault]:
    found = re.fullmatch(r"(\d{1,15})((?:\.\d+)?[lLnfFdD]?)", node.text)
    if found is None or (len(found[1]) > 1 and found[1].startswith("0")):
        return
    number = int(found[1])
    yield _instead("constant", node, f"{number + 1}{found[2]}")
    if number:
        yield _instead("constant", node, f"{number - 1}{found[2]}")


def _string(node: Node) -> Iterator[Fault]:
    found = re.fullmatch(r"([bBrRuU]{0,2})(\"\"\"|'''|\"|'|`)(.*)\2", node.text, re.DOTALL)
    parent = node.parent
    if found is None or parent is None:
        return
    if parent.kind == "expression_statement" or any("substitution" in child.kind for child in node.children):
        return  # documentation, or a directive
    if parent.kind in {"concatenated_string", "field_declaration", "literal_type"}:
        return
    yield _instead("string", node, f"{found[1]}{found[2]}{'' if found[3] else 'other'}{found[2]}")


def _negation(node: Node) -> Iterator[Fault]:
    argument = node.children[-1] if node.children else None
    if argument is not None and node.source[node.start : node.start + 1] in {b"!", b"n"}:
        if node.kind == "unary_expression" and node.source[node.start : node.start + 1] != b"!":
            return
        yield Fault("negation", node.start, argument.start, node.line, "")


def _condition(node: Node, language: Language) -> Iterator[Fault]:
    asked = node.get("condition")
    if asked is None and node.kind == "conditional_expression" and len(node.children) == 3:
        asked = node.children[1]
    if asked is not None and asked.kind == "parenthesized_expression" and len(asked.children) == 1:
        asked = asked.children[0]
    if asked is None or asked.kind in {"true", "false", "boolean_literal", "let_condition", "let_chain"}:
        return
    text = asked.text
    if "instanceof " in text or "let " in text:
        return  # names a variable for what follows
    for answer in ("false",) if node.kind == "while_statement" else ("true", "false"):
        if language is Language.PYTHON:
            yield _instead("condition", asked, answer.title())
        elif language.is_script:
            yield _instead("condition", asked, answer)
        else:  # what was asked stays in use, or it would not compile
            yield _instead("condition", asked, f"{answer} {'||' if answer == 'true' else '&&'} ({text})")


def _return(node: Node, language: Language) -> Iterator[Fault]:
    if node.kind == "arrow_function":
        given = node.get("body")
        if given is None or given.kind == "statement_block":
            return
    else:
        given = node.children[0] if len(node.children) == 1 else None
    if given is None:
        return
    nothing = returned.nothing(node, language)
    if nothing is not None and given.text not in {nothing, "undefined"}:
        yield _instead("return", given, nothing)


def _bounds(node: Node) -> Iterator[Fault]:
    """Off by one where a part of something is taken."""
    if node.kind in {"slice", "range_expression"}:
        ends = node.children
    elif node.kind == "slice_expression":
        ends = [*node.all("start"), *node.all("end")]
    elif node.kind in kinds.CALLS and kinds.RANGES.search(_called(node)):
        arguments = node.get("arguments")
        ends = arguments.children if arguments else []
    else:
        return
    for end in ends:
        if end.kind in kinds.SIMPLE:
            yield _instead("bound", end, f"{end.text} - 1")
