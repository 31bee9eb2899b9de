"""What is asked of deliveries and runs: one set of queries for both databases."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from bot.bus.port import Topic
from bot.store.dead import not_buried
from bot.store.port import Delivery, DeliveryState, ListedDelivery, NewDelivery, NewRun, Run
from bot.store.schema import DELIVERIES, ENDED, JOURNAL, NOT_ENDED, RUNS, TRIGGERS, WAITING
from bot.store.statements import Link, Statement, now, number, value, word
from bot.store.stored import called, moment, storable
from workflows.engine.status import RunStatus
from workflows.errors import Conflict, Gone, OperatorProblem
from workflows.trigger import Trigger

# --- deliveries ---------------------------------------------------------------------------------------

# What a longer statement changes, SQLite writes to a file beside first, in case that it has to take it back.
MOST_IN_A_STATEMENT = 8


@functools.cache
def _keep(count: int) -> Statement:
    """So many in one statement: each of its own would cost most of them more than their rows."""
    rows = [
        {
            "id": value(f"id{place}"),
            "event": value(f"event{place}"),
            "payload": sa.bindparam(f"payload{place}", type_=sa.LargeBinary()),
            "received_at": now(),
            "state": word(DeliveryState.WAITING),
            "outcome": word(""),
        }
        for place in range(count)
    ]
    return Statement(sa.insert(DELIVERIES).inline().values(rows), already="DO NOTHING RETURNING id")


_DELIVERY = Statement(
    sa.select(
        DELIVERIES.c.event,
        DELIVERIES.c.payload,
        DELIVERIES.c.received_at,
        DELIVERIES.c.state,
        DELIVERIES.c.outcome,
        DELIVERIES.c.held_for,
    ).where(DELIVERIES.c.id == value("id"))
)
_FINISH = Statement(
    sa.update(DELIVERIES)
    .where(DELIVERIES.c.id == value("delivery"))
    .values(
        state=value("new_state"),
        outcome=value("new_outcome"),
        tries=sa.literal_column("0"),
        lease_until=sa.literal_column("0"),
        held_for=word(""),
    )
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
        DELIVERIES.c.lease_until <= now(),
        not_buried(Topic.DELIVERIES, DELIVERIES.c.id),
    )
    .order_by(DELIVERIES.c.number)
    .limit(number("most"))
)

_LISTED = (
    sa.select(
        DELIVERIES.c.id,
        DELIVERIES.c.event,
        DELIVERIES.c.received_at,
        DELIVERIES.c.state,
        DELIVERIES.c.outcome,
    )
    .order_by(DELIVERIES.c.number.desc())
    .limit(number("most"))
)
_NEWEST_DELIVERIES: dict[DeliveryState | None, Statement] = {
    None: Statement(_LISTED),
    # Written out, so that those that wait are found by their index.
    **{state: Statement(_LISTED.where(DELIVERIES.c.state == word(state))) for state in DeliveryState},
}


def keep_deliveries(link: Link, lot: Sequence[NewDelivery]) -> list[bool]:
    """Of each whether it is new, or waits again."""
    new: set[str] = set()
    for some in _in_few_sizes(lot):
        values: dict[str, str | bytes] = {}
        for place, each in enumerate(some):
            values[f"id{place}"], values[f"event{place}"] = each.id, each.event
            values[f"payload{place}"] = each.payload
        new.update(row[0] for row in _keep(len(some))(link, **values).fetchall())
    kept: list[bool] = []
    for each in lot:
        kept.append(each.id in new or _reopened(link, each))
        # The same may be there twice.
        new.discard(each.id)
    return kept


def _in_few_sizes(lot: Sequence[NewDelivery]) -> Iterator[Sequence[NewDelivery]]:
    """Powers of two: few statements are prepared, and all of them soon."""
    while lot:
        size = min(1 << (len(lot).bit_length() - 1), MOST_IN_A_STATEMENT)
        yield lot[:size]
        lot = lot[size:]


def _reopened(link: Link, delivery: NewDelivery) -> bool:
    """With its payload, which may have been pruned since."""
    return _REOPEN(link, delivery=delivery.id, new_payload=delivery.payload).rowcount == 1


def delivery(link: Link, delivery_id: str) -> Delivery:
    found = _DELIVERY(link, id=delivery_id).fetchone()
    if found is None:
        raise Gone(f"there is no delivery {delivery_id}")
    event, payload, received_at, state, outcome, held_for = found
    return Delivery(
        id=delivery_id,
        event=event,
        payload=bytes(payload),
        received_at=moment(received_at),
        state=DeliveryState(state),
        outcome=outcome,
        held_for=held_for,
    )


def finish_delivery(link: Link, delivery_id: str, state: DeliveryState, outcome: str) -> None:
    done = _FINISH(link, delivery=delivery_id, new_state=state.value, new_outcome=storable(outcome))
    if done.rowcount == 0:
        raise Gone(f"there is no delivery {delivery_id}")


def waiting_deliveries(link: Link, older_than: float, limit: int) -> list[str]:
    found = _WAITING(link, age=round(older_than * 1000), most=limit)
    return [row[0] for row in found.fetchall()]


def deliveries(link: Link, limit: int, state: DeliveryState | None) -> list[ListedDelivery]:
    found = _NEWEST_DELIVERIES[state](link, most=limit).fetchall()
    return [
        ListedDelivery(
            id=row[0], event=row[1], received_at=moment(row[2]), state=DeliveryState(row[3]), outcome=row[4]
        )
        for row in found
    ]


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
        about=value("about"),
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
    RUNS.c.tenant,
    TRIGGERS.c.trigger,
).join_from(RUNS, TRIGGERS, RUNS.c.id == TRIGGERS.c.run)
_RUN_BY_ID = Statement(_RUN.where(RUNS.c.id == value("id")))
_RUN_BY_KEY = Statement(_RUN.where(RUNS.c.key == value("key")))
_ACTIVE_RUN = Statement(_RUN.where(RUNS.c.subject == value("subject"), sa.text(NOT_ENDED)))
_ABOUT = _RUN.where(RUNS.c.about == value("about")).order_by(RUNS.c.number.desc()).limit(number("most"))
_RUNS_ABOUT = Statement(_ABOUT)
_WORK_ABOUT = Statement(_ABOUT.where(RUNS.c.workflow != word("ask")))
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
            about=new.trigger.about,
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


def runs_about(link: Link, about: str, limit: int) -> list[Run]:
    return [_as_run(row) for row in _RUNS_ABOUT(link, about=about, most=limit).fetchall()]


def last_run(link: Link, about: str) -> Run | None:
    found = _WORK_ABOUT(link, about=about, most=1).fetchone()
    return None if found is None else _as_run(found)


def live_runs(link: Link) -> frozenset[str]:
    return frozenset(row[0] for row in _LIVE(link).fetchall())


def _as_run(found: tuple[Any, ...]) -> Run:
    run_id, definition, status, path, created_at, updated_at, tenant, kept = found
    try:
        trigger = called(Trigger.model_validate_json(kept), tenant)
    except ValidationError as error:
        raise OperatorProblem(
            f"the trigger of run {run_id} is damaged: restore the store from a backup, "
            "or cancel the run to let another begin"
        ) from error
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
