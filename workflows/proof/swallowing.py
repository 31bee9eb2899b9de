"""Handlers that take every error there is and make nothing of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed
from workflows.proof.handlers import broad_names, forgiving, is_cleaning_up, says_nothing, takes_all

_EVERYTHING = frozenset({"Exception", "BaseException", "Throwable", "RuntimeException", "builtins.Exception"})
_CONSTANTS = frozenset(
    {
        *("integer", "float", "string", "true", "false", "none", "ellipsis", "identifier"),
        *("list", "tuple", "dictionary", "number", "null", "undefined", "array", "object", "template_string"),
        *("null_literal", "string_literal", "decimal_integer_literal", "unary_operator", "unary_expression"),
        *("set", "concatenated_string", "void"),
    }
)
_IDLE = frozenset({"pass_statement", "continue_statement", "break_statement", "empty_statement"})
_ENDS = frozenset({"return_statement", "expression_statement"})
_ANSWERS = frozenset({"number", "string", "template_string", "true", "array", "object", "unary_expression"})
_NO = r"\{\s*(?:return|[\w.]+\s*=)\s*false;?\s*\}"
_SUPPRESS = frozenset({"contextlib.suppress", "suppress"})


def swallowed(parsed: Parsed) -> Iterable[tuple[str, int]]:
    """Each such handler, as it begins, and its line."""
    if parsed.language is Language.PYTHON:
        yield from forgiving(parsed)
    suppress = _SUPPRESS | set(_other_names(parsed, _SUPPRESS))
    everything = broad_names(parsed) if parsed.language is Language.PYTHON else _EVERYTHING
    for node in parsed.root.walk():
        match node.kind:
            case "except_clause" | "except_group_clause" if _is_swallowed(node, everything):
                yield "except", node.line
            case "finally_clause" if parsed.language is Language.PYTHON and _leaves(node):
                yield "finally", node.line
            case "catch_clause" if parsed.language.is_script and _hides(node):
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


def _is_swallowed(clause: Node, everything: frozenset[str]) -> bool:
    return takes_all(clause.get("value"), everything) and says_nothing(clause) and not is_cleaning_up(clause)


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
    return bool(_EVERYTHING & set(types[:4])) and _is_idle(clause.get("body"))


def _hides(clause: Node) -> bool:
    """JavaScript has one kind of handler. An empty one hides; one with a default does where much is tried."""
    body = clause.get("body")
    tried = clause.parent.get("body") if clause.parent is not None else None
    if body is None or not body.children:
        # What follows is given where that one thing could not be: not an answer that is made up.
        one = tried is not None and [part.kind for part in tried.children] == ["return_statement"]
        return not one or _made_up(clause.parent)
    if tried is None or not _is_idle(body):
        return False
    # `new URL(text); return true`, and else `false`, is how one asks whether something can be done.
    return len(tried.children) > (3 if re.fullmatch(_NO, body.text) else 1)


def _made_up(attempt: Node | None) -> bool:
    """`return 2`, and neither `return null` nor `return text`, comes next."""
    around = attempt.parent.children if attempt is not None and attempt.parent is not None else []
    following = around[around.index(attempt) + 1 :][:1] if attempt in around else []
    given = [part for one in following if one.kind == "return_statement" for part in one.children]
    return bool(given) and given[0].kind in _ANSWERS


def _suppresses(call: Node, suppress: Collection[str], everything: frozenset[str]) -> bool:
    function, arguments = call.get("function"), call.get("arguments")
    if function is None or arguments is None or function.excerpt() not in suppress:
        return False
    return any(takes_all(argument, everything) for argument in arguments.children)


def _is_idle(block: Node | None) -> bool:
    return block is None or all(_does_nothing(statement) for statement in block.children)


def _does_nothing(statement: Node) -> bool:
    if statement.kind in _IDLE:
        return True
    if statement.kind not in _ENDS:
        return False
    for value in statement.children:
        if value.kind in {"assignment", "assignment_expression"}:
            right = value.get("right")
            if right is None or not _is_constant(right):
                return False
        elif not _is_constant(value):
            return False
    return True


def _is_constant(node: Node) -> bool:
    return all(
        part.kind in _CONSTANTS or part.kind.startswith("string") or not part.children for part in node.walk()
    )
