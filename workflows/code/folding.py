"""What an expression of Python gives that is made of constants only, however it is dressed up. Pure.

Nothing is run: the few things that turn one constant into another are done here, on small values.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from workflows.code.making import (
    MAX_TEXT,
    MAX_VALUE,
    UNPACKS,
    Unknown,
    Value,
    bytes_of,
    called,
    decoded,
    items,
    less,
    method,
    no,
    text_of,
    two,
)
from workflows.code.syntax import Node, Parsed

MAX_STEPS = 2_000
FOLDED = frozenset({"call", "subscript", "binary_operator", "string"})


_METHODS = frozenset(
    {
        *("join", "decode", "encode", "replace", "format", "lower", "upper", "strip", "title", "swapcase"),
        *("casefold", "capitalize", "hex", "split", "lstrip", "rstrip", "translate", "to_bytes"),
    }
)
_READS = frozenset(
    {"literal_eval", "loads", "unquote", "unquote_plus", "unescape", "maketrans", "from_bytes"}
)
_NAMED = frozenset(
    {
        *("chr", "str", "bytes", "bytearray", "int", "float", "len", "list", "tuple", "reversed", "map"),
        *("ord", "sum", "fromhex", *_READS, *_METHODS, *UNPACKS),
    }
)


_NO_NAMES: Mapping[str, Value] = {}


def folded(node: Node, known: Mapping[str, Value] = _NO_NAMES) -> str | float | None:
    """None for what is no constant, and for what is written out plainly already; `known` are names."""
    if node.kind not in FOLDED or node.end - node.start > MAX_TEXT or not _may_be(node, known):
        return None
    try:
        value = _Folder().value(ast.parse(node.text.strip(), mode="eval").body, known)
    except (Unknown, SyntaxError, ValueError, TypeError, LookupError, RecursionError, MemoryError):
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value if isinstance(value, str | float) else float(value) if isinstance(value, int) else None


def named_constants(parsed: Parsed) -> dict[str, Value]:
    """Names that are given one constant, and no other."""
    found: dict[str, Value] = {}
    given: Counter[str] = Counter()
    for node in parsed.root.walk():
        left, right = (node.get("left"), node.get("right")) if node.kind == "assignment" else (None, None)
        if left is None or right is None or left.kind != "identifier":
            continue
        given[left.excerpt()] += 1
        if right.kind in {"string", "concatenated_string", "integer"} and right.end - right.start < MAX_TEXT:
            try:
                found[left.excerpt()] = _Folder().value(ast.parse(right.text, mode="eval").body, {})
            except (Unknown, SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return {name: value for name, value in found.items() if given[name] == 1}


def made_up(parsed: Parsed) -> Iterator[tuple[str, Node]]:
    """The texts that only come out where something is put together."""
    for node in parsed.root.walk():
        text = folded(node)
        if isinstance(text, str):
            yield text, node


def _may_be(node: Node, known: Mapping[str, Value]) -> bool:
    """Most calls are of something that is not here, which is seen before anything else is looked at."""
    if node.kind == "string":
        return any(child.kind == "interpolation" for child in node.children)
    function = node.get("function")
    if function is None:
        return all(
            child.kind not in {"identifier", "attribute"} or child.excerpt() in known
            for child in node.children
        )
    name = function.get("attribute") or function
    return name.excerpt() in _NAMED


class _Folder:
    def __init__(self) -> None:
        self._steps = 0

    def value(self, of: ast.expr, known: Mapping[str, Value]) -> Value:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise Unknown
        found = self._value(of, known)
        if isinstance(found, str | bytes | list) and len(found) > MAX_VALUE:
            raise Unknown
        return found

    def _value(self, of: ast.expr, known: Mapping[str, Value]) -> Value:
        match of:
            case ast.Constant(value=str() | bytes() | int() | float() as value):
                return value
            case ast.Name(id=name) if name in known:
                return known[name]
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return [self.value(part, known) for part in parts]
            case ast.JoinedStr(values=parts):
                return "".join(str(self.value(part, known)) for part in parts)
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self.value(value, known)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return less(0, self.value(operand, known))
            case ast.BinOp(left=left, op=operator, right=right):
                return two(operator, self.value(left, known), self.value(right, known))
            case ast.Subscript(value=value, slice=taken):
                return self._taken(self.value(value, known), taken, known)
            case ast.GeneratorExp(elt=each, generators=[one]) | ast.ListComp(elt=each, generators=[one]):
                return self._each(each, one, known)
            case ast.Call(func=function, args=given):
                return self._called(function, given, known)
            case _:
                raise Unknown

    def _each(self, each: ast.expr, over: ast.comprehension, known: Mapping[str, Value]) -> Value:
        if over.ifs or not isinstance(over.target, ast.Name):
            raise Unknown
        name = over.target.id
        return [self.value(each, {**known, name: one}) for one in items(self.value(over.iter, known))]

    def _taken(self, value: Value, taken: ast.expr, known: Mapping[str, Value]) -> Value:
        if isinstance(value, int | float):
            raise Unknown
        if not isinstance(taken, ast.Slice):
            at = self.value(taken, known)
            return value[at] if isinstance(at, int) else no()
        ends = (self.value(end, known) if end else None for end in (taken.lower, taken.upper, taken.step))
        first, last, step = (end if end is None or isinstance(end, int) else no() for end in ends)
        return value[first:last:step]

    def _called(self, function: ast.expr, given: list[ast.expr], known: Mapping[str, Value]) -> Value:
        match function, given:
            case ast.Name(id="map"), [ast.Name() as one, over]:
                return [called(one.id, [item]) for item in items(self.value(over, known))]
            case ast.Name(id=name), _ if name in UNPACKS:
                return UNPACKS[name](bytes_of(self.value(given[0], known)))
            case ast.Name(id=name), _:
                return called(name, [self.value(one, known) for one in given])
            case ast.Attribute(attr="fromhex"), [hexed]:
                return bytes.fromhex(text_of(self.value(hexed, known)))
            case ast.Attribute(attr=name), [packed, *_] if name in UNPACKS:
                return UNPACKS[name](bytes_of(self.value(packed, known)))
            case ast.Attribute(attr="decode" | "encode", value=ast.Name(id=module)), [text, how] if (
                module not in known
            ):
                return decoded(self.value(text, known), self.value(how, known))
            case ast.Attribute(attr=name), _ if name in _READS:
                return called(name, [self.value(one, known) for one in given])
            case ast.Attribute(attr=name, value=thing), _ if name in _METHODS:
                return method(self.value(thing, known), name, [self.value(one, known) for one in given])
            case _:
                raise Unknown
