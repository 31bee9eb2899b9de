"""What is asked of the journals and of the leases on them: one set of queries for both databases."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.long_rows import Elsewhere, read
from bot.store.refusals import still_ours
from bot.store.schema import JOURNAL, RUNS
from bot.store.statements import Link, Statement, now, number, value
from workflows.engine.entries import Row
from workflows.engine.journal import Lease
from workflows.engine.status import RunStatus
from workflows.errors import Gone

_OURS = (RUNS.c.id == value("run"), RUNS.c.fence == number("our_fence"))
# A lease that was given back, or freed by the row that ended or parked the run, is nothing to renew.
_NOT_FREED = RUNS.c.lease_until > sa.literal_column("0")
_RENEW = Statement(
    sa.update(RUNS).where(*_OURS, _NOT_FREED).values(lease_until=now() + number("milliseconds"))
)
_HOLDER = Statement(
    sa.select(RUNS.c.fence, RUNS.c.worker, RUNS.c.status, RUNS.c.last_seq).where(RUNS.c.id == value("run"))
)


def renew(link: Link, lease: Lease, seconds: float) -> None:
    renewed = _RENEW(link, run=lease.run, our_fence=lease.fence, milliseconds=round(seconds * 1000))
    if renewed.rowcount == 0:
        fence, worker, status, _ = holder(link, lease.run)
        still_ours(lease, fence, worker, RunStatus(status))


_ROWS = Statement(
    sa.select(JOURNAL.c.seq, JOURNAL.c.at, JOURNAL.c.entry)
    .where(JOURNAL.c.run == value("run"), JOURNAL.c.seq > number("after"))
    .order_by(JOURNAL.c.seq)
)


def rows(link: Link, run: str, after: int) -> list[Row | Elsewhere]:
    found = [read(run, *kept) for kept in _ROWS(link, run=run, after=after).fetchall()]
    if not found:
        holder(link, run)
    return found


def last(link: Link, run: str) -> tuple[int, RunStatus]:
    _, _, status, last_seq = holder(link, run)
    return last_seq, RunStatus(status)


def holder(link: Link, run: str) -> tuple[int, str, str, int]:
    found = _HOLDER(link, run=run).fetchone()
    if found is None:
        raise Gone(f"there is no run {run}")
    return found[0], found[1], found[2], found[3]
