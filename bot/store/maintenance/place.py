"""A store's database as maintenance meets it: a connection of its own, for as long as it takes."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from workflows.errors import OperatorProblem

# Few, because one delivery can be 25 MB; what is read goes on in a stream.
AT_ONCE = 20


class Place(ABC):
    def __init__(self, name: str, engine: sa.Engine) -> None:
        self.name = name
        """Where it is, for people: a path, or host, port and database. Never a password."""
        self.kind = engine.dialect.name
        self._engine = engine

    @contextlib.contextmanager
    def snapshot(self) -> Generator[sa.Connection]:
        """Whatever is asked in it is of one moment, and nobody has to wait for it."""
        with self._explained(), self._engine.connect() as connection:
            self._freeze(connection)
            yield connection

    @contextlib.contextmanager
    def change(self) -> Generator[sa.Connection]:
        """All or nothing."""
        with self._explained(), self._engine.connect() as connection:
            self._lock(connection)
            yield connection
            connection.commit()

    @abstractmethod
    def need(self) -> None:
        """OperatorProblem when there is nothing to connect to; nothing is made by looking."""

    @abstractmethod
    def make(self) -> None:
        """So that there is something to connect to."""

    @abstractmethod
    def undurable(self, connection: sa.Connection) -> Sequence[str]:
        """Settings with which a power cut can lose what was acknowledged, with what to do."""

    @abstractmethod
    def damage(self, connection: sa.Connection) -> Iterator[str]:
        """What the database itself finds wrong."""

    @abstractmethod
    def damaged(self, error: DBAPIError) -> bool:
        """It could not be read because it is broken, and not because it is busy or away."""

    @abstractmethod
    def alone(self, connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
        """In a change: nobody else writes to these tables until it is committed."""

    @abstractmethod
    def count_on(self, connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
        """Numbers that the database gives go on after those that are there."""

    @abstractmethod
    def give_back(self, *, whole: bool) -> str:
        """Room that nothing uses any more, to the disk; a sentence on what became of it, or none."""

    @abstractmethod
    def _freeze(self, connection: sa.Connection) -> None: ...

    @abstractmethod
    def _lock(self, connection: sa.Connection) -> None: ...

    @abstractmethod
    def _explain(self, error: BaseException) -> BaseException: ...

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._explain(error.orig or error) from error


def place_at(url: str) -> Place:
    """The database that a store's URL names, not yet touched."""
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and rest.startswith("///") and len(rest) > len("///"):
        from bot.store.maintenance.on_sqlite import SqlitePlace

        return SqlitePlace(Path(rest.removeprefix("///")))
    if scheme in {"postgresql", "postgres"}:
        from bot.store.maintenance.on_postgres import PostgresPlace

        return PostgresPlace(url)
    raise OperatorProblem(
        f"{scheme}: is not a store that is kept: give sqlite:///path/to/redfirst.db or "
        "postgresql://user@host/database"
    )


def each(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]], at_once: int = AT_ONCE
) -> Iterator[Sequence[Any]]:
    """Rows as they come, a few in memory at a time."""
    with connection.execute(query, execution_options={"yield_per": at_once}) as found:
        yield from found
