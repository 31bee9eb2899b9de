"""What a condition of JavaScript comes to, supposing that one thing in it has a certain value. Pure.

Nothing is run: comparisons, sums and the plain methods of texts are done here, on small values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from workflows.code.script_folding import MAX_VALUE, Folder, Unknown, Value
from workflows.code.syntax import Node
from workflows.proof.scripts.patterns import fits
from workflows.proof.scripts.shapes import FUNCTIONS, arguments_of, bare, function_of, key_of_pair, own_parts

_EQUAL = frozenset({"==", "===", "!=", "!=="})
_ORDERED = frozenset({"<", ">", "<=", ">="})
_CHOOSING = frozenset({"&&", "||", "??"})
_BITS = frozenset({"&", "|", "^", "<<", ">>", ">>>", "%", "/", "**"})
_KEEPS = frozenset({"Object.freeze", "Object.seal", "structuredClone"})


def comes_to(
    condition: Node, subject: str, value: str | float, names: Mapping[str, Node], known: Mapping[str, Node]
) -> bool | None:
    """Whether it holds; None where that depends on something else, too."""
    try:
        return is_true(_Supposing(subject, value, names, known).value(condition, {}))
    except (Unknown, ValueError, TypeError, LookupError, OverflowError, ZeroDivisionError, AttributeError):
        return None


def is_true(value: Value) -> bool:
    return True if isinstance(value, list) else bool(value)


class _Supposing(Folder):
    def __init__(
        self, subject: str, value: str | float, names: Mapping[str, Node], known: Mapping[str, Node]
    ) -> None:
        super().__init__(names)
        self._subject = subject
        self._supposed = value
        self._known = known

    def _value(self, of: Node, known: Mapping[str, Value]) -> Value:
        if (
            of.kind in {"identifier", "member_expression", "subscript_expression"}
            and of.text == self._subject
        ):
            return self._supposed
        match of.kind:
            case "true" | "false":
                return of.kind == "true"
            case "unary_expression":
                return self._one(of, known)
            case "binary_expression":
                return self._both(of, known)
            case "ternary_expression":
                asked, yes, no = of.get("condition"), of.get("consequence"), of.get("alternative")
                if asked is None or yes is None or no is None:
                    raise Unknown
                return self.value(yes if is_true(self.value(asked, known)) else no, known)
            case "new_expression" if function_of(of) in {"Set", "String", "Number"} and arguments_of(of):
                return self.value(arguments_of(of)[0], known)
            case "member_expression":
                return self._member(of, known)
            case "call_expression":
                return self._call(of, known)
            case _:
                return super()._value(of, known)

    def _one(self, of: Node, known: Mapping[str, Value]) -> Value:
        operator, inner = of.get("operator"), of.get("argument")
        if operator is None or inner is None:
            raise Unknown
        value = self.value(inner, known)
        match operator.kind:
            case "!":
                return not is_true(value)
            case "-":
                return -_number(value)
            case "+":
                return _number(value)
            case "~":
                return float(~int(_number(value)))
            case _:
                raise Unknown

    def _both(self, of: Node, known: Mapping[str, Value]) -> Value:
        operator, left, right = of.get("operator"), of.get("left"), of.get("right")
        if operator is None or left is None or right is None:
            raise Unknown
        one = self.value(left, known)
        if operator.kind in _CHOOSING:
            goes_on = is_true(one) if operator.kind == "&&" else not is_true(one) and operator.kind == "||"
            return self.value(right, known) if goes_on else one
        other = self.value(right, known)
        if operator.kind in _EQUAL:
            return _same(one, other, strictly=len(operator.kind) == 3) is operator.kind.startswith("=")
        if operator.kind in _ORDERED:
            return _ordered(operator.kind, one, other)
        if operator.kind in _BITS:
            return _bits(operator.kind, _number(one), _number(other))
        if operator.kind == "+" and (isinstance(one, str) or isinstance(other, str)):
            return _text(one) + _text(other)
        first, second = _number(one), _number(other)
        match operator.kind:
            case "+":
                return first + second
            case "-":
                return first - second
            case "*":
                return first * second
            case _:
                raise Unknown

    def _member(self, of: Node, known: Mapping[str, Value]) -> Value:
        thing, name = of.get("object"), of.get("property")
        if thing is None or name is None:
            raise Unknown
        held = self._names.get(of.text) or self._held(thing, name.text)
        if held is not None:
            return self.value(held, {})
        value = self.value(thing, known)
        if name.text in {"length", "size"} and isinstance(value, str | list):
            return float(len(value))
        raise Unknown

    def _held(self, thing: Node, name: str, depth: int = 0) -> Node | None:
        """`KNOWN.title`, where `KNOWN` is written out in this file."""
        thing = bare(thing)
        if depth > 4:
            return None
        if thing.kind == "identifier":
            value = self._known.get(thing.text)
        elif thing.kind == "member_expression":
            inner, part = thing.get("object"), thing.get("property")
            value = (
                self._held(inner, part.text, depth + 1) if inner is not None and part is not None else None
            )
        else:
            value = thing
        if value is not None and value.kind == "call_expression" and function_of(value) in _KEEPS:
            value = arguments_of(value)[0] if arguments_of(value) else None
        if value is None:
            return None
        body = value.get("body") if "class" in value.kind else value
        for part in body.children if body is not None and value.kind not in FUNCTIONS else ():
            if key_of_pair(part) == name:
                return part.get("value") or _returned(part)
        return None

    def _fits(self, pattern: Node, text: Node, known: Mapping[str, Value]) -> bool:
        pattern = bare(self._names.get(pattern.text, pattern))
        value = self.value(text, known)
        found = fits(pattern, value) if pattern.kind == "regex" and isinstance(value, str) else None
        if found is None:
            raise Unknown
        return found

    def _call(self, of: Node, known: Mapping[str, Value]) -> Value:
        name, function = function_of(of), of.get("function")
        given = arguments_of(of)
        own = self._known.get(name)
        if own is not None and own.kind in FUNCTIONS:
            body = _returned(own)
            parameters = [part.text for part in (own.get("parameters") or own).children if part.part == ""]
            single = own.get("parameter")
            names = [single.text] if single is not None else parameters[: len(given)]
            if body is None:
                raise Unknown
            values = [self.value(one, known) for one in given]
            return self.value(body, dict(zip(names, values, strict=False)))
        if name in {"Math.abs", "Math.round", "Math.floor", "Math.ceil", "Math.trunc", "BigInt", "Number"}:
            number = _number(self.value(given[0], known))
            by = {"Math.abs": abs, "Math.round": round, "Math.floor": math.floor, "Math.ceil": math.ceil}
            return float(by.get(name, math.trunc if name == "Math.trunc" else float)(number))
        if name == "Object.is":
            return _same(self.value(given[0], known), self.value(given[1], known), strictly=True)
        part = function.get("property") if function is not None else None
        thing = function.get("object") if function is not None else None
        if part is not None and thing is not None and part.text in _MATCHES and len(given) == 1:
            pattern, text = (given[0], thing) if part.text == "match" else (thing, given[0])
            return self._fits(pattern, text, known)
        if part is not None and thing is not None and part.text in _ASKS and given:
            return _asks(part.text, self.value(thing, known), self.value(given[0], known))
        if part is not None and part.text == "toString" and thing is not None and not given:
            return _text(self.value(thing, known))
        return super()._value(of, known)


_MATCHES = frozenset({"test", "match", "exec"})
_ASKS = frozenset({"includes", "has", "startsWith", "endsWith", "indexOf", "localeCompare", "equals"})


def _asks(name: str, thing: Value, asked: Value) -> Value:
    if name == "has" and isinstance(thing, str):
        raise Unknown
    match name, thing, asked:
        case "includes" | "has", str(), str():
            return asked in thing
        case "includes" | "has", list(), _:
            return any(_same(one, asked, strictly=True) for one in thing)
        case "startsWith", str(), str():
            return thing.startswith(asked)
        case "endsWith", str(), str():
            return thing.endswith(asked)
        case "indexOf", str(), str():
            return float(thing.find(asked))
        case "indexOf", list(), _:
            return next((float(at) for at, one in enumerate(thing) if _same(one, asked, strictly=True)), -1.0)
        case "localeCompare", str(), str():
            return float((thing > asked) - (thing < asked))
        case "equals", _, _:
            return _same(thing, asked, strictly=True)
        case _:
            raise Unknown


def _returned(function: Node) -> Node | None:
    """What a function gives that does nothing else."""
    body = function.get("body")
    if body is None or body.kind != "statement_block":
        return body
    given = [part for part in own_parts(function) if part.kind == "return_statement"]
    return given[0].children[0] if len(given) == len(body.children) == 1 and given[0].children else None


def _same(one: Value, other: Value, *, strictly: bool) -> bool:
    if type(one) is type(other):
        return one == other and not isinstance(one, list)
    if strictly or isinstance(one, list) or isinstance(other, list):
        return False
    return _number(one) == _number(other)


def _ordered(operator: str, one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        less, same = one < other, one == other
    else:
        first, second = _number(one), _number(other)
        less, same = first < second, first == second
    return {"<": less, ">": not less and not same, "<=": less or same, ">=": not less}[operator]


def _bits(operator: str, one: float, other: float) -> float:
    if max(abs(one), abs(other)) > 1e15:
        raise Unknown
    match operator:
        case "/":
            return one / other
        case "%":
            return math.fmod(one, other)
        case "**":
            return float(one**other) if abs(other) < 20 and abs(one) < MAX_VALUE else _no()
        case "&":
            return float(int(one) & int(other))
        case "|":
            return float(int(one) | int(other))
        case "^":
            return float(int(one) ^ int(other))
        case "<<":
            return float(int(one) << min(31, max(0, int(other))))
        case _:
            return float(int(one) >> min(31, max(0, int(other))))


def _number(value: Value) -> float:
    if isinstance(value, list):
        raise Unknown
    return float(value or 0) if not isinstance(value, str) else float(value.strip() or 0)


def _text(value: Value) -> str:
    if isinstance(value, list):
        raise Unknown
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value) if value % 1 else str(int(value))


def _no() -> float:
    raise Unknown
