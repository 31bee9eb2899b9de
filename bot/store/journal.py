"""What is asked of the journals and of the leases on them: one set of queries for both databases."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.store.long_rows import Elsewhere, read
from bot.store.projection import Standing
from bot.store.refusals import append_refused, still_ours
from bot.store.schema import CAN_GO_ON, JOURNAL, NOT_ENDED, RUNS, TO_BE_WOKEN
from bot.store.statements import Link, Statement, now, number, value, word
from workflows.engine.entries import Row
from workflows.engine.journal import Lease
from workflows.errors import Gone
from workflows.ports import RunStatus

_CLAIM = Statement(
    sa.update(RUNS)
    .where(
        RUNS.c.id == value("run"),
        RUNS.c.lease_until <= now(),
        # It stays parked, and wants to be woken, until whoever claims it has written a row.
        sa.or_(sa.text(CAN_GO_ON), sa.and_(sa.text(TO_BE_WOKEN), RUNS.c.wake_at <= now())),
    )
    .values(
        worker=value("new_worker"),
        fence=RUNS.c.fence + sa.literal_column("1"),
        lease_until=now() + number("milliseconds"),
    )
    .returning(RUNS.c.fence)
)
_OURS = (RUNS.c.id == value("run"), RUNS.c.fence == number("our_fence"))
# A lease that was given back, or freed by the row that ended or parked the run, is nothing to renew.
_NOT_FREED = RUNS.c.lease_until > sa.literal_column("0")
_RENEW = Statement(
    sa.update(RUNS).where(*_OURS, _NOT_FREED).values(lease_until=now() + number("milliseconds"))
)
_RELEASE = Statement(sa.update(RUNS).where(*_OURS, _NOT_FREED).values(lease_until=sa.literal_column("0")))
_HOLDER = Statement(
    sa.select(RUNS.c.fence, RUNS.c.worker, RUNS.c.status, RUNS.c.last_seq).where(RUNS.c.id == value("run"))
)


def claim(link: Link, run: str, worker: str, seconds: float) -> Lease | None:
    claimed = _CLAIM(link, run=run, new_worker=worker, milliseconds=round(seconds * 1000)).fetchone()
    return None if claimed is None else Lease(run=run, worker=worker, fence=claimed[0])


def renew(link: Link, lease: Lease, seconds: float) -> None:
    renewed = _RENEW(link, run=lease.run, our_fence=lease.fence, milliseconds=round(seconds * 1000))
    if renewed.rowcount == 0:
        fence, worker, status, _ = _holder(link, lease.run)
        still_ours(lease, fence, worker, RunStatus(status))


def release(link: Link, lease: Lease) -> None:
    _RELEASE(link, run=lease.run, our_fence=lease.fence)


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


def append(
    link: Link, run: str, after: int, kept: Sequence[str], standing: Standing, fence: int | None
) -> None:
    if not _move(link, run, after, len(kept), standing, fence):
        newest, worker, status, last_seq = _holder(link, run)
        raise append_refused(run, after, fence, newest, worker, RunStatus(status), last_seq)
    if len(kept) == 1:
        _ADD(link, run=run, seq=after + 1, entry=kept[0])
    else:
        _ADD.each(
            link, [{"run": run, "seq": seq, "entry": entry} for seq, entry in enumerate(kept, after + 1)]
        )


def _move(link: Link, run: str, after: int, more: int, standing: Standing, fence: int | None) -> bool:
    """The row of a run moves on with its journal, or nothing happens at all."""
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


_ROWS = Statement(
    sa.select(JOURNAL.c.seq, JOURNAL.c.at, JOURNAL.c.entry)
    .where(JOURNAL.c.run == value("run"), JOURNAL.c.seq > number("after"))
    .order_by(JOURNAL.c.seq)
)


def rows(link: Link, run: str, after: int) -> list[Row | Elsewhere]:
    found = [read(run, *kept) for kept in _ROWS(link, run=run, after=after).fetchall()]
    if not found:
        _holder(link, run)
    return found


def _holder(link: Link, run: str) -> tuple[int, str, str, int]:
    found = _HOLDER(link, run=run).fetchone()
    if found is None:
        raise Gone(f"there is no run {run}")
    return found[0], found[1], found[2], found[3]
