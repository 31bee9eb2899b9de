"""One machine: a file, in WAL mode, that survives a power cut."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.dialects import sqlite

from bot.durable import make_folder
from bot.store import migrations
from bot.store.port import StoreUnavailable
from bot.store.sqlite_problems import explained, is_busy
from bot.store.statements import Link
from bot.store.threads import Threads
from bot.store.writer import GroupWriter

T = TypeVar("T")

READERS = 4
BUSY_SECONDS = 10.0


class SqliteDatabase:
    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._dialect = sqlite.dialect()
        self._threads: Threads | None = None
        self._writer: GroupWriter | None = None

    async def open(self) -> None:
        self._threads = Threads(READERS, lambda: self._link(self.connect()))
        try:
            raw = await self._threads.run(self._prepare)
        except BaseException:
            await self.close()
            raise
        self._writer = GroupWriter(self._link(raw), raw, self.explain)

    async def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()
        threads, self._threads = self._threads, None
        if threads is not None:
            await threads.close()

    async def read(self, ask: Callable[[Link], T]) -> T:
        threads = self._threads
        if threads is None:
            raise StoreUnavailable(f"the store {self._path} is not open")

        def work() -> T:
            try:
                link = threads.take()
                try:
                    return ask(link)
                finally:
                    threads.give_back(link)
            except sqlite3.Error as error:
                raise self.explain(error) from error

        return await threads.run(work)

    async def write(self, change: Callable[[Link], T], *, single: bool = False) -> T:  # noqa: ARG002 - here all share one
        if self._writer is None:
            raise StoreUnavailable(f"the store {self._path} is not open")
        return await self._writer.submit(change)

    async def describe(self) -> str:
        await self.read(lambda link: link.driver.cursor().execute("SELECT max(number) FROM runs", ()))
        return f"SQLite {sqlite3.sqlite_version} at {self._path}"

    def _prepare(self) -> sqlite3.Connection:
        """The connection that writes, on a schema that is up to date."""
        self.make_file()
        until = time.monotonic() + self._busy_seconds
        while True:
            try:
                return self._up_to_date()
            except sqlite3.Error as error:
                # SQLite does not wait by itself when two processes turn a new file to WAL mode at once.
                if not is_busy(error) or time.monotonic() > until:
                    raise self.explain(error) from error
                time.sleep(0.05)

    def make_file(self) -> None:
        try:
            make_folder(self._path.parent)
            # For us alone, and SQLite gives the files beside it the same mode. Issues can be private.
            os.close(os.open(self._path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreUnavailable(
                f"the store {self._path} cannot be opened ({error.strerror}): make its directory "
                f"{self._path.parent} exist and be writable for this user"
            ) from error

    def _up_to_date(self) -> sqlite3.Connection:
        raw = self.connect()
        try:
            if not self._is_current(raw):
                migrations.upgrade("sqlite", raw, "BEGIN IMMEDIATE")
            # Learnt now and not from the first webhook.
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("ROLLBACK")
        except BaseException:
            raw.close()
            raise
        return raw

    def _is_current(self, raw: sqlite3.Connection) -> bool:
        there = raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        kept = there and raw.execute("SELECT version_num FROM alembic_version").fetchone()
        return migrations.is_current(kept[0] if kept else None, str(self._path))

    def connect(self) -> sqlite3.Connection:
        # Transactions are the writer's own business; each read sees what is committed when it asks.
        raw = sqlite3.connect(
            self._path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            if raw.execute("PRAGMA page_count").fetchone() == (0,):
                # So that what is pruned later makes the file smaller. Later on it says nothing, and waits for
                # whoever writes.
                raw.execute("PRAGMA auto_vacuum = INCREMENTAL")
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")
            raw.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error:
            raw.close()
            raise
        return raw

    def _link(self, raw: sqlite3.Connection) -> Link:
        return Link(self._dialect, raw)

    def explain(self, error: Exception) -> Exception:
        return explained(error, self._path)
