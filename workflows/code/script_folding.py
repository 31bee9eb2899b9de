"""What an expression of JavaScript gives that is made of constants only, however it is dressed up. Pure.

Nothing is run: the few things that turn one constant into another are done here, on small values.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Never
from urllib.parse import unquote

from workflows.code.syntax import Node, Parsed
from workflows.code.texts import said

MAX_TEXT = 4_000
MAX_VALUE = 20_000
MAX_STEPS = 2_000
MAX_DEPTH = 60

Value = str | float | bool | list["Value"]

_METHODS = frozenset(
    {
        *(
            "join",
            "concat",
            "reverse",
            "split",
            "slice",
            "substring",
            "substr",
            "replace",
            "replaceAll",
            "at",
        ),
        *("toLowerCase", "toUpperCase", "trim", "charAt", "charCodeAt", "codePointAt", "repeat", "map"),
        *("toString", "padStart", "padEnd", "fromCharCode", "fromCodePoint", "from", "parse", "of", "apply"),
        *("normalize", "toReversed", "decode", "sort", "toSorted"),
    }
)
_FUNCTIONS = frozenset(
    {"atob", "btoa", "decodeURIComponent", "unescape", "decodeURI", "String", "Number", "parseInt"}
)
_CODES = frozenset({"fromCharCode", "fromCodePoint"})
_WRAPS = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Unknown(Exception):
    """It depends on something, or is too much."""


def script_folded(node: Node, names: Mapping[str, Node] | None = None) -> str | float | None:
    """None for what is no constant."""
    if node.end - node.start > MAX_TEXT or not _may_be(node):
        return None
    try:
        value = Folder(names or {}).value(node, {})
    except (Unknown, ValueError, TypeError, LookupError, OverflowError):
        return None
    return value if isinstance(value, str | float) else None


def script_made_up(parsed: Parsed) -> Iterator[tuple[str, Node]]:
    """The texts that only come out where something is put together."""
    names: dict[str, Node] | None = None
    for node in parsed.root.walk():
        if node.kind == "parenthesized_expression" or not _may_be(node):
            continue
        names = constants(parsed) if names is None else names
        text = script_folded(node, names)
        if isinstance(text, str):
            yield text, node


def constants(parsed: Parsed) -> dict[str, Node]:
    """What is given a name once, and no other value."""
    found: dict[str, Node] = {}
    twice: set[str] = set()
    for node in parsed.root.walk():
        if node.kind == "variable_declarator":
            given = _given(node.get("name"), node.get("value"))
        elif node.kind.endswith("assignment_expression"):
            given = _given(node.get("left"), node.get("right"))
        else:
            continue
        for name, value in given:
            if name in found:
                twice.add(name)
            found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


def _given(names: Node | None, value: Node | None) -> Iterator[tuple[str, Node]]:
    """`k = "x"`, `[k] = ["x"]` and `{ k } = { k: "x" }`; a property by its whole name."""
    if names is None or value is None:
        return
    if names.kind in {"identifier", "member_expression"}:
        yield names.text, value
    elif names.kind == "array_pattern" and value.kind == "array":
        for name, part in zip(names.children, value.children, strict=False):
            yield name.text, part
    elif names.kind == "object_pattern" and value.kind == "object":
        parts = {key.text: pair.get("value") for pair in value.children if (key := pair.get("key"))}
        for name in names.children:
            if (part := parts.get(name.text)) is not None:
                yield name.text, part


def _may_be(node: Node) -> bool:
    """Most calls are of something that is not here, which is seen before anything else is looked at."""
    match node.kind:
        case "template_string":
            return any(child.kind == "template_substitution" for child in node.children)
        case "binary_expression":
            operator = node.get("operator")
            return operator is not None and operator.kind in {"+", "-", "*", "^"}
        case "subscript_expression" | "parenthesized_expression":
            return True
        case "call_expression":
            function = node.get("function")
            name = function.get("property") if function is not None else None
            if name is not None:
                return name.excerpt() in _METHODS
            return function is not None and function.excerpt() in _FUNCTIONS
        case _:
            return False


class Folder:
    def __init__(self, names: Mapping[str, Node]) -> None:
        self._names = names
        self._steps = 0
        self._depth = 0

    def value(self, of: Node, known: Mapping[str, Value]) -> Value:
        self._steps += 1
        self._depth += 1
        if self._steps > MAX_STEPS or self._depth > MAX_DEPTH:
            raise Unknown
        found = self._value(of, known)
        self._depth -= 1
        if isinstance(found, str | list) and len(found) > MAX_VALUE:
            raise Unknown
        return found

    def _value(self, of: Node, known: Mapping[str, Value]) -> Value:
        match of.kind:
            case "string":
                text = said(of)
                return text if text is not None else _no()
            case "template_string":
                return self._template(of, known)
            case "number":
                plain = of.text.replace("_", "").removesuffix("n")
                return float(int(plain, 0)) if re.match(r"0[xob]", plain) else float(plain)
            case "null":
                return ""
            case "identifier" if of.text in known:
                return known[of.text]
            case "identifier" if of.text in self._names:
                return self.value(self._names[of.text], {})
            case "array":
                return [one for part in of.children for one in self._element(part, known)]
            case kind if kind in _WRAPS:
                return self.value(of.children[0], known)
            case "unary_expression":
                operator, inner = of.get("operator"), of.get("argument")
                if operator is None or inner is None or operator.kind not in {"-", "+"}:
                    raise Unknown
                number = float(_plain(self.value(inner, known)))
                return -number if operator.kind == "-" else number
            case "binary_expression":
                return self._two(of, known)
            case "subscript_expression":
                whole, index = self.value(_part(of, "object"), known), self.value(_part(of, "index"), known)
                if not isinstance(whole, str | list) or not isinstance(index, float):
                    raise Unknown
                return whole[int(index)]
            case "call_expression":
                return self._called(of, known)
            case _:
                raise Unknown

    def _element(self, part: Node, known: Mapping[str, Value]) -> list[Value]:
        if part.kind == "spread_element":
            return _items(self.value(part.children[0], known))
        return [self.value(part, known)]

    def _template(self, of: Node, known: Mapping[str, Value]) -> str:
        whole = said(of)
        if whole is not None:
            return whole
        pieces: list[str] = []
        for part in of.children:
            if part.kind == "template_substitution":
                pieces.append(_plain(self.value(part.children[0], known)))
            else:
                pieces.append(part.text)
        return "".join(pieces)

    def _two(self, of: Node, known: Mapping[str, Value]) -> Value:
        one, other = self.value(_part(of, "left"), known), self.value(_part(of, "right"), known)
        operator = _part(of, "operator").kind
        if operator == "+" and (isinstance(one, str) or isinstance(other, str)):
            return _plain(one) + _plain(other)
        if not isinstance(one, float) or not isinstance(other, float) or max(abs(one), abs(other)) > 1e15:
            raise Unknown
        match operator:
            case "+":
                return one + other
            case "-":
                return one - other
            case "*":
                return one * other
            case "^":
                return float(int(one) ^ int(other))
            case _:
                raise Unknown

    def _called(self, of: Node, known: Mapping[str, Value]) -> Value:
        function, arguments = _part(of, "function"), _part(of, "arguments")
        name, thing = function.get("property"), function.get("object")
        if name is None or thing is None:
            given = [one for part in arguments.children for one in self._element(part, known)]
            return _function(function.text, given)
        called, on = name.text, thing.excerpt()
        if called == "map" and arguments.children:
            return self._mapped(self.value(thing, known), arguments.children[0], known)
        given = [one for part in arguments.children for one in self._element(part, known)]
        if called in _CODES and on == "String":
            return "".join(chr(int(_number(code))) for code in given)
        if called == "apply" and on in {f"String.{codes}" for codes in _CODES} and len(given) == 2:
            return "".join(chr(int(_number(code))) for code in _items(given[1]))
        if on in {"Array", "JSON", "Buffer"}:
            return _static(on, called, given)
        return _method(self.value(thing, known), called, given)

    def _mapped(self, over: Value, by: Node, known: Mapping[str, Value]) -> list[Value]:
        if by.kind != "arrow_function":
            raise Unknown
        parameter, body = by.get("parameter") or _only(by.get("parameters")), _part(by, "body")
        if parameter is None or parameter.kind not in {"identifier", "required_parameter"}:
            raise Unknown
        return [self.value(body, {**known, parameter.text: one}) for one in _items(over)]


def _function(name: str, given: list[Value]) -> Value:
    match name, given:
        case "atob", [str() as packed]:
            return _unpacked(packed, "base64")
        case "btoa", [str() as text]:
            return base64.b64encode(text.encode("latin-1", errors="replace")).decode()
        case "decodeURIComponent" | "decodeURI" | "unescape", [str() as text]:
            return unquote(text)
        case "String", [str() | float() as value]:
            return _plain(value)
        case "Number", [str() | float() as value]:
            return float(value)
        case "parseInt", [str() as text, float() as base]:
            return float(int(text, int(base)))
        case "parseInt", [str() as text]:
            return float(int(text))
        case _:
            raise Unknown


def _static(on: str, called: str, given: list[Value]) -> Value:
    match on, called, given:
        case "Array", "from", [str() | list() as over]:
            return _items(over)
        case "Array", "of", _:
            return given
        case "JSON", "parse", [str() as text] if re.fullmatch(r'"[^"\\]*"', text):
            return text[1:-1]
        case "Buffer", "from", [str() as packed, str() as how]:
            return _unpacked(packed, how)
        case "Buffer", "from", [list() as codes]:
            return bytes(int(_number(code)) for code in codes).decode("utf-8", errors="replace")
        case _:
            raise Unknown


def _method(thing: Value, name: str, given: list[Value]) -> Value:
    match thing, name, given:
        case list(), "join", _:
            return (_plain(given[0]) if given else ",").join(_plain(one) for one in thing)
        case list(), "reverse" | "toReversed", []:
            return thing[::-1]
        case list(), "sort" | "toSorted", [] if all(isinstance(one, str) for one in thing):
            return sorted(thing, key=_plain)
        case list(), "concat", _:
            return [*thing, *(one for part in given for one in (part if isinstance(part, list) else [part]))]
        case str(), "concat", _:
            return thing + "".join(_plain(one) for one in given)
        case str(), "split", [str() as between]:
            return [*(thing.split(between) if between else thing)]
        case str(), "replace", [str() as old, str() as new]:
            return thing.replace(old, new, 1)
        case str(), "replaceAll", [str() as old, str() as new]:
            return thing.replace(old, new) if len(new) < MAX_TEXT and old else _no()
        case str(), "repeat", [float() as times] if times < 100:
            return thing * int(times)
        case str(), "toLowerCase", []:
            return thing.lower()
        case str(), "toUpperCase", []:
            return thing.upper()
        case str(), "trim" | "normalize" | "toString", _:
            return thing.strip() if name == "trim" else thing
        case str(), "charCodeAt" | "codePointAt", [float() as at]:
            return float(ord(thing[int(at)]))
        case float(), "toString", [float() as base] if 2 <= base <= 36:
            return _in_base(int(thing), int(base))
        case str() | list(), "at" | "charAt", [float() as at]:
            return thing[int(at)]
        case str() | list(), "slice" | "substring", _:
            first, last = (*(int(_number(one)) for one in given), *(None, None))[:2]
            return thing[first:last]
        case str(), "substr", [float() as first, *rest]:
            return thing[int(first) :][: int(_number(rest[0]))] if rest else thing[int(first) :]
        case _:
            raise Unknown


def _unpacked(packed: str, how: str) -> str:
    try:
        match how.lower():
            case "base64" | "base64url":
                packed = packed.replace("-", "+").replace("_", "/").rstrip("=")
                return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-8", errors="replace")
            case "hex":
                return bytes.fromhex(packed).decode("utf-8", errors="replace")
            case _:
                return packed
    except (binascii.Error, ValueError):
        return _no()


def _in_base(number: int, base: int) -> str:
    digits = ""
    while number > 0 and len(digits) < 64:
        number, rest = divmod(number, base)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def _part(of: Node, name: str) -> Node:
    part = of.get(name)
    if part is None:
        raise Unknown
    return part


def _only(parameters: Node | None) -> Node | None:
    return parameters.children[0] if parameters is not None and len(parameters.children) == 1 else None


def _items(value: Value) -> list[Value]:
    return list(value) if isinstance(value, str | list) else _no()


def _plain(value: Value) -> str:
    if isinstance(value, list):
        return ",".join(_plain(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value) if value % 1 else str(int(value))


def _number(value: Value) -> float:
    return value if isinstance(value, float) else _no()


def _no() -> Never:
    raise Unknown
