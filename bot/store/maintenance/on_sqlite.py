"""Maintenance of a store in a file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.store.maintenance.place import Place
from bot.store.port import StoreUnavailable
from bot.store.sqlite import SqliteDatabase
from workflows.errors import OperatorProblem

_INCREMENTAL = 2
_PAGES_AT_ONCE = 500

# Rewritten in a second or two, while those who write wait ten before they give up.
_SMALL = 64 * 1024**2

# SQLite says so of every file that it cannot make sense of.
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}


class SqlitePlace(Place):
    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = SqliteDatabase(path)
        engine = sa.create_engine("sqlite://", creator=self._connect, poolclass=sa.NullPool)
        super().__init__(str(path), engine)

    def need(self) -> None:
        try:
            there = self._path.stat().st_size > 0
        except FileNotFoundError:
            there = False
        except OSError as error:
            raise StoreUnavailable(f"the store {self._path} cannot be read: {error.strerror}") from error
        if not there:
            raise OperatorProblem(
                f"there is no store at {self._path}: set REDFIRST_DATA_DIR or REDFIRST_DATABASE_URL to what "
                "the bot has, or start it once"
            )

    def make(self) -> None:
        self._database.make_file()

    def undurable(self, connection: sa.Connection) -> Sequence[str]:
        found: list[str] = []
        if (mode := _pragma(connection, "journal_mode")) != "wal":
            found.append(
                f"its journal mode is {mode} and not wal: keep {self._path} on a local disk, "
                "which network file systems are not"
            )
        if int(_pragma(connection, "synchronous")) < 2:
            found.append("synchronous is not FULL: this is a bug, please report it")
        return found

    def damage(self, connection: sa.Connection) -> Iterator[str]:
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if said != "ok":
                yield str(said)

    def damaged(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _BROKEN

    def alone(self, connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
        """It already is: a change of SQLite's is of the whole file."""

    def count_on(self, connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
        """It counts from the greatest number that there is."""

    def give_back(self, *, whole: bool) -> str:
        """A few pages at a time where the file was made for that, so that the bot gets in between.

        Files of release 0.1.0 were not, and can only be rewritten as a whole, which makes everyone who
        writes wait. That is done unasked while it is short, and leaves a file that was made for it.
        """
        with self._explained(), self._engine.connect() as connection:
            before = self._path.stat().st_size
            if whole or (before <= _SMALL and self._mode(connection) != _INCREMENTAL):
                connection.exec_driver_sql("PRAGMA auto_vacuum = INCREMENTAL")
                connection.exec_driver_sql("VACUUM")
            elif self._mode(connection) == _INCREMENTAL:
                self._shrink(connection)
            # As far as it goes without making anyone wait.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            free = int(_pragma(connection, "freelist_count")) * int(_pragma(connection, "page_size"))
            gained = before - self._path.stat().st_size
        if free > _SMALL // 2:
            return (
                f"{self._path} has {_mb(free)} that are free for new rows; to make the file smaller, stop "
                "the bot and run it again with --vacuum"
            )
        return f"{self._path} is {_mb(gained)} smaller" if gained > 0 else ""

    def _shrink(self, connection: sa.Connection) -> None:
        while (free := int(_pragma(connection, "freelist_count"))) > 0:
            began = time.monotonic()
            # By the driver alone: a page goes with each row that is fetched, and these have no columns.
            connection.connection.cursor().execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
            if int(_pragma(connection, "freelist_count")) >= free:
                return
            # As long as it took: others have waited that long for their turn.
            time.sleep(time.monotonic() - began)

    def _mode(self, connection: sa.Connection) -> int:
        return int(_pragma(connection, "auto_vacuum"))

    def _connect(self) -> sqlite3.Connection:
        raw = self._database.connect()
        # One damaged row shall not hide the others.
        raw.text_factory = _text
        # What is removed is gone, and not just no longer listed.
        raw.execute("PRAGMA secure_delete = ON")
        # Python notices Ctrl-C only when it gets a word in.
        raw.set_progress_handler(lambda: 0, 100_000)
        return raw

    def _freeze(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")
        # The moment is that of the first question.
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master")

    def _lock(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _explain(self, error: BaseException) -> BaseException:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            return KeyboardInterrupt()
        return self._database.explain(error) if isinstance(error, Exception) else error


def _text(kept: bytes) -> str:
    return kept.decode("utf-8", "surrogateescape")


def _pragma(connection: sa.Connection, name: str) -> str:
    return str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())


def _mb(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"
