"""The part of the language that is understood; the rest is refused, never guessed at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from bot.standin.jsontypes import Json

_TOKEN = re.compile(
    r"""[\s,﻿]+ | \#[^\n]* | (?P<token>
      \.\.\. | [!$():=@\[\]{|}] | [_A-Za-z][_0-9A-Za-z]* | -?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?
      | "(?:[^"\\\n]|\\.)*" )""",
    re.VERBOSE,
)
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
DEEPEST = 20


class Unreadable(Exception):
    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


@dataclass(frozen=True)
class Variable:
    name: str


Value: TypeAlias = "Variable | Json | dict[str, Value]"


@dataclass(frozen=True)
class Field:
    name: str
    alias: str
    at: int
    arguments: Mapping[str, Value] = field(default_factory=dict[str, Value])
    fields: tuple[Field, ...] = ()
    on: str | None = None
    """The type that an inline fragment was for."""


@dataclass(frozen=True)
class Operation:
    kind: str
    fields: tuple[Field, ...]
    variables: tuple[str, ...] = ()


class Parser:
    def __init__(self, source: str) -> None:
        self._tokens: list[tuple[str, int]] = []
        at = 0
        while at < len(source):
            match = _TOKEN.match(source, at)
            if match is None:
                raise Unreadable(f'Unknown char: "{source[at]}"', at)
            if match["token"]:
                self._tokens.append((match["token"], at))
            at = match.end()
        self._end = at
        self._next = 0
        self._variables: list[str] = []

    def operation(self) -> Operation:
        kind = "query"
        if self._peek() in ("query", "mutation"):
            kind = self._take()
            if _NAME.fullmatch(self._peek()):
                self._take()
            if self._peek() == "(":
                self._definitions()
        fields = self._selection(0)
        if self._peek():
            # More operations, or fragments by name.
            raise self._unexpected()
        return Operation(kind, fields, tuple(self._variables))

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _at(self) -> int:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else self._end

    def _take(self, wanted: str | None = None) -> str:
        token = self._peek()
        if not token or (wanted is not None and token != wanted):
            raise self._unexpected()
        self._next += 1
        return token

    def _unexpected(self) -> Unreadable:
        token = self._peek()
        said = f'Parse error on "{token}"' if token else "Unexpected end of document"
        return Unreadable(said, self._at())

    def _name(self) -> str:
        if not _NAME.fullmatch(self._peek()):
            raise self._unexpected()
        return self._take()

    def _definitions(self) -> None:
        self._take("(")
        while self._peek() != ")":
            self._take("$")
            self._variables.append(self._name())
            self._take(":")
            while self._peek() not in ("$", ")", "="):
                self._take()
            if self._peek() == "=":
                raise self._unexpected()
        self._take(")")

    def _selection(self, depth: int) -> tuple[Field, ...]:
        if depth > DEEPEST:
            raise Unreadable("Query is nested too deeply", self._at())
        self._take("{")
        found: list[Field] = []
        while self._peek() != "}":
            if self._peek() == "...":
                self._take()
                self._take("on")
                on = self._name()
                inner = self._selection(depth + 1)
                found += [Field(f.name, f.alias, f.at, f.arguments, f.fields, on) for f in inner]
            else:
                found.append(self._field(depth))
        self._take("}")
        return tuple(found)

    def _field(self, depth: int) -> Field:
        at, alias = self._at(), self._name()
        name = alias
        if self._peek() == ":":
            self._take()
            name = self._name()
        arguments: dict[str, Value] = {}
        if self._peek() == "(":
            self._take()
            while self._peek() != ")":
                key = self._name()
                self._take(":")
                arguments[key] = self._value(depth)
            self._take(")")
        fields = self._selection(depth + 1) if self._peek() == "{" else ()
        return Field(name, alias, at, arguments, fields)

    def _value(self, depth: int) -> Value:
        if depth > DEEPEST:
            raise Unreadable("Query is nested too deeply", self._at())
        if self._peek() == "$":
            self._take()
            return Variable(self._name())
        if self._peek() == "{":
            self._take()
            made: dict[str, Value] = {}
            while self._peek() != "}":
                key = self._name()
                self._take(":")
                made[key] = self._value(depth + 1)
            self._take("}")
            return made
        token = self._take()
        if token in ("true", "false", "null") or token[0] in '"-0123456789':
            return cast("Json", json.loads(token))
        if not _NAME.fullmatch(token):
            self._next -= 1
            raise self._unexpected()
        return token
