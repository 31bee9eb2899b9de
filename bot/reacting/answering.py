"""Questions about ourselves, answered to anyone."""

from __future__ import annotations

from bot import messages
from bot.ledger import cost
from bot.reacting.ground import Ground, Outcome, handled
from handlers.decision import Reply, Topic
from handlers.events import Event
from workflows.ports import Spent


async def reply(ground: Ground, event: Event, asked: Reply) -> Outcome:
    run = await ground.store.last_run(f"{event.tenant.repository}#{asked.issue}")
    spent = Spent()
    if run is not None and asked.topic in {Topic.STATUS, Topic.BUDGET}:
        spent = cost(await ground.store.rows(run.id))
    said = messages.reply(asked, run, spent, ground.config)
    await ground.say(event, asked.issue, asked.asked, said)
    return handled(f"answered: {asked.topic}")
