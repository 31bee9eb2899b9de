"""Where deliveries, runs and journals are kept: SQLite for one machine, PostgreSQL for many."""

from __future__ import annotations

from pathlib import Path

from bot.store.port import Store
from workflows.errors import OperatorProblem
from workflows.ports.blobs import Blobs


def store_at(url: str, blobs: Blobs | None = None) -> Store:
    """The store that a URL names, not yet opened: `sqlite:///…`, `postgresql://…`, or `memory:`.

    Long rows are kept among the blobs, if there are any, and can only be read again with the same ones.

    SQLAlchemy is imported here and not above: most commands need no store, and start-up is felt.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "memory":
        from bot.store.memory import MemoryStore

        return MemoryStore()
    if scheme == "sqlite" and rest.startswith("///") and len(rest) > len("///"):
        from bot.store.sql import SqlStore
        from bot.store.sqlite import SqliteDatabase

        return SqlStore(SqliteDatabase(Path(rest.removeprefix("///"))), blobs)
    if scheme in {"postgresql", "postgres"}:
        from bot.store.postgres import PostgresDatabase
        from bot.store.sql import SqlStore

        return SqlStore(PostgresDatabase(url), blobs)
    raise OperatorProblem(
        f"{scheme}: is not a store: give sqlite:///path/to/redfirst.db or postgresql://user@host/database"
    )
