"""A repository that is called otherwise now: whatever waits there is found by its new name."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Move
from handlers.events import RepositoryMoved
from handlers.house import House


def decide(event: RepositoryMoved, _house: House) -> Decision:
    if event.before == event.tenant.repository:
        return Ignore(reason="it is called as before")
    return Move(before=event.before)
