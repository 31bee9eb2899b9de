"""Whose a run is, its tree, when it wants to be woken; what is taken up, held or put aside, and how often."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

CAN_GO_ON = sa.text("status IN ('queued', 'running')")
TO_BE_WOKEN = sa.text("wake_at > 0")
HELD = sa.text("state = 'held'")

RUNS = sa.table(
    "runs",
    sa.column("number", sa.BigInteger),
    sa.column("id", sa.Text),
    sa.column("subject", sa.Text),
    sa.column("tenant", sa.Text),
    sa.column("definition", sa.Text),
    sa.column("about", sa.Text),
)
JOURNAL = sa.table(
    "journal", sa.column("run", sa.Text), sa.column("seq", sa.BigInteger), sa.column("entry", sa.Text)
)

SAID = (
    ("runs", "tenant"),
    ("runs", "definition"),
    ("runs", "about"),
    ("deliveries", "worker"),
    ("deliveries", "held_for"),
)
COUNTED = (
    ("runs", "wake_at"),
    ("runs", "tries"),
    ("runs", "taken_at"),
    ("deliveries", "tries"),
    ("deliveries", "lease_until"),
    ("deliveries", "held_after"),
)

AT_ONCE = 500


def upgrade() -> None:
    for table, column in SAID:
        op.add_column(table, sa.Column(column, sa.Text, nullable=False, server_default=""))
    for table, column in COUNTED:
        op.add_column(table, sa.Column(column, sa.BigInteger, nullable=False, server_default="0"))
    fill(op.get_bind())
    op.drop_index("runs_subject", "runs")
    op.create_index("runs_about", "runs", ["about", "number"])
    op.create_index(
        "deliveries_held", "deliveries", ["held_for", "number"], sqlite_where=HELD, postgresql_where=HELD
    )
    op.drop_index("runs_going", "runs")
    op.create_index(
        "runs_going", "runs", ["tenant", "number"], sqlite_where=CAN_GO_ON, postgresql_where=CAN_GO_ON
    )
    op.create_index(
        "runs_to_be_woken", "runs", ["wake_at"], sqlite_where=TO_BE_WOKEN, postgresql_where=TO_BE_WOKEN
    )
    op.create_table(
        "dead_letters",
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )


def fill(connection: sa.Connection) -> None:
    """Here and not in SQL: the two databases read JSON in different ways."""
    first_rows = (
        sa.select(RUNS.c.number, RUNS.c.subject, JOURNAL.c.entry)
        .join_from(RUNS, JOURNAL, sa.and_(JOURNAL.c.run == RUNS.c.id, JOURNAL.c.seq == 1), isouter=True)
        .where(RUNS.c.number > sa.bindparam("after"))
        .order_by(RUNS.c.number)
        .limit(AT_ONCE)
    )
    filling = (
        sa.update(RUNS)
        .where(RUNS.c.number == sa.bindparam("which"))
        .values(
            tenant=sa.bindparam("new_tenant"),
            definition=sa.bindparam("new_definition"),
            # There were no questions yet.
            about=RUNS.c.subject,
        )
    )
    after = 0
    while found := connection.execute(first_rows, {"after": after}).all():
        connection.execute(
            filling,
            [
                {"which": number, "new_tenant": tenant(subject), "new_definition": definition(entry)}
                for number, subject, entry in found
            ],
        )
        after = found[-1].number


def tenant(subject: str) -> str:
    """A subject is `owner/name#7`, and no name has such a sign."""
    return subject.rpartition("#")[0]


def definition(entry: str | None) -> str:
    try:
        return json.loads(entry or "")["definition"]
    except (ValueError, KeyError, TypeError):
        # A damaged row is for whoever reads it to complain about, and no reason to leave all others behind.
        return ""
