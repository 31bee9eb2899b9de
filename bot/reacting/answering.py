"""Questions about ourselves, answered to anyone."""

from __future__ import annotations

from bot.ledger import cost
from bot.messages import replies
from bot.reacting.ground import Ground, Outcome, handled
from bot.reacting.meant import run_meant
from handlers.decision import Reply, Topic
from handlers.events import Event


async def reply(ground: Ground, event: Event, asked: Reply) -> Outcome:
    about_a_run = asked.topic in {Topic.STATUS, Topic.BUDGET}
    meant = await run_meant(ground, event, asked) if about_a_run else None
    run, spent = (meant.run, cost(meant.rows)) if meant else (None, cost(()))
    said = replies.reply(asked, run, spent, ground.config)
    await ground.say(event, asked.issue, asked.asked, said)
    return handled(f"answered: {asked.topic}")
