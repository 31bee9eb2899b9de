"""What came while a run was at work, and is held until it rests: one set of queries for both databases."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.port import DeliveryState
from bot.store.schema import CAN_GO_ON, DELIVERIES, HELD, RUNS
from bot.store.statements import Link, Statement, number, value, word
from bot.store.stored import storable
from workflows.errors import Gone

_HOLD = Statement(
    sa.update(DELIVERIES)
    .where(DELIVERIES.c.id == value("delivery"))
    .values(
        state=word(DeliveryState.HELD),
        outcome=value("new_outcome"),
        tries=sa.literal_column("0"),
        lease_until=sa.literal_column("0"),
        held_for=value("run"),
        held_after=number("after"),
    )
)


def _release(of_one: bool) -> Statement:
    held = DELIVERIES.alias("held")
    is_at_work = (
        sa.select(RUNS.c.id)
        .where(
            RUNS.c.id == held.c.held_for,
            sa.or_(sa.text(f"runs.{CAN_GO_ON}"), RUNS.c.last_seq <= held.c.held_after),
        )
        .correlate(held)
        .exists()
    )
    first = sa.select(sa.func.min(held.c.number)).where(sa.text(f"held.{HELD}"), sa.not_(is_at_work))
    if of_one:
        first = first.where(held.c.held_for == value("run"))
    return Statement(
        sa.update(DELIVERIES)
        # Said twice: whoever was quicker has released it already.
        .where(DELIVERIES.c.number.in_(first.group_by(held.c.held_for)), DELIVERIES.c.state == word("held"))
        .values(state=word(DeliveryState.WAITING))
        .returning(DELIVERIES.c.id)
    )


_RELEASE = {of_one: _release(of_one) for of_one in (True, False)}


def hold_delivery(link: Link, delivery_id: str, run: str, after: int, outcome: str) -> None:
    done = _HOLD(link, delivery=delivery_id, run=run, after=after, new_outcome=storable(outcome))
    if done.rowcount == 0:
        raise Gone(f"there is no delivery {delivery_id}")


def release_held(link: Link, run: str) -> list[str]:
    found = _RELEASE[True](link, run=run) if run else _RELEASE[False](link)
    return [row[0] for row in found.fetchall()]
