"""Taking up what is to be done, and counting how often nothing came of it: for both databases.

A take counts from the moment in which it is made, since who is killed by it says nothing more. Who puts the
thing down through no fault of its own gives the take back.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.bus.port import Topic
from bot.store.dead import not_buried
from bot.store.port import Delivery, DeliveryState, InHand
from bot.store.refusals import in_vain, taken_over
from bot.store.schema import CAN_GO_ON, DELIVERIES, JOURNAL, RUNS, TO_BE_WOKEN, WAITING
from bot.store.statements import Link, Statement, now, number, value, word
from bot.store.stored import moment
from bot.tries import MOST_TRIES, rest
from workflows.engine.journal import Lease

_ZERO, _ONE = (sa.literal_column(digit, sa.BigInteger()) for digit in "01")
_MOST = sa.literal_column(str(MOST_TRIES), sa.BigInteger())

# --- runs ---------------------------------------------------------------------------------------------

# Each take writes down which step it begins. Any other row since the last take is something that came of it.
BEGUN = '{"kind":"step.started",'

_FREE_TO_GO_ON = (
    RUNS.c.id == value("run"),
    RUNS.c.lease_until <= now(),
    # It stays parked, and wants to be woken, until whoever claims it has written a row.
    sa.or_(sa.text(CAN_GO_ON), sa.and_(sa.text(TO_BE_WOKEN), RUNS.c.wake_at <= now())),
    not_buried(Topic.RUNS, RUNS.c.id),
)
_SOMETHING_CAME = (
    sa.select(JOURNAL.c.seq)
    .where(
        JOURNAL.c.run == RUNS.c.id,
        JOURNAL.c.seq > RUNS.c.taken_at,
        JOURNAL.c.entry.not_like(value("begun")),
    )
    .correlate(RUNS)
    .exists()
)
_CLAIM = Statement(
    sa.update(RUNS)
    .where(*_FREE_TO_GO_ON, sa.or_(RUNS.c.tries < _MOST, _SOMETHING_CAME))
    .values(
        worker=value("new_worker"),
        fence=RUNS.c.fence + _ONE,
        lease_until=now() + number("milliseconds"),
        tries=sa.case((_SOMETHING_CAME, _ONE), else_=RUNS.c.tries + _ONE),
        taken_at=RUNS.c.last_seq,
    )
    .returning(RUNS.c.fence)
)
_IN_VAIN = Statement(
    sa.select(RUNS.c.id).where(*_FREE_TO_GO_ON, RUNS.c.tries >= _MOST, sa.not_(_SOMETHING_CAME))
)
_RELEASE = Statement(
    sa.update(RUNS)
    # A lease that was given back, or freed by the row that ended or parked the run, is given back already.
    .where(RUNS.c.id == value("run"), RUNS.c.fence == number("our_fence"), RUNS.c.lease_until > _ZERO)
    .values(lease_until=_ZERO, tries=RUNS.c.tries - _ONE)
)


def claim(link: Link, run: str, worker: str, seconds: float) -> Lease | None:
    milliseconds = round(seconds * 1000)
    begun = f"{BEGUN}%"
    claimed = _CLAIM(link, run=run, begun=begun, new_worker=worker, milliseconds=milliseconds).fetchone()
    if claimed is not None:
        return Lease(run=run, worker=worker, fence=claimed[0])
    if _IN_VAIN(link, run=run, begun=begun).fetchone() is not None:
        raise in_vain(Topic.RUNS, run)
    return None


def release(link: Link, lease: Lease) -> None:
    _RELEASE(link, run=lease.run, our_fence=lease.fence)


# --- deliveries ---------------------------------------------------------------------------------------

_WAITS = (
    DELIVERIES.c.id == value("delivery"),
    sa.text(WAITING),
    not_buried(Topic.DELIVERIES, DELIVERIES.c.id),
)
_TAKE = Statement(
    sa.update(DELIVERIES)
    .where(*_WAITS, DELIVERIES.c.lease_until <= now(), DELIVERIES.c.tries < _MOST)
    .values(
        tries=DELIVERIES.c.tries + _ONE,
        worker=value("new_worker"),
        lease_until=now() + number("milliseconds"),
    )
    .returning(DELIVERIES.c.event, DELIVERIES.c.payload, DELIVERIES.c.received_at, DELIVERIES.c.held_for)
)
_NOT_TAKEN = Statement(sa.select(DELIVERIES.c.tries, DELIVERIES.c.lease_until - now()).where(*_WAITS))
_IN_OUR_HANDS = (
    DELIVERIES.c.id == value("delivery"),
    DELIVERIES.c.worker == value("our_worker"),
    DELIVERIES.c.lease_until > _ZERO,
)
_RENEW = Statement(
    sa.update(DELIVERIES).where(*_IN_OUR_HANDS).values(lease_until=now() + number("milliseconds"))
)
_HOLDER = Statement(sa.select(DELIVERIES.c.worker).where(DELIVERIES.c.id == value("delivery")))
_GIVE_BACK = Statement(
    sa.update(DELIVERIES)
    .where(*_IN_OUR_HANDS, DELIVERIES.c.tries > _ZERO)
    .values(tries=DELIVERIES.c.tries - _ONE, lease_until=_ZERO)
)


def take_delivery(link: Link, delivery_id: str, worker: str, seconds: float) -> Delivery | None:
    milliseconds = round(seconds * 1000)
    taken = _TAKE(link, delivery=delivery_id, new_worker=worker, milliseconds=milliseconds).fetchone()
    if taken is not None:
        event, payload, received_at, held_for = taken
        return Delivery(
            id=delivery_id,
            event=event,
            payload=bytes(payload),
            received_at=moment(received_at),
            state=DeliveryState.WAITING,
            held_for=held_for,
        )
    waits = _NOT_TAKEN(link, delivery=delivery_id).fetchone()
    if waits is None:
        return None
    tries, left = waits
    if left <= 0 and tries >= MOST_TRIES:
        raise in_vain(Topic.DELIVERIES, delivery_id)
    raise InHand(delivery_id, max(left, 0) / 1000)


def renew_delivery(link: Link, delivery_id: str, worker: str, seconds: float) -> None:
    renewed = _RENEW(link, delivery=delivery_id, our_worker=worker, milliseconds=round(seconds * 1000))
    if renewed.rowcount == 0:
        found = _HOLDER(link, delivery=delivery_id).fetchone()
        if found is None or found[0] != worker:
            raise taken_over(delivery_id)


def give_back_delivery(link: Link, delivery_id: str, worker: str) -> None:
    _GIVE_BACK(link, delivery=delivery_id, our_worker=worker)


# --- both ---------------------------------------------------------------------------------------------

_KEPT: dict[Topic, sa.Table] = {Topic.RUNS: RUNS, Topic.DELIVERIES: DELIVERIES}


def _change(topic: Topic, tries: sa.ColumnElement[Any]) -> Statement:
    table = _KEPT[topic]
    return Statement(
        sa.update(table).where(table.c.id == value("item")).values(tries=tries).returning(table.c.tries)
    )


_FAILED = {topic: _change(topic, table.c.tries + _ONE) for topic, table in _KEPT.items()}
_BEGIN_ANEW = {topic: _change(topic, _ZERO) for topic in _KEPT}
# Held by nobody: it is given to nobody meanwhile, and takes no place of its tenant's. The fence keeps out
# whoever had it.
_REST = Statement(
    sa.update(RUNS)
    .where(RUNS.c.id == value("run"), RUNS.c.lease_until <= now())
    .values(worker=word(""), fence=RUNS.c.fence + _ONE, lease_until=now() + number("milliseconds"))
)


def failed(link: Link, topic: Topic, item: str) -> int:
    found = _FAILED[topic](link, item=item).fetchone()
    tries = 0 if found is None else found[0]
    if topic is Topic.RUNS and found is not None:
        _REST(link, run=item, milliseconds=round(rest(tries) * 1000))
    return tries


def begin_anew(link: Link, topic: Topic, item: str) -> None:
    _BEGIN_ANEW[topic](link, item=item)
