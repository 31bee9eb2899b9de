"""Maintenance of a store in PostgreSQL, with no more rights than the bot has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.store.maintenance.place import Place
from bot.store.postgres import UPGRADE_LOCK, PostgresDatabase
from bot.store.postgres_problems import explained

_WANTED = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    # All but off: the commit is on this server's disk before it is answered.
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}
_BROKEN_CLASS = "XX"


class PostgresPlace(Place):
    def __init__(self, url: str) -> None:
        self._database = PostgresDatabase(url)
        engine = sa.create_engine("postgresql+psycopg://", creator=self._connect, poolclass=sa.NullPool)
        super().__init__(self._database.place, engine)

    def need(self) -> None:
        """Whether there is one is learnt by connecting."""

    def make(self) -> None:
        """A database is not ours to make."""

    def undurable(self, connection: sa.Connection) -> Sequence[str]:
        found: list[str] = []
        for name, wanted in _WANTED.items():
            value = connection.exec_driver_sql(f"SHOW {name}").scalar()
            if value not in wanted:
                found.append(f"{name} is {value}: set it to {wanted[0]}")
        return found

    def damage(self, connection: sa.Connection) -> Iterator[str]:
        """Indexes that the server itself calls invalid; more needs a superuser. Rows are read anyway."""
        broken = connection.exec_driver_sql(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready) "
            "AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
        )
        for (index,) in broken:
            yield f"index {index} is invalid: run REINDEX INDEX {index}"

    def damaged(self, error: DBAPIError) -> bool:
        return isinstance(error.orig, psycopg.Error) and (error.orig.sqlstate or "").startswith(_BROKEN_CLASS)

    def alone(self, connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
        names = ", ".join(connection.dialect.identifier_preparer.format_table(table) for table in tables)
        if names:
            connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")

    def count_on(self, connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
        for table in tables:
            for column in table.primary_key.columns:
                counter = connection.scalar(
                    sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
                )
                if counter is not None:
                    newest = connection.scalar(sa.select(sa.func.max(column))) or 0
                    connection.execute(sa.select(sa.func.setval(counter, newest + 1, False)))

    def give_back(self, *, whole: bool) -> str:
        """Its autovacuum makes the room free for new rows, in its own time; nobody has to wait for that."""
        return "PostgreSQL's autovacuum reuses the room" if whole else ""

    def _connect(self) -> psycopg.Connection[Any]:
        raw = cast("psycopg.Connection[Any]", self._database.connect().driver)
        raw.autocommit = False
        return raw

    def _freeze(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def _lock(self, connection: sa.Connection) -> None:
        """Nobody brings the schema up to date meanwhile."""
        connection.exec_driver_sql(UPGRADE_LOCK)

    def _explain(self, error: BaseException) -> BaseException:
        return explained(error, self.name) if isinstance(error, psycopg.Error) else error
