"""Which schema a store is at, and what its tables are there: it may be older than this release."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa

from bot.store import migrations
from bot.store.schema import METADATA
from workflows.errors import OperatorProblem

_VERSION = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.Text))


def revision_of(connection: sa.Connection, name: str) -> str:
    """OperatorProblem when it is not a store, or one of a newer release."""
    found = revision_or_none(connection, name)
    if found is None:
        raise OperatorProblem(
            f"{name} is not a store of redfirst: set REDFIRST_DATA_DIR or REDFIRST_DATABASE_URL to what the "
            "bot has, or start it once"
        )
    return found


def revision_or_none(connection: sa.Connection, name: str) -> str | None:
    """None where there is no store yet; OperatorProblem where somebody else's tables are in the way."""
    there = set(sa.inspect(connection).get_table_names())
    ours = there & set(METADATA.tables)
    if _VERSION.name not in there and not ours:
        return None
    kept = connection.scalar(sa.select(_VERSION.c.version_num)) if _VERSION.name in there else None
    if kept is None or not ours:
        raise OperatorProblem(
            f"{name} holds tables of another program, or only some of redfirst's: give redfirst a database "
            "of its own, or restore a backup into a new one"
        )
    migrations.is_current(kept, name)
    return kept


def is_known(revision: str) -> bool:
    folder = Path(migrations.__file__).parent / "versions"
    return revision <= migrations.HEAD and any(folder.glob(f"{revision}_*.py"))


@cache
def tables_at(revision: str) -> sa.MetaData:
    """The tables that a migration leaves, in this release's words where it is the newest."""
    if revision == migrations.HEAD:
        return METADATA
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    found = sa.MetaData()
    with engine.connect() as connection:
        migrations.bring(connection, revision)
        found.reflect(connection)
    engine.dispose()
    found.remove(found.tables[_VERSION.name])
    return found


def drop(connection: sa.Connection, revision: str) -> None:
    """All tables of a store that is empty."""
    tables_at(revision).drop_all(connection)
    _VERSION.drop(connection)


def missing(connection: sa.Connection, revision: str) -> list[str]:
    """Tables and columns that should be there and are not."""
    there = sa.inspect(connection)
    names = set(there.get_table_names())
    lost: list[str] = []
    for table in tables_at(revision).sorted_tables:
        if table.name not in names:
            lost.append(f"table {table.name}")
            continue
        columns = {column["name"] for column in there.get_columns(table.name)}
        lost += [
            f"column {table.name}.{column.name}" for column in table.columns if column.name not in columns
        ]
    return lost
