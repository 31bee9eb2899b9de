"""What an expression of Python gives that is made of constants only, however it is dressed up. Pure.

Nothing is run: the few things that turn one constant into another are done here, on small values.
"""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
from collections.abc import Callable, Iterator, Mapping
from typing import Never

from workflows.code.syntax import Node, Parsed

MAX_TEXT = 4_000
MAX_VALUE = 20_000
MAX_STEPS = 2_000
FOLDED = frozenset({"call", "subscript", "binary_operator", "string"})

Value = str | bytes | int | float | list["Value"]

_METHODS = frozenset(
    {
        *("join", "decode", "encode", "replace", "format", "lower", "upper", "strip", "title", "swapcase"),
        *("casefold", "capitalize", "hex", "split", "lstrip", "rstrip"),
    }
)
_UNPACKS: Mapping[str, Callable[[bytes], bytes]] = {
    "b64decode": base64.b64decode,
    "standard_b64decode": base64.b64decode,
    "urlsafe_b64decode": base64.urlsafe_b64decode,
    "b32decode": base64.b32decode,
    "b16decode": base64.b16decode,
    "a85decode": base64.a85decode,
    "b85decode": base64.b85decode,
    "unhexlify": binascii.unhexlify,
    "a2b_hex": binascii.unhexlify,
    "a2b_base64": binascii.a2b_base64,
}
_NAMED = frozenset(
    {
        *("chr", "str", "bytes", "bytearray", "int", "float", "len", "list", "tuple", "reversed", "map"),
        *("ord", "sum", "fromhex", *_METHODS, *_UNPACKS),
    }
)


class _Unknown(Exception):
    """It depends on something, or is too much."""


def folded(node: Node) -> str | float | None:
    """None for what is no constant, and for what is written out plainly already."""
    if node.kind not in FOLDED or node.end - node.start > MAX_TEXT or not _may_be(node):
        return None
    try:
        value = _Folder().value(ast.parse(node.text.strip(), mode="eval").body, {})
    except (_Unknown, SyntaxError, ValueError, TypeError, LookupError, RecursionError, MemoryError):
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value if isinstance(value, str | float) else float(value) if isinstance(value, int) else None


def made_up(parsed: Parsed) -> Iterator[tuple[str, Node]]:
    """The texts that only come out where something is put together."""
    for node in parsed.root.walk():
        text = folded(node)
        if isinstance(text, str):
            yield text, node


def _may_be(node: Node) -> bool:
    """Most calls are of something that is not here, which is seen before anything else is looked at."""
    if node.kind == "string":
        return any(child.kind == "interpolation" for child in node.children)
    function = node.get("function")
    if function is None:
        return all(child.kind not in {"identifier", "attribute"} for child in node.children)
    name = function.get("attribute") or function
    return name.excerpt() in _NAMED


class _Folder:
    def __init__(self) -> None:
        self._steps = 0

    def value(self, of: ast.expr, known: Mapping[str, Value]) -> Value:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _Unknown
        found = self._value(of, known)
        if isinstance(found, str | bytes | list) and len(found) > MAX_VALUE:
            raise _Unknown
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
                return _less(0, self.value(operand, known))
            case ast.BinOp(left=left, op=operator, right=right):
                return _two(operator, self.value(left, known), self.value(right, known))
            case ast.Subscript(value=value, slice=taken):
                return self._taken(self.value(value, known), taken, known)
            case ast.GeneratorExp(elt=each, generators=[one]) | ast.ListComp(elt=each, generators=[one]):
                return self._each(each, one, known)
            case ast.Call(func=function, args=given, keywords=[]):
                return self._called(function, given, known)
            case _:
                raise _Unknown

    def _each(self, each: ast.expr, over: ast.comprehension, known: Mapping[str, Value]) -> Value:
        if over.ifs or not isinstance(over.target, ast.Name):
            raise _Unknown
        name = over.target.id
        return [self.value(each, {**known, name: one}) for one in _items(self.value(over.iter, known))]

    def _taken(self, value: Value, taken: ast.expr, known: Mapping[str, Value]) -> Value:
        if isinstance(value, int | float):
            raise _Unknown
        if not isinstance(taken, ast.Slice):
            at = self.value(taken, known)
            return value[at] if isinstance(at, int) else _no()
        ends = (self.value(end, known) if end else None for end in (taken.lower, taken.upper, taken.step))
        first, last, step = (end if end is None or isinstance(end, int) else _no() for end in ends)
        return value[first:last:step]

    def _called(self, function: ast.expr, given: list[ast.expr], known: Mapping[str, Value]) -> Value:
        match function, given:
            case ast.Name(id="map"), [ast.Name() as one, over]:
                return [_plain(one.id, [item]) for item in _items(self.value(over, known))]
            case ast.Name(id=name), _ if name in _UNPACKS:
                return _UNPACKS[name](_bytes(self.value(given[0], known)))
            case ast.Name(id=name), _:
                return _plain(name, [self.value(one, known) for one in given])
            case ast.Attribute(attr="fromhex"), [hexed]:
                return bytes.fromhex(_text(self.value(hexed, known)))
            case ast.Attribute(attr=name), [packed, *_] if name in _UNPACKS:
                return _UNPACKS[name](_bytes(self.value(packed, known)))
            case ast.Attribute(attr="decode" | "encode", value=ast.Name(id=module)), [text, how] if (
                module not in known
            ):
                return _rotated(_text(self.value(text, known)), self.value(how, known))
            case ast.Attribute(attr=name, value=thing), _ if name in _METHODS:
                return _method(self.value(thing, known), name, [self.value(one, known) for one in given])
            case _:
                raise _Unknown


def _plain(name: str, given: list[Value]) -> Value:
    match name, given:
        case "chr", [int() as code]:
            return chr(code)
        case "ord", [str() as text]:
            return ord(text)
        case "str", [value]:
            return str(value)
        case "bytes" | "bytearray", [list() as codes]:
            return bytes(code if isinstance(code, int) else _no() for code in codes)
        case "bytes" | "bytearray", [str() as text, *_]:
            return text.encode()
        case "int", [str() | int() as value]:
            return int(value)
        case "int", [str() as value, int() as base]:
            return int(value, base)
        case "float", [str() | int() | float() as value]:
            return float(value)
        case "len", [str() | bytes() | list() as value]:
            return len(value)
        case "list" | "tuple", [value]:
            return _items(value)
        case "reversed", [value]:
            return _items(value)[::-1]
        case _:
            raise _Unknown


def _method(thing: Value, name: str, given: list[Value]) -> Value:
    match thing, name, given:
        case str(), "join", [over]:
            return thing.join(_text(one) for one in _items(over))
        case str(), "encode", _:
            return thing.encode()
        case bytes(), "decode", _:
            return thing.decode()
        case bytes(), "hex", []:
            return thing.hex()
        case str(), "format", _:
            return thing.format(*given) if len(thing) < MAX_TEXT and ":" not in thing else _no()
        case str(), "replace", [str() as old, str() as new]:
            return thing.replace(old, new) if len(new) < MAX_TEXT else _no()
        case str(), "split", [str() as between]:
            return [*thing.split(between)]
        case str(), "split", []:
            return [*thing.split()]
        case str(), "strip" | "lstrip" | "rstrip", _:
            return getattr(thing, name)(*(_text(one) for one in given))
        case str(), "lower" | "upper" | "title" | "swapcase" | "casefold" | "capitalize", []:
            return getattr(thing, name)()
        case _:
            raise _Unknown


def _two(operator: ast.operator, one: Value, other: Value) -> Value:
    match operator, one, other:
        case ast.Add(), str(), str():
            return one + other
        case ast.Add(), bytes(), bytes():
            return one + other
        case ast.Add(), list(), list():
            return [*one, *other]
        case ast.Add(), int() | float(), int() | float():
            return one + other
        case ast.Sub(), _, _:
            return _less(one, other)
        case ast.Mult(), int() | float(), int() | float():
            return one * other if abs(one) < MAX_VALUE and abs(other) < MAX_VALUE else _no()
        case ast.BitXor(), int(), int():
            return one ^ other
        case ast.Mod(), str() as pattern, _:
            return _filled(pattern, other)
        case _:
            raise _Unknown


def _filled(pattern: str, given: Value) -> str:
    """`"%s%s" % ("a", "b")`, and nothing that could make much of little."""
    pieces = pattern.split("%s")
    items = given if isinstance(given, list) else [given]
    if len(pattern) > MAX_TEXT or any("%" in piece for piece in pieces) or len(pieces) != len(items) + 1:
        raise _Unknown
    return pieces[0] + "".join(str(item) + piece for item, piece in zip(items, pieces[1:], strict=True))


def _less(one: Value, other: Value) -> Value:
    return one - other if isinstance(one, int | float) and isinstance(other, int | float) else _no()


def _items(value: Value) -> list[Value]:
    return list(value) if isinstance(value, str | bytes | list) else _no()


def _text(value: Value) -> str:
    return value if isinstance(value, str) else _no()


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else _text(value).encode()


def _rotated(text: str, how: Value) -> str:
    return codecs.decode(text, "rot13") if isinstance(how, str) and how.replace("_", "") == "rot13" else _no()


def _no() -> Never:
    raise _Unknown
