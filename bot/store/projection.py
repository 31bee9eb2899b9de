"""What a few journal entries say about how their run stands and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    RunCompleted,
    RunFailed,
    RunStarted,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
)
from workflows.ports import RunStatus

# Looked up and not matched: it is done for every append.
_STATUS: dict[type[Entry], RunStatus] = {
    RunStarted: RunStatus.QUEUED,
    StepStarted: RunStatus.RUNNING,
    StepFailed: RunStatus.RUNNING,
    StepCompleted: RunStatus.RUNNING,
    Recorded: RunStatus.RUNNING,
    Suspended: RunStatus.SUSPENDED,
    # Queued, not running: whoever holds it or nobody, somebody has to take it up again.
    Resumed: RunStatus.QUEUED,
    RunCompleted: RunStatus.COMPLETED,
    RunFailed: RunStatus.FAILED,
    Cancelled: RunStatus.CANCELLED,
}
_PLACED = (StepStarted, StepFailed, StepCompleted, Recorded, Suspended, Resumed)
_FREE = frozenset(status for status in RunStatus if status is RunStatus.SUSPENDED or status.ended)


@dataclass(frozen=True, slots=True)
class Standing:
    status: RunStatus
    path: str | None
    """None where no entry names a place: it stays where it was."""

    @property
    def frees(self) -> bool:
        """Whoever held the run has nothing more to do on it."""
        return self.status in _FREE


def standing(entries: Sequence[Entry]) -> Standing:
    status = _STATUS[type(entries[-1])]
    for entry in reversed(entries):
        if isinstance(entry, _PLACED):
            return Standing(status, entry.path)
    return Standing(status, None)
