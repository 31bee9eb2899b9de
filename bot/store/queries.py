"""What is asked of deliveries and runs: one set of queries for both databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.bus.port import Topic
from bot.store.dead import not_buried
from bot.store.port import Delivery, DeliveryState, NewDelivery, NewRun, Run
from bot.store.schema import DELIVERIES, ENDED, JOURNAL, NOT_ENDED, RUNS, TRIGGERS, WAITING
from bot.store.statements import Link, Statement, now, number, value, word
from bot.store.stored import moment, storable
from workflows.engine.status import RunStatus
from workflows.errors import Conflict, Gone
from workflows.trigger import Trigger

# --- deliveries ---------------------------------------------------------------------------------------

_KEEP = Statement(
    sa.insert(DELIVERIES)
    .inline()
    .values(
        id=value("id"),
        event=value("event"),
        payload=sa.bindparam("payload", type_=sa.LargeBinary()),
        received_at=now(),
        state=word(DeliveryState.WAITING),
        outcome=word(""),
    ),
    already="DO NOTHING",
)
_DELIVERY = Statement(
    sa.select(
        DELIVERIES.c.event,
        DELIVERIES.c.payload,
        DELIVERIES.c.received_at,
        DELIVERIES.c.state,
        DELIVERIES.c.outcome,
    ).where(DELIVERIES.c.id == value("id"))
)
_FINISH = Statement(
    sa.update(DELIVERIES)
    .where(DELIVERIES.c.id == value("delivery"))
    .values(state=value("new_state"), outcome=value("new_outcome"), tries=sa.literal_column("0"))
)
_REOPEN = Statement(
    sa.update(DELIVERIES)
    .where(DELIVERIES.c.id == value("delivery"), sa.text("state = 'failed'"))
    .values(state="waiting", payload=sa.bindparam("new_payload", type_=sa.LargeBinary()))
)
_WAITING = Statement(
    sa.select(DELIVERIES.c.id)
    .where(
        sa.text(WAITING),
        DELIVERIES.c.received_at <= now() - number("age"),
        not_buried(Topic.DELIVERIES, DELIVERIES.c.id),
    )
    .order_by(DELIVERIES.c.number)
    .limit(number("most"))
)


def keep_delivery(link: Link, delivery: NewDelivery) -> bool:
    kept = _KEEP(link, id=delivery.id, event=delivery.event, payload=delivery.payload)
    return kept.rowcount == 1 or _reopened(link, delivery)


def _reopened(link: Link, delivery: NewDelivery) -> bool:
    """With its payload, which may have been pruned since."""
    return _REOPEN(link, delivery=delivery.id, new_payload=delivery.payload).rowcount == 1


def delivery(link: Link, delivery_id: str) -> Delivery:
    found = _DELIVERY(link, id=delivery_id).fetchone()
    if found is None:
        raise Gone(f"there is no delivery {delivery_id}")
    event, payload, received_at, state, outcome = found
    return Delivery(
        id=delivery_id,
        event=event,
        payload=bytes(payload),
        received_at=moment(received_at),
        state=DeliveryState(state),
        outcome=outcome,
    )


def finish_delivery(link: Link, delivery_id: str, state: DeliveryState, outcome: str) -> None:
    done = _FINISH(link, delivery=delivery_id, new_state=state.value, new_outcome=storable(outcome))
    if done.rowcount == 0:
        raise Gone(f"there is no delivery {delivery_id}")


def waiting_deliveries(link: Link, older_than: float, limit: int) -> list[str]:
    found = _WAITING(link, age=round(older_than * 1000), most=limit)
    return [row[0] for row in found.fetchall()]


# --- runs ---------------------------------------------------------------------------------------------

_BEGIN = Statement(
    sa.insert(RUNS)
    .inline()
    .values(
        id=value("id"),
        key=value("key"),
        subject=value("subject"),
        workflow=value("workflow"),
        tenant=value("tenant"),
        definition=value("definition"),
        status=word(RunStatus.QUEUED),
        path=word(""),
        created_at=now(),
        updated_at=now(),
        last_seq=sa.literal_column("1"),
        fence=sa.literal_column("0"),
        worker=word(""),
        lease_until=sa.literal_column("0"),
        wake_at=sa.literal_column("0"),
    ),
    already="DO NOTHING",
)
_TRIGGER = Statement(sa.insert(TRIGGERS).inline().values(run=value("run"), trigger=value("trigger")))
_FIRST_ROW = Statement(
    sa.insert(JOURNAL)
    .inline()
    .values(run=value("run"), seq=sa.literal_column("1"), at=now(), entry=value("entry"))
)

_RUN = sa.select(
    RUNS.c.id,
    RUNS.c.definition,
    RUNS.c.status,
    RUNS.c.path,
    RUNS.c.created_at,
    RUNS.c.updated_at,
    TRIGGERS.c.trigger,
).join_from(RUNS, TRIGGERS, RUNS.c.id == TRIGGERS.c.run)
_RUN_BY_ID = Statement(_RUN.where(RUNS.c.id == value("id")))
_RUN_BY_KEY = Statement(_RUN.where(RUNS.c.key == value("key")))
_ACTIVE_RUN = Statement(_RUN.where(RUNS.c.subject == value("subject"), sa.text(NOT_ENDED)))
_LAST_RUN = Statement(
    _RUN.where(RUNS.c.subject == value("subject"))
    .order_by(RUNS.c.number.desc())
    .limit(sa.literal_column("1"))
)
_NEWEST = _RUN.order_by(RUNS.c.number.desc()).limit(number("most"))
_RUNS = {
    None: Statement(_NEWEST),
    True: Statement(_NEWEST.where(sa.text(ENDED))),
    False: Statement(_NEWEST.where(sa.text(NOT_ENDED))),
}
_LIVE = Statement(sa.select(RUNS.c.id).where(sa.text(NOT_ENDED)))

# A run that was in the way may have ended between our two looks; then there is room for a new one.
_LOOKS = 5


def create_run(link: Link, new: NewRun, first_row: str) -> tuple[Run, bool]:
    for _ in range(_LOOKS):
        begun = _BEGIN(
            link,
            id=new.id,
            key=new.trigger.key,
            subject=new.trigger.subject,
            workflow=new.trigger.workflow,
            tenant=new.trigger.tenant.repository,
            definition=new.started.definition,
        )
        if begun.rowcount == 1:
            _TRIGGER(link, run=new.id, trigger=new.trigger.model_dump_json())
            _FIRST_ROW(link, run=new.id, entry=first_row)
            return run(link, new.id), True
        found = (
            _RUN_BY_KEY(link, key=new.trigger.key).fetchone()
            or _ACTIVE_RUN(link, subject=new.trigger.subject).fetchone()
        )
        if found is not None:
            return _as_run(found), False
    raise Conflict(f"a run of {new.trigger.subject} was begun and ended while this one was; try again")


def run(link: Link, run_id: str) -> Run:
    found = _RUN_BY_ID(link, id=run_id).fetchone()
    if found is None:
        raise Gone(f"there is no run {run_id}")
    return _as_run(found)


def runs(link: Link, limit: int, ended: bool | None) -> list[Run]:
    return [_as_run(row) for row in _RUNS[ended](link, most=limit).fetchall()]


def last_run(link: Link, subject: str) -> Run | None:
    found = _LAST_RUN(link, subject=subject).fetchone()
    return None if found is None else _as_run(found)


def live_runs(link: Link) -> frozenset[str]:
    return frozenset(row[0] for row in _LIVE(link).fetchall())


def _as_run(found: tuple[Any, ...]) -> Run:
    run_id, definition, status, path, created_at, updated_at, kept = found
    trigger = Trigger.model_validate_json(kept)
    return Run(
        id=run_id,
        workflow=trigger.workflow,
        definition=definition,
        status=RunStatus(status),
        path=path,
        trigger=trigger,
        created_at=moment(created_at),
        updated_at=moment(updated_at),
    )
