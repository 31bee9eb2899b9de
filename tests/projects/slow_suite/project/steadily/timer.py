"""How long something takes."""

from __future__ import annotations

import time
from collections.abc import Callable


class Timer:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()

    @property
    def seconds(self) -> float:
        return self._clock() - self._began

    def restart(self) -> float:
        """And how long it was until now."""
        seconds, self._began = self.seconds, self._clock()
        return seconds
