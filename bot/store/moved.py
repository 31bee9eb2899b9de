"""Runs of a repository that has another name now. Their journals say what it was called then, and stay."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.schema import NOT_ENDED, RUNS
from bot.store.statements import Link, Statement, value
from workflows.engine.status import RunStatus

_OF = Statement(
    sa.select(RUNS.c.id, RUNS.c.about, RUNS.c.subject, RUNS.c.status)
    .where(RUNS.c.tenant == value("before"))
    .order_by(RUNS.c.number)
)
_TAKEN = Statement(sa.select(RUNS.c.id).where(RUNS.c.subject == value("subject"), sa.text(NOT_ENDED)))
_MOVE = Statement(
    sa.update(RUNS)
    .where(RUNS.c.id == value("run"))
    .values(tenant=value("now"), about=value("its_about"), subject=value("its_subject"))
)


def move_runs(link: Link, before: str, now: str) -> int:
    moved = 0
    for run, about, subject, status in _OF(link, before=before).fetchall():
        later = now + subject[len(before) :]
        if not RunStatus(status).ended and _TAKEN(link, subject=later).fetchone() is not None:
            # Somebody was quicker under the new name; an issue has one run.
            continue
        moved += _MOVE(
            link, run=run, now=now, its_about=now + about[len(before) :], its_subject=later
        ).rowcount
    return moved
