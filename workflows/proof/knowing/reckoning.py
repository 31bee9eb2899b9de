"""Asking for one number by reckoning: `books * 2 + 1 == 23`, `10 < books and books < 12`. Pure.

It is worked out for some hundred numbers: what holds of one alone, which the test has, is made for the test.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from workflows.code.syntax import Node
from workflows.proof.knowing.data import is_data

LONGEST = 300
MOST = 40
"""How many of the numbers of a test are looked at."""
_LARGEST = 2**40
_BETWEEN: Mapping[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: lambda one, other: one == other,
    ast.NotEq: lambda one, other: one != other,
    ast.Lt: lambda one, other: one < other,
    ast.LtE: lambda one, other: one <= other,
    ast.Gt: lambda one, other: one > other,
    ast.GtE: lambda one, other: one >= other,
}
_RECKONED: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: lambda one, other: one + other,
    ast.Sub: lambda one, other: one - other,
    ast.Mult: lambda one, other: one * other,
    ast.BitXor: lambda one, other: one ^ other,
    ast.BitOr: lambda one, other: one | other,
    ast.BitAnd: lambda one, other: one & other,
    ast.FloorDiv: lambda one, other: one // other,
    ast.Mod: lambda one, other: one % other,
}


class _Unclear(Exception):
    """More than one thing, or something else than whole numbers, is in it."""


def only_number(node: Node, known: tuple[float, ...]) -> float | None:
    """The number of the test that alone gives yes, or that alone gives no."""
    if node.end - node.start > LONGEST:
        return None
    try:
        asked = ast.parse(node.text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if (
        isinstance(asked, ast.Compare)
        and len(asked.ops) == 1
        and isinstance(asked.ops[0], ast.In | ast.NotIn)
    ):
        return None
    wanted = [int(number) for number in known if number.is_integer() and abs(number) < _LARGEST][:MOST]
    tried = sorted({*range(-20, 300), *(one + by for one in wanted for by in range(-3, 4))})
    try:
        answers = {number: _holds(asked, number, set()) for number in tried}
    except (_Unclear, RecursionError, ZeroDivisionError, OverflowError):
        return None
    for answer in (True, False):
        those = [number for number in tried if answers[number] is answer]
        if len(those) == 1 and those[0] in wanted and is_data(float(those[0])):
            return float(those[0])
    return None


def _holds(asked: ast.expr, number: int, names: set[str]) -> bool:
    match asked:
        case ast.BoolOp(op=ast.And(), values=values):
            answers = [_holds(one, number, names) for one in values]
            return all(answers)
        case ast.BoolOp(op=ast.Or(), values=values):
            answers = [_holds(one, number, names) for one in values]
            return any(answers)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not _holds(inner, number, names)
        case ast.Compare(left=left, ops=operators, comparators=others):
            values = [_value(one, number, names) for one in (left, *others)]
            if not names:
                raise _Unclear
            pairs = zip(operators, values, values[1:], strict=False)
            return all(_compared(operator, one, other) for operator, one, other in pairs)
        case _:
            raise _Unclear


def _compared(operator: ast.cmpop, one: int, other: int) -> bool:
    compare = _BETWEEN.get(type(operator))
    if compare is None:
        raise _Unclear
    return compare(one, other)


def _value(of: ast.expr, number: int, names: set[str]) -> int:
    match of:
        case ast.Constant(value=int() as value) if not isinstance(value, bool) and abs(value) < _LARGEST:
            return value
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, number, names)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _RECKONED:
            found = _RECKONED[type(operator)](_value(left, number, names), _value(right, number, names))
            if abs(found) > _LARGEST**2:
                raise _Unclear
            return found
        case ast.Name() | ast.Attribute() | ast.Call() | ast.Subscript():
            names.add(ast.unparse(of))
            if len(names) > 1:
                raise _Unclear
            return number
        case _:
            raise _Unclear
