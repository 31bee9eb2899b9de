"""Whose fault it is that something could not be worked on: only its own counts against it."""

from __future__ import annotations

from bot.bus.port import BusUnavailable
from bot.store.port import StoreUnavailable
from workflows.errors import Gone, Interrupted, JournalUnwritten, Passing, Problem

# Not the fault of what was in hand. It is put down, and the sweep takes it up again when all is well.
NOT_NOW = (Passing, Interrupted, StoreUnavailable, BusUnavailable)


def is_its_own(problem: Problem) -> bool:
    """What could not be written though the store is there will not be written the next time either."""
    if isinstance(problem, JournalUnwritten):
        return not isinstance(problem.__cause__, StoreUnavailable)
    return not isinstance(problem, (Gone, *NOT_NOW))
