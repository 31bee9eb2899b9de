"""The tables, the same on SQLite and on PostgreSQL. A change needs a migration; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()

# Both databases understand the same words for a partial index and for a query that wants to use it.
NOT_ENDED = "status IN ('queued', 'running', 'suspended')"
ENDED = "status NOT IN ('queued', 'running', 'suspended')"
CAN_GO_ON = "status IN ('queued', 'running')"
TO_BE_WOKEN = "wake_at > 0"
WAITING = "state = 'waiting'"
HELD = "state = 'held'"

# SQLite counts by itself only in a column that is called INTEGER.
_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _number() -> sa.Column[int]:
    """Ids come from outside; the order of arrival is ours."""
    return sa.Column("number", _COUNTED, sa.Identity(), primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _added(name: str) -> sa.Column[str]:
    """By a later migration: a process of an older release that is still at work knows nothing of it."""
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _counted(name: str) -> sa.Column[int]:
    """By a later migration, too."""
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _moment(name: str) -> sa.Column[int]:
    """Milliseconds since 1970, by the clock of the database."""
    return sa.Column(name, sa.BigInteger, nullable=False)


DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    _number(),
    _text("id"),
    _text("event"),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    _moment("received_at"),
    _text("state"),
    _text("outcome"),
    # How often it was taken up and nothing came of it, the one who has it now included.
    _counted("tries"),
    # Who acts on it now, and until when nobody else may.
    _added("worker"),
    _counted("lease_until"),
    # The run that was at work when it came, and that run's last row then: it is decided again once more has
    # come of the run.
    _added("held_for"),
    _counted("held_after"),
    sa.UniqueConstraint("id", name="deliveries_id"),
    sa.Index(
        "deliveries_waiting", "number", sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING)
    ),
    sa.Index(
        "deliveries_held",
        "held_for",
        "number",
        sqlite_where=sa.text(HELD),
        postgresql_where=sa.text(HELD),
    ),
)

RUNS = sa.Table(
    "runs",
    METADATA,
    _number(),
    _text("id"),
    _text("key"),
    _text("subject"),
    _text("workflow"),
    _text("status"),
    _text("path"),
    _moment("created_at"),
    _moment("updated_at"),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
    sa.Column("fence", sa.BigInteger, nullable=False),
    _text("worker"),
    _moment("lease_until"),
    _added("tenant"),
    _added("definition"),
    # The issue or pull request where it was asked for. Its subject is what may have one active run: the same,
    # but for questions.
    _added("about"),
    # 0 is never: only a parked run that waits for a time has one.
    _counted("wake_at"),
    _counted("tries"),
    # The last row when it was taken up the last time.
    _counted("taken_at"),
    sa.UniqueConstraint("id", name="runs_id"),
    sa.UniqueConstraint("key", name="runs_key"),
    sa.Index("runs_about", "about", "number"),
    sa.Index(
        "runs_one_active",
        "subject",
        unique=True,
        sqlite_where=sa.text(NOT_ENDED),
        postgresql_where=sa.text(NOT_ENDED),
    ),
    # What can go on and what wants to be woken is looked up often, among many that only wait for a person.
    # Nothing in these two is changed by an append, as long as the run goes on running.
    sa.Index(
        "runs_going",
        "tenant",
        "number",
        sqlite_where=sa.text(CAN_GO_ON),
        postgresql_where=sa.text(CAN_GO_ON),
    ),
    sa.Index(
        "runs_to_be_woken",
        "wake_at",
        sqlite_where=sa.text(TO_BE_WOKEN),
        postgresql_where=sa.text(TO_BE_WOKEN),
    ),
)

# Apart from the runs, whose rows are written again with every append: an issue's text can be long.
TRIGGERS = sa.Table(
    "triggers",
    METADATA,
    sa.Column("run", sa.Text, sa.ForeignKey("runs.id", name="triggers_run"), primary_key=True),
    _text("trigger"),
)

JOURNAL = sa.Table(
    "journal",
    METADATA,
    sa.Column("run", sa.Text, sa.ForeignKey("runs.id", name="journal_run"), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    _moment("at"),
    _text("entry"),
)

DEAD_LETTERS = sa.Table(
    "dead_letters",
    METADATA,
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("item", sa.Text, primary_key=True),
    sa.Column("times", sa.BigInteger, nullable=False),
    _text("said"),
    _moment("at"),
)
