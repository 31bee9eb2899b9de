"""Runs that go with their repository, where it has another name or another owner now."""

from __future__ import annotations

from bot.reacting.ground import Ground, Outcome, handled, ignored
from handlers.decision import Move
from handlers.events import Event
from workflows.errors import Gone
from workflows.trigger import Tenant


async def move(ground: Ground, event: Event, asked: Move) -> Outcome:
    """GitHub is asked: whoever can send deliveries of one repository shall not have the runs of another."""
    now = event.tenant.repository
    before = Tenant(repository=asked.before, installation=event.tenant.installation)
    try:
        said = await ground.forge.name_now(before)
    except Gone as gone:
        return ignored(gone.sentence)
    if said.lower() != now.lower():
        return ignored(f"{asked.before} is called {said} now, and not {now}")
    moved = await ground.store.move_runs(asked.before, now)
    return handled(f"{moved} runs of {asked.before} are runs of {now}")
