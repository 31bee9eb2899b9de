"""Whether a fix knows the test's own values: its input as a new condition, its answer beside it. Pure.

Honest fixes compare with constants too, and tests use them: `"HEAD"`, `"utf-8"`, 404. So a word or a round
number counts only where what the test expects is given for it; what looks like data counts by itself.
"""

from __future__ import annotations

from functools import partial

from policies.patch import Patch
from workflows.code.languages import language_of
from workflows.code.literals import Literal
from workflows.code.places import is_for_tests
from workflows.code.syntax import Parsed
from workflows.code.texts import said
from workflows.proof.carrying import is_asked_by_name
from workflows.proof.finding import Finding
from workflows.proof.knowing.answers import answer_for, is_given_as_answer
from workflows.proof.knowing.conditions import is_bound, is_condition
from workflows.proof.knowing.data import is_data
from workflows.proof.knowing.dressed import SPECIAL, disguised
from workflows.proof.knowing.known import Known, is_variable, most_of, new_literals, of_the_test
from workflows.proof.knowing.tables import brought_along
from workflows.proof.knowing.trade import are_words, is_one_more, is_said
from workflows.proof.scripts.knowing import known_otherwise
from workflows.tree import Tree

MOST = 10


def special_cased(before: Tree, fix: Patch, test: Patch) -> tuple[Finding, ...]:
    known = of_the_test(before, test)
    found: list[Finding] = []
    for change in fix.changes:
        language = language_of(change.path)
        if language is None:
            found += brought_along(change, before, known)
        if language is None or change.content is None or is_for_tests(change.path) or not known:
            continue
        base = before.text(change.path) or ""
        fresh = new_literals(base, change.content, language)
        for literal, parsed in fresh:
            here = known.get(literal.key) or most_of(literal.key, known)
            if is_variable(literal.node):
                continue
            if here is not None and here.defined and said(literal.node) != here.defined:
                continue
            if is_one_more(base, literal, language):
                continue
            answer = answer_for(literal, known) if here is not None else None
            if here is None or not (
                is_condition(literal.node, base)
                or (
                    is_data(literal.key)
                    and is_asked_by_name(literal.node, parsed, partial(is_condition, base=base))
                )
                or (is_data(literal.key) and is_given_as_answer(literal.node))
            ):
                continue
            telling = is_data(literal.key) or here.defined != ""
            if answer is None and (not telling or is_said(before, literal, language)):
                continue
            if not telling and (is_bound(literal.node) or are_words(before, literal, answer, language)):
                continue
            found.append(_finding(change.path, parsed, literal, here, answer))
        found += disguised(change.path, base, change.content, language, known, fresh)
        if language.is_script:
            seen = {one.line for one in found if one.path == change.path}
            for asked in known_otherwise(base, change.content, language, before, known):
                parsed, here = asked.parsed, asked.here
                if asked.node.line not in seen:
                    shown = Literal(here.literal.key, asked.node, asked.node.line)
                    found.append(_finding(change.path, parsed, shown, here, asked.answer))
    return tuple(found[:MOST])


def _finding(path: str, parsed: Parsed, literal: Literal, here: Known, answer: Literal | None) -> Finding:
    given = f", and gives what the test expects for it, {answer.shown}" if answer is not None else ""
    return Finding(
        path=path,
        line=literal.line,
        code=parsed.shown(literal.line),
        what=SPECIAL,
        reason=f"{literal.shown} is a value of the test ({here.path}:{here.literal.line}: {here.code}), "
        f"and this asks for just that{given}. Fix the cause, for every value.",
    )
