"""Statements by which nothing comes about: a constant is given, or nothing is done. Pure."""

from __future__ import annotations

from workflows.code.syntax import Node

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


def is_idle(block: Node | None) -> bool:
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
