"""A bucket of tokens that fills up by itself."""

from __future__ import annotations

import time
from collections.abc import Callable


class Bucket:
    def __init__(self, most: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        if most <= 0 or per_second <= 0:
            raise ValueError("most and per_second must be above 0")
        self._most = most
        self._per_second = per_second
        self._clock = clock
        self._tokens = most
        self._since = clock()

    @property
    def tokens(self) -> float:
        self._fill()
        return self._tokens

    def take(self, count: float = 1) -> bool:
        """Whether there were enough; else none is taken."""
        self._fill()
        if count > self._tokens:
            return False
        self._tokens -= count
        return True

    def wait(self, count: float = 1) -> float:
        """Seconds until there are enough."""
        if count > self._most:
            raise ValueError(f"there are never more than {self._most}")
        self._fill()
        return max(0.0, (count - self._tokens) / self._per_second)

    def _fill(self) -> None:
        now = self._clock()
        self._tokens += (now - self._since) * self._per_second
        self._since = now
