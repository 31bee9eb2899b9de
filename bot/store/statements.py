"""Statements, written once, compiled once for each kind of database, and run on its driver.

SQLAlchemy knows the schema and both ways to say a query. Running it through the driver makes an append cost
half: SQLAlchemy's own execution takes several times as long as SQLite needs for a small row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Value = str | bytes | int | Sequence[str] | Sequence[int] | None


class Cursor(Protocol):
    """What both drivers have in common."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, sql: str, values: Any, /) -> object: ...

    def executemany(self, sql: str, values: Any, /) -> object: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Driver(Protocol):
    def execute(self, sql: str, values: Any, /) -> Cursor: ...

    def cursor(self) -> Cursor: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Link:
    """A connection, and the words it understands."""

    dialect: sa.Dialect
    driver: Driver


class Statement:
    """One statement, run with named values."""

    def __init__(
        self, clause: sa.Select[*tuple[Any, ...]] | sa.Insert | sa.Update | sa.Delete, already: str = ""
    ) -> None:
        """`already` says what to do about a row that is there, in words that both databases understand."""
        self._clause = clause
        self._already = already
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, link: Link, **values: Value) -> Cursor:
        ready = self._on(link.dialect)
        return link.driver.execute(ready.sql, ready.bind(values))

    def each(self, link: Link, rows: Sequence[Mapping[str, Value]]) -> None:
        ready = self._on(link.dialect)
        link.driver.cursor().executemany(ready.sql, [ready.bind(row) for row in rows])

    def _on(self, dialect: sa.Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = self._compile(dialect)
        return found

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        compiled = self._clause.compile(dialect=dialect)
        sql = f"{compiled} ON CONFLICT {self._already}" if self._already else str(compiled)
        # SQLAlchemy adds values of its own, such as the offset that SQLite wants with a limit.
        own = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        return _Compiled(sql, _arranged(compiled.positiontup if compiled.positional else None), own)


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    arrange: Callable[[Mapping[str, Value]], object]
    own: dict[str, Value]

    def bind(self, values: Mapping[str, Value]) -> object:
        return self.arrange({**self.own, **values} if self.own else values)


def _arranged(order: Sequence[str] | None) -> Callable[[Mapping[str, Value]], object]:
    """By name, or by position where the driver wants that."""
    if order is None:
        return lambda values: values
    if len(order) > 1:
        return itemgetter(*order)
    return lambda values: tuple(values[name] for name in order)


class now(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """Milliseconds since 1970: PostgreSQL's own clock, or the host's on SQLite, which has no other."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(now, "sqlite")
def _host_clock(*_: Any, **__: Any) -> str:
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


@compiles(now, "postgresql")
def _server_clock(*_: Any, **__: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


def value(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


def number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger())


def word(text: str) -> sa.ColumnClause[str]:
    """A constant of ours, written into the statement."""
    if text and not text.isalpha():
        raise AssertionError(f"{text!r} is not one of our words")
    return sa.literal_column(f"'{text}'", sa.Text())
