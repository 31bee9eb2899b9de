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

    def may_follow(self, error: Exception) -> bool:
        return isinstance(error, self.on)

    def after(self, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds where the other side has said so."""
        if isinstance(error, Passing) and error.wait is not None and self.may_follow(error):
            return error.wait
        return self.may_follow(error)


ONCE = Retry(attempts=1)
