"""Brings a schema up to date. Alembic is imported only where there is something to do."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.store.port import StoreUnavailable

if TYPE_CHECKING:
    import sqlalchemy as sa

HEAD = "0002"
"""The newest migration here. A test compares it with the files."""

# Alembic keeps what it is at in a module, so two stores of one process take turns.
_ALONE = threading.Lock()


def is_current(kept: str | None, place: str) -> bool:
    """False when there is something to do; StoreUnavailable when a newer release was here."""
    # Numbers, so that a release can tell what it is too old for from what it has yet to do.
    if kept is not None and kept > HEAD:
        raise StoreUnavailable(
            f"the store {place} was brought to schema {kept} by a newer release of redfirst, this one knows "
            f"{HEAD}: upgrade this one, or restore the backup from before the upgrade"
        )
    return kept == HEAD


def upgrade(dialect: str, raw: Any, lock: str) -> None:
    """On a driver's connection. `lock` begins the transaction in which all others wait until this is done."""
    import sqlalchemy as sa
    from sqlalchemy.exc import DBAPIError

    # The pool neither resets nor closes it: the connection is the caller's.
    engine = sa.create_engine(
        f"{dialect}://", creator=lambda: raw, poolclass=sa.StaticPool, pool_reset_on_return=None
    )
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(lock)
            # Does nothing where another process was here first.
            bring(connection, HEAD)
            connection.commit()
    except DBAPIError as error:
        # The caller knows what its driver's errors mean.
        raise (error.orig or error) from error


def bring(connection: sa.Connection, to: str) -> None:
    """Up to this migration, in the transaction of the caller, who commits it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _ALONE:
        command.upgrade(config, to)
