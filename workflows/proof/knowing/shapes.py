"""Asking for one value without saying it: by its letters, its length, the only number between. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workflows.code.literals import key_of
from workflows.code.syntax import Node, Parsed
from workflows.code.texts import said
from workflows.proof.knowing.data import is_data
from workflows.proof.knowing.known import Known
from workflows.proof.knowing.lengths import EQUALS, by_length, by_lengths, by_table
from workflows.proof.knowing.patterns import LONGEST, is_gapped, is_pattern, texts_of
from workflows.proof.knowing.reckoning import only_number

LETTERS = 3
"""A quote at both ends is no value yet."""
_SORTS = frozenset(
    {"sorted", "set", "frozenset", "Counter", "list", "tuple", "reversed", "collections.Counter"}
)
_LETTER = re.compile(r"\w+\[(-?\d+)\]\s*==\s*['\"](.)['\"]")


def shaped(parsed: Parsed, known: Mapping[str | float, Known]) -> Iterator[tuple[Node, Known]]:
    """Each such question in Python, and the value of the test that it is about."""
    numbers = tuple(key for key in known if isinstance(key, float | int))
    texts = {key: it for key, it in known.items() if isinstance(key, str) and not it.shape and not it.defined}
    for node in parsed.root.walk():
        if node.kind == "boolean_operator" and (
            node.parent is None or node.parent.kind != "boolean_operator"
        ):
            number = only_number(node, numbers)
            here = _by_letters(node, texts) or (known[number] if number is not None else None)
        elif node.kind == "comparison_operator":
            number = only_number(node, numbers)
            here = by_length(node, texts) or by_lengths(node, texts) or _by_all_letters(node, texts)
            here = here or (known[number] if number is not None and not _is_plain(node) else None)
        elif node.kind == "string" and is_pattern(node) and (pattern := said(node)) is not None:
            here = next((texts[one] for one in texts_of(pattern.casefold()) if one in texts), None)
            here = here if here is not None and pattern.casefold() not in texts else None
            here = here or _by_gaps(pattern, texts)
        elif node.kind in {"call", "subscript"}:
            here = by_table(node, texts)
        else:
            continue
        if here is not None:
            yield node, here


def _is_plain(comparison: Node) -> bool:
    """`books == 11` is looked at where constants are."""
    sides = [side for side in comparison.children if side.part == ""]
    return (
        len(sides) == 2
        and any(key_of(side) is not None for side in sides)
        and sides[0].kind != "binary_operator"
    )


def _by_letters(node: Node, texts: Mapping[str, Known]) -> Known | None:
    """`url[0] == "h" and url[3] == "p" and url[-1] == "b"`"""
    asked = {(int(at), letter.casefold()) for at, letter in _LETTER.findall(node.excerpt(2_000))}
    if len(asked) < LETTERS:
        return None
    return next(
        (
            it
            for key, it in texts.items()
            if all(-len(key) <= at < len(key) and key[at] == letter for at, letter in asked)
        ),
        None,
    )


def _by_gaps(pattern: str, texts: Mapping[str, Known]) -> Known | None:
    ways = pattern.casefold().split("|") if len(pattern) <= LONGEST else []
    return next(
        (it for key, it in texts.items() if is_data(key) and any(is_gapped(one, key) for one in ways)), None
    )


def _by_all_letters(node: Node, texts: Mapping[str, Known]) -> Known | None:
    """`sorted(url) == ["a", "a", "b"]`, `set(url) == set("ab")`"""
    operator = node.get("operators")
    if operator is None or operator.kind not in EQUALS or not any(_sorts(side) for side in node.children):
        return None
    said = [key_of(part) for part in node.walk() if key_of(part) is not None]
    letters = sorted("".join(key for key in said if isinstance(key, str)))
    if len(letters) < LETTERS - 1:
        return None
    return next(
        (it for key, it in texts.items() if sorted(key) == letters or sorted(set(key)) == letters), None
    )


def _sorts(side: Node) -> bool:
    function = side.get("function") if side.kind == "call" else None
    arguments = side.get("arguments") if function is not None else None
    named = arguments is not None and any(part.kind == "identifier" for part in arguments.children)
    return function is not None and named and function.excerpt() in _SORTS
