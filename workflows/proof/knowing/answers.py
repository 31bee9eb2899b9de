"""What is given where a value is asked for, and whether the test expects just that. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.code.literals import Literal, key_of
from workflows.code.syntax import Node
from workflows.proof.knowing.conditions import BRANCHES
from workflows.proof.knowing.data import is_trivial
from workflows.proof.knowing.known import Known

LOOKED_AT = 400
"""How many parts of a branch are looked through for what it gives."""
_HELD = frozenset(
    {"parenthesized_expression", "conditional_expression", "boolean_operator", "ternary_expression"}
)


def answer_for(literal: Literal, known: dict[str | float, Known]) -> Literal | None:
    """What the test has beside this value, given where the value is asked for."""
    for node in _given(literal.node):
        key = key_of(node)
        if key is None or key == literal.key or is_trivial(key) or key not in known:
            continue
        if key != "":
            return Literal(key, node, node.line)
    return None


def is_given_as_answer(node: Node) -> bool:
    """`if …: return "what the test expects"`, whatever is asked for."""
    returned = next((up for up in node.above(6) if up.kind not in _HELD), None)
    if returned is None or returned.kind != "return_statement":
        return False
    for up in returned.above(12):
        if up.kind in BRANCHES or up.kind in {"except_clause", "catch_clause"}:
            return True
        if "function" in up.kind or up.kind in {"method_definition", "lambda"}:
            return False
    return False


def _given(node: Node) -> Iterable[Node]:
    pair = next((up for up in node.above(3) if up.kind in {"pair", "keyed_element", "array"}), None)
    if pair is not None and pair.get("key") is not None:
        value = pair.get("value")
        yield from _first(value) if value is not None else ()
        return
    if pair is not None and pair.parent is not None and pair.parent.kind == "array":
        yield from (part for child in pair.children[1:] for part in _first(child))
        return
    asked = node
    for up in node.above(12):
        if up.kind in BRANCHES:
            for child in up.children:
                if child is not asked and child.part != "condition":
                    yield from _first(child)
            if up.parent is not None and up.kind == "if_statement":
                yield from _after(up)
            if up.kind != "boolean_operator":
                return
        asked = up


def _after(branch: Node) -> Iterable[Node]:
    """What follows a branch that is left early: `if title != "…": return …` is the same turned round."""
    siblings = branch.parent.children if branch.parent is not None else []
    following = siblings.index(branch) + 1 if len(siblings) < 1_000 else len(siblings)
    for sibling in siblings[following : following + 1]:
        if sibling.kind == "return_statement":
            yield from _first(sibling)


def _first(node: Node) -> Iterable[Node]:
    for count, part in enumerate(node.walk()):
        if count > LOOKED_AT:
            return
        yield part
