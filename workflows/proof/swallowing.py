"""Handlers that take every error there is and make nothing of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed
from workflows.proof.handlers import (
    broad_names,
    forgiving,
    is_cleaning_up,
    says_nothing,
    takes_all,
)
from workflows.proof.idling import is_idle
from workflows.proof.python.readers import is_asking_the_library, library_names
from workflows.proof.scripts.catching import hides

_EVERYTHING = frozenset({"Exception", "BaseException", "Throwable", "RuntimeException", "builtins.Exception"})
_SUPPRESS = frozenset({"contextlib.suppress", "suppress"})


def swallowed(parsed: Parsed) -> Iterable[tuple[str, int]]:
    """Each such handler, as it begins, and its line."""
    if parsed.language is Language.PYTHON:
        yield from forgiving(parsed)
    suppress = _SUPPRESS | set(_other_names(parsed, _SUPPRESS))
    everything = broad_names(parsed) if parsed.language is Language.PYTHON else _EVERYTHING
    library = library_names(parsed) if parsed.language is Language.PYTHON else frozenset[str]()
    for node in parsed.root.walk():
        match node.kind:
            case "except_clause" | "except_group_clause" if _is_swallowed(node, everything, library):
                yield "except", node.line
            case "finally_clause" if parsed.language is Language.PYTHON and _leaves(node):
                yield "finally", node.line
            case "catch_clause" if parsed.language.is_script and hides(node):
                yield "catch", node.line
            case "catch_clause" if parsed.language is Language.JAVA and _takes_all_of_java(node):
                yield "catch", node.line
            case "call" if parsed.language is Language.PYTHON and _suppresses(node, suppress, everything):
                yield "suppress", node.line
            case "call_expression" if parsed.language in {Language.RUST, Language.GO}:
                function = node.get("function")
                if function is not None and function.excerpt() in {
                    "recover",
                    "std::panic::catch_unwind",
                    "catch_unwind",
                }:
                    yield function.text, node.line
            case _:
                pass


def _is_swallowed(clause: Node, everything: frozenset[str], library: frozenset[str]) -> bool:
    if not takes_all(clause.get("value"), everything) or not says_nothing(clause):
        return False
    return not is_cleaning_up(clause) and not is_asking_the_library(clause, library)


def _other_names(parsed: Parsed, of: frozenset[str]) -> Iterable[str]:
    """`Anything = Exception`, `from contextlib import suppress as quietly`."""
    if parsed.language is not Language.PYTHON:
        return
    for node in parsed.root.walk():
        name = node.get("left") if node.kind == "assignment" else node.get("alias")
        real = node.get("right") if node.kind == "assignment" else node.get("name")
        if name is not None and real is not None and real.excerpt() in of:
            yield name.excerpt()


def _leaves(clause: Node) -> bool:
    """What is returned in the end takes the place of what was raised."""
    todo = list(clause.children)
    while todo:
        node = todo.pop()
        if node.kind == "return_statement":
            return True
        if node.kind not in {"function_definition", "class_definition", "lambda"}:
            todo.extend(node.children)
    return False


def _takes_all_of_java(clause: Node) -> bool:
    types = [node.text for node in clause.walk() if node.kind == "type_identifier"]
    return bool(_EVERYTHING & set(types[:4])) and is_idle(clause.get("body"))


def _suppresses(call: Node, suppress: Collection[str], everything: frozenset[str]) -> bool:
    function, arguments = call.get("function"), call.get("arguments")
    if function is None or arguments is None or function.excerpt() not in suppress:
        return False
    return any(takes_all(argument, everything) for argument in arguments.children)
