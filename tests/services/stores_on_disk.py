"""Each kind of store, on a disk whose power is cut under it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import sqlite3
import threading
from collections.abc import Generator
from typing import Protocol

import psycopg
from psycopg import sql

from tests.services import postgres
from tests.services.keeping import CAREFUL, CARELESS
from tests.services.need import need
from tests.services.postgres import PrivatePostgres
from tests.services.power import Disk


class StoreOnDisk(Protocol):
    how: str

    def new(self, name: str) -> str:
        """The URL of an empty store."""
        ...

    def stir(self) -> None:
        """What happens every few minutes, and so never by itself while a test runs."""
        ...

    def back_up(self) -> None:
        """After a cut."""
        ...

    def check(self, url: str) -> None:
        """By the database's own means: is it whole?"""
        ...

    def drop(self, name: str) -> None:
        """The next ones come up sooner without it."""
        ...


class SqliteOnDisk:
    def __init__(self, disk: Disk, careless: bool) -> None:
        self.how = CARELESS if careless else CAREFUL
        self._disk = disk

    def new(self, name: str) -> str:
        return f"sqlite:///{self._disk.at}/{name}/redfirst.db"

    def stir(self) -> None: ...

    def back_up(self) -> None:
        self._disk.back_up()

    def check(self, url: str) -> None:
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []

    def drop(self, name: str) -> None:
        shutil.rmtree(self._disk.at / name)


class PostgresOnDisk:
    how = CAREFUL

    def __init__(self, disk: Disk, server: PrivatePostgres) -> None:
        self._disk = disk
        self._server = server

    def new(self, name: str) -> str:
        self._server.administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._server.url(name)

    def stir(self) -> None:
        threading.Thread(target=self._checkpoint).start()

    def _checkpoint(self) -> None:
        with contextlib.suppress(psycopg.Error):  # it is what a cut interrupts
            self._server.administer(sql.SQL("CHECKPOINT").format())

    def back_up(self) -> None:
        # The server takes its processes with it; killed, it leaves those that wait for one another.
        self._server.stop(signal.SIGQUIT)
        self._disk.back_up()
        self._server.start()

    def check(self, url: str) -> None:
        with psycopg.connect(url) as raw:
            raw.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
            for (table,) in raw.execute(_TABLES).fetchall():
                assert raw.execute("SELECT * FROM verify_heapam(%s)", (table,)).fetchall() == []
            # Each row of a table against each of its indexes; it complains by itself.
            raw.execute(_CHECK_INDEXES)

    def drop(self, name: str) -> None:
        self._server.administer(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


_TABLES = "SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
_CHECK_INDEXES = _TABLES.replace("oid", "bt_index_check(oid, true)", 1).replace("'r'", "'i'")


@contextlib.contextmanager
def postgres_on(disk: Disk, careless: bool) -> Generator[PostgresOnDisk]:
    binaries = need(
        "PostgreSQL",
        postgres._binaries(),  # pyright: ignore[reportPrivateUsage]
        "scripts/ensure-commands postgres",
    )
    folder = disk.at / "postgres"
    folder.mkdir()
    os.chown(folder, *postgres._owner())  # pyright: ignore[reportPrivateUsage]
    server = PrivatePostgres(
        *(binaries, folder, postgres._free_port()),  # pyright: ignore[reportPrivateUsage]
        password=secrets.token_hex(8),
        # At its defaults, or as those set it up who want it fast.
        settings=("fsync=off",) if careless else (),
    )
    try:
        server.make()
        server.start()
        yield PostgresOnDisk(disk, server)
    finally:
        server.stop(signal.SIGQUIT)
