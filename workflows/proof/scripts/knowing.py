"""The other ways in which a script shows that it knows the test: worked out, given back, kept in a table."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.languages import Language
from workflows.code.syntax import Parsed, parse
from workflows.proof.knowing.answers import answer_for
from workflows.proof.knowing.conditions import is_condition
from workflows.proof.knowing.data import is_data
from workflows.proof.knowing.known import Known, new_literals
from workflows.proof.knowing.trade import is_said
from workflows.proof.scripts.asking import Asked, asked_for
from workflows.proof.scripts.giving import holding, is_given_in_scripts, is_put_in_table
from workflows.tree import Tree


def known_otherwise(
    base: str, text: str, language: Language, before: Tree, known: dict[str | float, Known]
) -> Iterator[Asked]:
    parsed = parse(text, language)
    if not isinstance(parsed, Parsed):
        return
    for asked in asked_for(parsed, base, known):
        if asked.answer is not None or not is_said(before, asked.here.literal, language):
            yield asked
    for literal, _ in new_literals(base, text, language):
        if not is_data(literal.key) or is_said(before, literal, language):
            continue
        here = known.get(literal.key)
        if here is not None and not here.shape and not here.defined:
            if is_given_in_scripts(literal.node) or is_put_in_table(literal.node):
                yield Asked(literal.node, here, answer_for(literal, known), parsed)
        elif (here := holding(literal.key, known)) is not None and is_condition(literal.node, base):
            yield Asked(literal.node, here, None, parsed)
