"""What came to the door since this process began. Names from outside are not counted without end."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from bot.web.intake import Refusal

MOST_NAMES = 100
"""GitHub has about seventy kinds of events."""
OTHER = "other"
QUIET_SECONDS = 10.0

log = logging.getLogger("redfirst.webhook")


@dataclass
class Counts:
    kept: Counter[str] = field(default_factory=Counter[str])
    """By event, those that nobody reads too."""
    again: int = 0
    """Known before: redelivered, or sent by somebody who had no answer."""
    refused: Counter[int] = field(default_factory=Counter[int])
    """By status."""
    _said: dict[int, float] = field(default_factory=dict[int, float])

    def keep(self, event: str) -> None:
        known = event in self.kept or len(self.kept) < MOST_NAMES
        self.kept[event if known else OTHER] += 1

    def refuse(self, refusal: Refusal) -> None:
        """Anybody can be refused as often as they like: the log hears of each kind once in a while."""
        self.refused[refusal.status] += 1
        now = time.monotonic()
        if now - self._said.get(refusal.status, -QUIET_SECONDS) >= QUIET_SECONDS:
            self._said[refusal.status] = now
            count = self.refused[refusal.status]
            log.warning(
                "delivery refused: %s (%s: %s since the start)", refusal.sentence, refusal.status, count
            )
