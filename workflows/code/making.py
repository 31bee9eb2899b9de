"""What the few things give that turn one constant of Python into another, done here on small values. Pure."""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import html
from collections.abc import Callable, Mapping
from typing import Never
from urllib.parse import unquote

MAX_TEXT = 4_000
MAX_VALUE = 20_000
MOST_BITS = 64

Value = str | bytes | int | float | list["Value"]


class Unknown(Exception):
    """It depends on something, or is too much."""


def inflated(packed: bytes) -> bytes:
    """No more than is looked at: little can hold much."""
    import bz2
    import lzma
    import zlib

    for make in (lambda: zlib.decompressobj(47), bz2.BZ2Decompressor, lzma.LZMADecompressor):
        try:
            return make().decompress(packed, MAX_VALUE)
        except (zlib.error, OSError, lzma.LZMAError):
            continue
    raise Unknown


UNPACKS: Mapping[str, Callable[[bytes], bytes]] = {
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
    "a2b_uu": binascii.a2b_uu,
    "a2b_qp": binascii.a2b_qp,
    "decompress": inflated,
}
_ENCODINGS: Mapping[str, str] = {
    "rot13": "",
    "hex": "unhexlify",
    "hexcodec": "unhexlify",
    "base64": "b64decode",
    "base64codec": "b64decode",
    "uu": "a2b_uu",
    "zlib": "decompress",
    "zip": "decompress",
}


def called(name: str, given: list[Value]) -> Value:
    match name, given:
        case "chr", [int() as code]:
            return chr(code)
        case "ord", [str() as text]:
            return ord(text)
        case "str", [value]:
            return str(value)
        case "bytes" | "bytearray", [list() as codes]:
            return bytes(code if isinstance(code, int) else no() for code in codes)
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
            return items(value)
        case "from_bytes", [bytes() as packed, *order]:
            return int.from_bytes(packed, "little" if order == ["little"] else "big")
        case "reversed", [value]:
            return items(value)[::-1]
        case "literal_eval" | "loads", [str() as text]:
            return _written(ast.literal_eval(text))
        case "unquote" | "unquote_plus", [str() as text]:
            return unquote(text)
        case "unescape", [str() as text]:
            return html.unescape(text)
        case "maketrans", [str() as old, str() as new]:
            return [old, new]
        case _:
            raise Unknown


def method(thing: Value, name: str, given: list[Value]) -> Value:
    match thing, name, given:
        case str(), "join", [over]:
            return thing.join(text_of(one) for one in items(over))
        case str(), "encode", _:
            return thing.encode()
        case bytes(), "decode", _:
            return thing.decode()
        case bytes(), "hex", []:
            return thing.hex()
        case str(), "format", _:
            return thing.format(*given) if len(thing) < MAX_TEXT and ":" not in thing else no()
        case str(), "replace", [str() as old, str() as new]:
            return thing.replace(old, new) if len(new) < MAX_TEXT else no()
        case str(), "split", [str() as between]:
            return [*thing.split(between)]
        case str(), "translate", [[str() as old, str() as new]]:
            return thing.translate(str.maketrans(old, new))
        case int(), "to_bytes", [int() as length, str() as order, *_] if 0 <= length < MAX_TEXT:
            return thing.to_bytes(length, "little" if order == "little" else "big")
        case str(), "split", []:
            return [*thing.split()]
        case str(), "strip" | "lstrip" | "rstrip", _:
            return getattr(thing, name)(*(text_of(one) for one in given))
        case str(), "lower" | "upper" | "title" | "swapcase" | "casefold" | "capitalize", []:
            return getattr(thing, name)()
        case _:
            raise Unknown


def _written(value: object) -> Value:
    return value if isinstance(value, str | bytes | int | float) else no()


_OF_BITS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.BitXor: int.__xor__,
    ast.BitOr: int.__or__,
    ast.BitAnd: int.__and__,
    ast.FloorDiv: lambda one, other: one // other if other else no(),
    ast.Mod: lambda one, other: one % other if other else no(),
}


def two(operator: ast.operator, one: Value, other: Value) -> Value:
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
            return less(one, other)
        case ast.Mult(), int() | float(), int() | float():
            return one * other if abs(one) < MAX_VALUE and abs(other) < MAX_VALUE else no()
        case ast.LShift() | ast.RShift(), int(), int() if 0 <= other <= MOST_BITS and abs(one) < MAX_VALUE:
            return one << other if isinstance(operator, ast.LShift) else one >> other
        case _, int(), int() if type(operator) in _OF_BITS:
            return _OF_BITS[type(operator)](one, other)
        case ast.Mod(), str() as pattern, _:
            return _filled(pattern, other)
        case _:
            raise Unknown


def _filled(pattern: str, given: Value) -> str:
    """`"%s%s" % ("a", "b")`, and nothing that could make much of little."""
    pieces = pattern.split("%s")
    items = given if isinstance(given, list) else [given]
    if len(pattern) > MAX_TEXT or any("%" in piece for piece in pieces) or len(pieces) != len(items) + 1:
        raise Unknown
    return pieces[0] + "".join(str(item) + piece for item, piece in zip(items, pieces[1:], strict=True))


def less(one: Value, other: Value) -> Value:
    return one - other if isinstance(one, int | float) and isinstance(other, int | float) else no()


def items(value: Value) -> list[Value]:
    return list(value) if isinstance(value, str | bytes | list) else no()


def text_of(value: Value) -> str:
    return value if isinstance(value, str) else no()


def bytes_of(value: Value) -> bytes:
    return value if isinstance(value, bytes) else text_of(value).encode()


def decoded(packed: Value, how: Value) -> Value:
    """`codecs.decode(…, "rot13")`, and the others that are no character sets."""
    name = text_of(how).lower().replace("_", "").replace("-", "")
    if name == "rot13":
        return codecs.decode(text_of(packed), "rot13")
    unpack = _ENCODINGS.get(name)
    return UNPACKS[unpack](bytes_of(packed)) if unpack else no()


def no() -> Never:
    raise Unknown
