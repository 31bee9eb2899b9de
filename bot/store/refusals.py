"""Why an append or a renewal is refused, in the same words by every store."""

from __future__ import annotations

from bot.bus.port import Topic
from bot.store.port import InVain
from bot.tries import MOST_TRIES
from workflows.engine.journal import Lease
from workflows.engine.status import RunStatus
from workflows.errors import Conflict


def in_vain(topic: Topic, item: str) -> InVain:
    kind = "delivery" if topic is Topic.DELIVERIES else "run"
    return InVain(
        f"{kind} {item} was taken up {MOST_TRIES} times, and each worker that had it died or was stopped"
    )


def taken_over(delivery_id: str) -> Conflict:
    return Conflict(f"delivery {delivery_id} is in our hands no more")


def still_ours(lease: Lease, fence: int, worker: str, status: RunStatus) -> None:
    """A run that its holder ended or suspended needs no lease any more; any other lease was lost."""
    if fence != lease.fence:
        raise Conflict(f"run {lease.run} was taken over by {worker}")
    if status is RunStatus.CANCELLED:
        raise Conflict(f"run {lease.run} was cancelled")


def append_refused(
    run: str, after: int, fence: int | None, newest: int, worker: str, status: RunStatus, last_seq: int
) -> Conflict:
    if status.ended:
        return Conflict(f"run {run} has ended ({status.value})")
    if fence is not None and fence != newest:
        return Conflict(f"run {run} was taken over by {worker}")
    return Conflict(f"row {last_seq} is the last of run {run}, not row {after}")
