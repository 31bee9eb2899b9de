"""When a step is tried again: a decision, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.errors import Passing, Problem


@dataclass(frozen=True, slots=True)
class Retry:
    """Exponential backoff with jitter, for failures that may pass by themselves."""

    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 30.0
    on: tuple[type[Problem], ...] = (Passing,)

    def after(self, error: Exception) -> bool:
        return isinstance(error, self.on)


ONCE = Retry(attempts=1)
