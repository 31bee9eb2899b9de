"""Whose turn it is: one set of queries for both databases."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from bot.bus.port import Topic
from bot.store.dead import not_buried
from bot.store.port import DueRun
from bot.store.schema import CAN_GO_ON, RUNS, TO_BE_WOKEN
from bot.store.statements import Link, Statement, now, number, value, word

_ZERO, _ONE = (sa.literal_column(digit, sa.Integer()) for digit in "01")

_FREE = RUNS.c.lease_until <= now()
# What is left alone for a while is held by nobody.
_HELD = sa.and_(sa.not_(_FREE), RUNS.c.worker != word(""))
# Digests in one text: how many there are is nobody's business but the caller's.
_OURS = sa.or_(value("definitions").is_(None), value("definitions").contains(RUNS.c.definition))
# What nobody asked for lets people's runs go first.
_UNASKED = sa.case((RUNS.c.workflow == word("reverify"), _ONE), else_=_ZERO)
_NOT_BURIED = not_buried(Topic.RUNS, RUNS.c.id)


def _due(of_one_tenant: bool) -> Statement:
    looked_at = sa.select(
        RUNS.c.id,
        RUNS.c.workflow,
        RUNS.c.definition,
        RUNS.c.fence,
        RUNS.c.number,
        RUNS.c.tenant,
        sa.case((_HELD, _ONE), else_=_ZERO).label("held"),
        _UNASKED.label("unasked"),
    ).where(sa.or_(_HELD, sa.and_(_FREE, _NOT_BURIED, _OURS)))
    if of_one_tenant:
        looked_at = looked_at.where(RUNS.c.tenant == value("tenant"))
    # Two questions and not one with OR: each has its index, and neither looks at runs that wait for a person.
    going = sa.union_all(
        looked_at.where(sa.text(CAN_GO_ON)),
        looked_at.where(sa.text(TO_BE_WOKEN), RUNS.c.wake_at <= now()),
    ).subquery("going")
    turn = sa.func.row_number().over(
        partition_by=going.c.tenant, order_by=[going.c.held.desc(), going.c.unasked, going.c.number]
    )
    turns = sa.select(going, turn.label("turn")).subquery("turns")
    return Statement(
        sa.select(turns.c.id, turns.c.workflow, turns.c.definition, turns.c.fence)
        .where(turns.c.held == _ZERO, turns.c.turn <= number("per_tenant"))
        .order_by(turns.c.turn, turns.c.number)
        .limit(number("most"))
    )


_DUE = {of_one_tenant: _due(of_one_tenant) for of_one_tenant in (True, False)}
_NEXT_WAKE = Statement(
    sa.select(RUNS.c.wake_at - now())
    # Whoever holds one that is overdue is waking it.
    .where(sa.text(TO_BE_WOKEN), RUNS.c.lease_until <= now(), _NOT_BURIED)
    .order_by(RUNS.c.wake_at)
    .limit(_ONE)
)


def due_runs(
    link: Link, per_tenant: int, definitions: Collection[str] | None, tenant: str | None, limit: int
) -> list[DueRun]:
    due = _DUE[tenant is not None](
        link,
        per_tenant=per_tenant,
        definitions=None if definitions is None else " ".join(definitions),
        tenant=tenant,
        most=limit,
    )
    return [
        DueRun(id=run, workflow=workflow, definition=definition, fence=fence)
        for run, workflow, definition, fence in due.fetchall()
    ]


def next_wake(link: Link) -> float | None:
    found = _NEXT_WAKE(link).fetchone()
    return None if found is None else max(found[0] / 1000, 0.0)
