"""What the journal of a run has, by place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workflows.engine.entries import (
    Entry,
    Recorded,
    Resumed,
    RunParked,
    Slept,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
    Woke,
)


class NotYet(Exception):
    """Who only looks has come to what the journal does not have."""


@dataclass(slots=True)
class _Places:
    completed: dict[str, StepCompleted] = field(default_factory=dict[str, StepCompleted])
    failed: dict[str, list[StepFailed]] = field(default_factory=dict[str, list[StepFailed]])
    under_way: set[str] = field(default_factory=set[str])
    recorded: dict[tuple[str, str], Recorded] = field(default_factory=dict[tuple[str, str], Recorded])
    suspended: dict[str, Suspended] = field(default_factory=dict[str, Suspended])
    slept: dict[str, Slept] = field(default_factory=dict[str, Slept])
    woke: set[str] = field(default_factory=set[str])
    resumed: dict[str, Resumed] = field(default_factory=dict[str, Resumed])


class Past:
    """To look at only: a walk over it learns what came of things, and begins none."""

    def __init__(self, places: _Places | None = None) -> None:
        self._at = places or _Places()

    def past(self) -> Past:
        return Past(self._at)

    def completed(self, path: str) -> StepCompleted | None:
        return self._at.completed.get(path)

    def failures(self, path: str) -> Sequence[StepFailed]:
        return self._at.failed.get(path, [])

    def recorded(self, path: str, name: str) -> Recorded | None:
        return self._at.recorded.get((path, name))

    def suspended(self, path: str) -> Suspended | None:
        return self._at.suspended.get(path)

    def resumed(self, path: str) -> Resumed | None:
        return self._at.resumed.get(path)

    def slept(self, path: str) -> Slept | None:
        return self._at.slept.get(path)

    def woke(self, path: str) -> bool:
        return path in self._at.woke

    def note(self, entry: Entry) -> None:
        raise NotYet(entry.kind)

    async def append(self, *entries: Entry) -> None:
        raise NotYet(", ".join(entry.kind for entry in entries))

    def excuse(self, paths: Iterable[str]) -> None:
        """What failed there before was most likely the beginning of what it now waits for: no attempts."""
        for path in paths:
            self._at.failed.pop(path, None)

    def _add(self, entry: Entry) -> None:
        match entry:
            case StepStarted():
                self._at.under_way.add(entry.path)
            case StepCompleted():
                self._at.completed[entry.path] = entry
                self._at.under_way.discard(entry.path)
            case StepFailed():
                self._at.failed.setdefault(entry.path, []).append(entry)
                self._at.under_way.discard(entry.path)
            case Recorded():
                self._at.recorded[entry.path, entry.name] = entry
            case Suspended():
                self._at.suspended[entry.path] = entry
            case Slept():
                self._at.slept[entry.path] = entry
            case Woke():
                self._at.woke.add(entry.path)
            case Resumed():
                self._at.resumed[entry.path] = entry
            case RunParked() if entry.why:
                self.excuse(self._at.under_way)
            case _:
                pass
