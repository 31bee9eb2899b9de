"""Deliveries, runs with their triggers, journals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NOT_ENDED = sa.text("status IN ('queued', 'running', 'suspended')")
CAN_GO_ON = sa.text("status IN ('queued', 'running')")
WAITING = sa.text("state = 'waiting'")

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.UniqueConstraint("id", name="deliveries_id"),
    )
    op.create_index(
        "deliveries_waiting", "deliveries", ["number"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "runs",
        sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("workflow", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("id", name="runs_id"),
        sa.UniqueConstraint("key", name="runs_key"),
    )
    op.create_index("runs_subject", "runs", ["subject", "number"])
    op.create_index(
        "runs_one_active",
        "runs",
        ["subject"],
        unique=True,
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )
    op.create_index("runs_going", "runs", ["number"], sqlite_where=CAN_GO_ON, postgresql_where=CAN_GO_ON)
    op.create_table(
        "triggers",
        sa.Column("run", sa.Text, sa.ForeignKey("runs.id", name="triggers_run"), primary_key=True),
        sa.Column("trigger", sa.Text, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("run", sa.Text, sa.ForeignKey("runs.id", name="journal_run"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
    )
