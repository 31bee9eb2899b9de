"""How a test is made to fail at its end, in the words of its language. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from workflows.code.functions import TestFunction
from workflows.code.languages import Language
from workflows.code.syntax import Node

_INSIDE = re.compile(r"lambda|closure_expression|func_literal|function|arrow|class|method|generator")
_LEAVES = frozenset({"return_statement", "return_expression"})
_ENDS = frozenset({*_LEAVES, "throw_statement", "raise_statement", "while_statement"})
_EXPECTS_IT = re.compile(r"\bexpected(?:Exceptions)?\s*=|\bExpectedException\b")
_PANICS = re.compile(r"#\[should_panic")
_NAMED_T = re.compile(r"\(\s*(\w+)\s+\*")


Place = tuple[int, int, str]
"""Where something is put in, the turn where two share a place, and what it is."""


def is_apt(test: TestFunction, language: Language) -> bool:
    """What is to panic passes with any failure, ours included."""
    source = test.node.source
    return language is not Language.RUST or not _PANICS.search(
        source[max(0, test.node.start - 300) : test.node.start].decode(errors="replace")
    )


def places(test: TestFunction, language: Language, word: str) -> Iterator[Place]:
    body, fails = test.body, _failure(test, language, word)
    if language is Language.PYTHON:
        yield from ((leave.start, 0, f"{fails}; ") for leave in _leaving(body))
        yield body.end, 0, f"\n{_indented(body)}{fails}\n" if _indented(body) else f"; {fails}"
        return
    if "block" not in body.kind:
        # The body of a short function is an expression.
        yield body.start, 0, "{ ("
        yield body.end, 0, f");\n{fails} }}"
        return
    if _ends_by_failing(test, language):
        yield body.start + 1, 0, f"\n{fails}\n"
        return
    for leave in _leaving(body):
        yield leave.start, 0, f"{{ {fails} "
        yield leave.end, 0, " }" if leave.text.endswith(";") else "; }"
    last = _statements(body)
    if not (last and _kind(last[-1]) in _ENDS):
        semicolon = ";" if language is not Language.GO else ""
        yield body.end - 1, 1, f"{semicolon}\n{fails}\n"


def _failure(test: TestFunction, language: Language, word: str) -> str:
    if language is Language.PYTHON:
        return f'raise AssertionError("{word}")'
    if language is Language.JAVA:
        return f'if (true) throw new AssertionError("{word}");'
    if language is Language.RUST:
        return f'if true {{ panic!("{word}"); }}'
    if language is Language.GO:
        given = test.node.get("parameters")
        name = _NAMED_T.match(given.text) if given is not None else None
        return f'{name[1]}.Fatal("{word}");' if name and name[1] != "_" else f'panic("{word}");'
    return f'throw new Error("{word}");'


def _ends_by_failing(test: TestFunction, language: Language) -> bool:
    """It may be meant to end by an exception, or gives something back: then what fails has to come first."""
    if language is Language.JAVA:
        return _EXPECTS_IT.search(test.node.source.decode(errors="replace")) is not None
    return language is Language.RUST and test.node.get("return_type") is not None


def _statements(body: Node) -> Sequence[Node]:
    only = body.children[0] if len(body.children) == 1 else body
    return only.children if only.kind == "statement_list" else body.children


def _kind(statement: Node) -> str:
    only = statement.children[0] if len(statement.children) == 1 else statement
    return only.kind if statement.kind == "expression_statement" else statement.kind


def _leaving(body: Node) -> Iterable[Node]:
    """Where the test itself is left early, and no function in it."""
    todo = [body]
    while todo:
        node = todo.pop()
        if node is not body and _INSIDE.search(node.kind):
            continue
        if node.kind in _LEAVES:
            yield node
            continue
        todo.extend(node.children)


def _indented(body: Node) -> str:
    begin = body.source.rfind(b"\n", 0, body.start) + 1
    before = body.source[begin : body.start].decode(errors="replace")
    return before if not before.strip() else ""
