"""Many machines: PostgreSQL, each write a transaction of its own; the server groups their commits."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.dialects.postgresql import psycopg as dialects

from bot.store import migrations
from bot.store.port import StoreUnavailable
from bot.store.postgres_problems import explained, is_passing
from bot.store.statements import Driver, Link
from bot.store.threads import Threads

T = TypeVar("T")

CONNECTIONS = 8

# A server that restarts is back within this time, and who waits for a write need not know.
PATIENCE_SECONDS = 10.0

# Who was cut off between two statements keeps no other machine from the rows that it changed for longer than
# that. Said in each transaction and not for the connection, whose options a pooler between us may refuse.
_BEGIN = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '5s'"

# Dead peers are noticed within a minute, whether or not something is on its way to them; the URL may say
# otherwise.
_DEFAULTS: dict[str, str | int] = {
    "application_name": "redfirst",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# Any number, as long as nobody else in the database means something else by it.
UPGRADE_LOCK = "SELECT pg_advisory_xact_lock(7203114)"


class PostgresDatabase:
    def __init__(self, url: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._conninfo = "postgresql:" + url.partition(":")[2]
        self._patience_seconds = patience_seconds
        self._dialect = dialects.dialect()
        self._threads: Threads | None = None
        given = self._given()
        self.place = (
            f"{given.get('host') or 'localhost'}:{given.get('port') or 5432}/{given.get('dbname') or ''}"
        )

    async def open(self) -> None:
        self._threads = Threads(CONNECTIONS, self.connect)
        try:
            await self._threads.run(lambda: self._prepare(self._opened))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        threads, self._threads = self._threads, None
        if threads is not None:
            await threads.close()

    async def read(self, ask: Callable[[Link], T]) -> T:
        threads = self._opened
        return await threads.run(lambda: self._patiently(threads, ask, begin=False))

    async def write(self, change: Callable[[Link], T], *, single: bool = False) -> T:
        threads = self._opened
        return await threads.run(lambda: self._patiently(threads, change, begin=not single))

    async def describe(self) -> str:
        def version(link: Link) -> str:
            cursor = link.driver.cursor()
            cursor.execute("SHOW server_version", None)
            return cursor.fetchone()[0].partition(" ")[0]

        return f"PostgreSQL {await self.read(version)} at {self.place}"

    @property
    def _opened(self) -> Threads:
        if self._threads is None:
            raise StoreUnavailable(f"the store at {self.place} is not open")
        return self._threads

    def _patiently(self, threads: Threads, work: Callable[[Link], T], begin: bool) -> T:
        """Again after a lost connection or a deadlock, as long as nothing can have been committed."""
        until = time.monotonic() + self._patience_seconds
        wait = 0.05
        while True:
            try:
                with self._lent(threads) as link:
                    return _transaction(link, work) if begin else work(link)
            except psycopg.Error as error:
                if not is_passing(error) or time.monotonic() > until:
                    raise explained(error, self.place) from error
            time.sleep(wait)
            wait = min(wait * 2, 1.0)

    @contextlib.contextmanager
    def _lent(self, threads: Threads) -> Generator[Link]:
        link = threads.take()
        try:
            yield link
        finally:
            if _raw(link).closed:
                threads.forget_idle()
            else:
                threads.give_back(link)

    def _prepare(self, threads: Threads) -> None:
        try:
            link = threads.take()
            try:
                if not self._is_current(_raw(link)):
                    _raw(link).autocommit = False
                    migrations.upgrade("postgresql+psycopg", _raw(link), UPGRADE_LOCK)
            finally:
                link.driver.close()
        except psycopg.Error as error:
            raise explained(error, self.place) from error

    def _is_current(self, raw: psycopg.Connection[Any]) -> bool:
        there = raw.execute("SELECT to_regclass('alembic_version')").fetchone()
        kept = there and there[0] and raw.execute("SELECT version_num FROM alembic_version").fetchone()
        return migrations.is_current(kept[0] if kept else None, self.place)

    def connect(self) -> Link:
        raw = psycopg.connect(make_conninfo("", **{**_DEFAULTS, **self._given()}), autocommit=True)
        return Link(self._dialect, cast("Driver", raw))

    def _given(self) -> dict[str, str | int]:
        try:
            found = conninfo_to_dict(self._conninfo)
        except psycopg.ProgrammingError as error:
            # Its message may quote the password.
            raise StoreUnavailable(
                "the store's URL cannot be read: write it as postgresql://user:password@host:5432/database, "
                "with %-escapes for special characters"
            ) from error.with_traceback(None)
        return {name: value for name, value in found.items() if value is not None}


def _raw(link: Link) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", link.driver)


def _transaction(link: Link, change: Callable[[Link], T]) -> T:
    raw = _raw(link)
    # Two statements cannot be prepared.
    raw.execute(_BEGIN, prepare=False)
    try:
        result = change(link)
    except BaseException:
        if not raw.closed:
            raw.execute("ROLLBACK")
        raise
    try:
        raw.execute("COMMIT")
    except psycopg.OperationalError as error:
        if raw.closed:
            raise StoreUnavailable(
                "the connection to PostgreSQL was lost during a commit, which may or may not have been done"
            ) from error
        raise
    return result
