"""What a few journal entries say about how their run stands and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    RunCompleted,
    RunFailed,
    RunParked,
    RunStarted,
    Slept,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
    Woke,
)
from workflows.engine.status import RunStatus

# Looked up and not matched: it is done for every append.
_STATUS: dict[type[Entry], RunStatus] = {
    RunStarted: RunStatus.QUEUED,
    StepStarted: RunStatus.RUNNING,
    StepFailed: RunStatus.RUNNING,
    StepCompleted: RunStatus.RUNNING,
    Recorded: RunStatus.RUNNING,
    # One place waits; another may go on. Only parking says that nothing does.
    Suspended: RunStatus.RUNNING,
    Slept: RunStatus.RUNNING,
    Woke: RunStatus.RUNNING,
    RunParked: RunStatus.SUSPENDED,
    # Queued, not running: whoever holds it or nobody, somebody has to take it up again.
    Resumed: RunStatus.QUEUED,
    RunCompleted: RunStatus.COMPLETED,
    RunFailed: RunStatus.FAILED,
    Cancelled: RunStatus.CANCELLED,
}
_PLACED = (StepStarted, StepFailed, StepCompleted, Recorded, Suspended, Slept, Woke, Resumed)
_FREE = frozenset(status for status in RunStatus if status is RunStatus.SUSPENDED or status.ended)


@dataclass(frozen=True, slots=True)
class Standing:
    status: RunStatus
    path: str | None
    """None where no entry names a place: it stays where it was."""
    wake_at: int = 0
    """Milliseconds since 1970; 0 is never."""

    @property
    def frees(self) -> bool:
        """Whoever held the run has nothing more to do on it."""
        return self.status in _FREE


def standing(entries: Sequence[Entry]) -> Standing:
    last = entries[-1]
    status = _STATUS[type(last)]
    wake_at = _wake_at(last) if isinstance(last, RunParked) else 0
    for entry in reversed(entries):
        if isinstance(entry, _PLACED):
            return Standing(status, entry.path, wake_at)
    return Standing(status, None, wake_at)


def _wake_at(parked: RunParked) -> int:
    """Rounded up: who is woken a moment too early would only park again."""
    return 0 if parked.wake_at is None else max(1, ceil(parked.wake_at.timestamp() * 1000))
