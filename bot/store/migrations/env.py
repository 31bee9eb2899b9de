"""Read by Alembic, on the connection of the store that is being opened."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa
from alembic import context

from bot.store.schema import METADATA

connection = cast("sa.Connection", context.config.attributes["connection"])
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=False)
context.run_migrations()
