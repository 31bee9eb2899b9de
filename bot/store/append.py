"""Rows are added to a journal, and the row of its run moves on with it, or nothing happens at all."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON

from bot.store.journal import holder
from bot.store.projection import Standing
from bot.store.refusals import append_refused
from bot.store.schema import JOURNAL, NOT_ENDED, RUNS
from bot.store.statements import Link, Statement, now, number, value, word
from workflows.engine.status import RunStatus

_UNMOVED = (RUNS.c.id == value("run"), RUNS.c.last_seq == number("after"))
_HELD = RUNS.c.fence == number("our_fence")
_ON = {"last_seq": RUNS.c.last_seq + number("more"), "path": value("new_path"), "updated_at": now()}

# Most rows are those of a run that is running and goes on running. Where the status is not written, its
# indexes need not be either, which is a third of an append's work.
_GOES_ON = Statement(
    sa.update(RUNS).where(*_UNMOVED, _HELD, RUNS.c.status == word(RunStatus.RUNNING)).values(_ON)
)


def _turns(held: bool, frees: bool) -> Statement:
    guards = [*_UNMOVED, sa.text(NOT_ENDED), *([_HELD] if held else [])]
    path = sa.func.coalesce(value("new_path"), RUNS.c.path)
    turned = (
        sa.update(RUNS)
        .where(*guards)
        .values({**_ON, "path": path, "status": value("new_status"), "wake_at": number("new_wake_at")})
    )
    return Statement(turned.values(lease_until=sa.literal_column("0")) if frees else turned)


_TURNS = {(held, frees): _turns(held, frees) for held in (True, False) for frees in (True, False)}
_ADD = Statement(
    sa.insert(JOURNAL).inline().values(run=value("run"), seq=number("seq"), at=now(), entry=value("entry"))
)


_MOVED = (
    sa.update(RUNS)
    .where(
        *_UNMOVED,
        sa.text(NOT_ENDED),
        sa.or_(number("our_fence").is_(None), RUNS.c.fence == number("our_fence")),
    )
    .values(
        {
            **_ON,
            "path": sa.func.coalesce(value("new_path"), RUNS.c.path),
            "status": value("new_status"),
            "wake_at": number("new_wake_at"),
            "lease_until": sa.case((number("frees") == 1, 0), else_=RUNS.c.lease_until),
        }
    )
    .returning(RUNS.c.id)
    .cte("moved")
)
# As one text: an array is made of Python's by Python, quote by quote.
_NEW = (
    sa.func.json_array_elements_text(sa.cast(value("entries"), JSON))
    .table_valued("entry", with_ordinality="place", name="new")
    .render_derived()
)
# All of it at once, where each statement is a journey to another machine.
_IN_ONE = Statement(
    sa.insert(JOURNAL).from_select(
        ["run", "seq", "at", "entry"],
        sa.select(_MOVED.c.id, number("after") + _NEW.c.place, now(), _NEW.c.entry),
    )
)


def append(
    link: Link, run: str, after: int, kept: Sequence[str], standing: Standing, fence: int | None
) -> None:
    add = _in_one if link.dialect.name == "postgresql" else _one_by_one
    if not add(link, run, after, kept, standing, fence):
        newest, worker, status, last_seq = holder(link, run)
        raise append_refused(run, after, fence, newest, worker, RunStatus(status), last_seq)


def _in_one(
    link: Link, run: str, after: int, kept: Sequence[str], standing: Standing, fence: int | None
) -> bool:
    added = _IN_ONE(
        link,
        run=run,
        after=after,
        more=len(kept),
        our_fence=fence,
        new_path=standing.path,
        new_status=standing.status.value,
        new_wake_at=standing.wake_at,
        frees=int(standing.frees),
        entries=json.dumps(kept, ensure_ascii=False),
    )
    return added.rowcount == len(kept)


def _one_by_one(
    link: Link, run: str, after: int, kept: Sequence[str], standing: Standing, fence: int | None
) -> bool:
    if not _move(link, run, after, len(kept), standing, fence):
        return False
    if len(kept) == 1:
        _ADD(link, run=run, seq=after + 1, entry=kept[0])
    else:
        _ADD.each(
            link, [{"run": run, "seq": seq, "entry": entry} for seq, entry in enumerate(kept, after + 1)]
        )
    return True


def _move(link: Link, run: str, after: int, more: int, standing: Standing, fence: int | None) -> bool:
    path, status = standing.path, standing.status
    if fence is not None and status is RunStatus.RUNNING:
        moved = _GOES_ON(link, run=run, after=after, more=more, new_path=path, our_fence=fence)
        if moved.rowcount == 1:
            return True
    turns = _TURNS[fence is not None, standing.frees]
    moved = turns(
        link,
        run=run,
        after=after,
        more=more,
        new_path=path,
        new_status=status.value,
        new_wake_at=standing.wake_at,
        our_fence=fence,
    )
    return moved.rowcount == 1
