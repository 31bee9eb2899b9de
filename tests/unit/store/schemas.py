"""What the migrations made, beside what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store import migrations
from bot.store.schema import METADATA


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def differences(url: str) -> list[object]:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[object] = [*compare_metadata(context, METADATA), *missing_conditions(connection)]
    engine.dispose()
    return found


def missing_conditions(connection: sa.Connection) -> list[str]:
    """Alembic does not compare the conditions of partial indexes."""
    there = sa.inspect(connection)
    wanted = {
        index.name: (index.unique, words(str(index.dialect_options["sqlite"]["where"])))
        for table in METADATA.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    found = {
        index["name"]: (bool(index["unique"]), words(str(condition)))
        for table in METADATA.tables
        for index in there.get_indexes(table)
        for name, condition in index.get("dialect_options", {}).items()
        if name.endswith("_where")
    }
    return [f"{name}: {found.get(name)}" for name in wanted if found.get(name) != wanted[name]]


def words(condition: str) -> frozenset[str]:
    """PostgreSQL says the same in other signs: `= ANY (ARRAY['a'::text])` is `IN ('a')`."""
    return frozenset(re.findall(r"\w+", condition)) - {"IN", "ANY", "ARRAY", "text"}
