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


@dataclass(frozen=True, slots=True)
class Standing:
    status: RunStatus
    path: str | None
    """None where no entry names a place: it stays where it was."""

    @property
    def frees(self) -> bool:
        """Whoever held the run has nothing more to do on it."""
        return self.status is RunStatus.SUSPENDED or self.status.ended


def standing(entries: Sequence[Entry]) -> Standing:
    path = next((entry.path for entry in reversed(entries) if isinstance(entry, _PLACED)), None)
    return Standing(_status(entries[-1]), path)


_PLACED = (StepStarted, StepFailed, StepCompleted, Recorded, Suspended, Resumed)


def _status(last: Entry) -> RunStatus:
    match last:
        case RunStarted():
            return RunStatus.QUEUED
        case Resumed():
            # Queued, not running: whoever holds it or nobody, somebody has to take it up again.
            return RunStatus.QUEUED
        case Suspended():
            return RunStatus.SUSPENDED
        case RunCompleted():
            return RunStatus.COMPLETED
        case RunFailed():
            return RunStatus.FAILED
        case Cancelled():
            return RunStatus.CANCELLED
        case StepStarted() | StepFailed() | StepCompleted() | Recorded():
            return RunStatus.RUNNING
