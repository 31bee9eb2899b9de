"""What is done about a delivery: the handler decides, the one door acts. Doing it twice is doing it once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.github.reading import Unread, read
from bot.reacting import answering, beginning, by_clock, moving, proving_again, retrying, steering, stopping
from bot.reacting.ground import Ground, Outcome, ignored
from bot.store.port import Delivery
from handlers import router
from handlers.decision import (
    Again,
    Decision,
    Fetch,
    FetchOldest,
    Ignore,
    Move,
    ProveAgain,
    ProveAllAgain,
    Reply,
    Resume,
    Start,
    Stop,
)
from handlers.events import Event
from workflows.errors import Gone


@dataclass(frozen=True, slots=True)
class Reactions:
    ground: Ground

    async def to(self, delivery: Delivery) -> Outcome:
        try:
            event = read(delivery.id, delivery.event, delivery.payload)
        except Unread as unread:
            return ignored(str(unread))
        event = await self._where_it_is(event, delivery)
        return await self.act(event, router.decide(event, self.ground.house))

    async def regret(self, delivery: Delivery, said: str) -> None:
        """To whoever asked for what could not be done. A fact asks for nothing."""
        try:
            event = read(delivery.id, delivery.event, delivery.payload)
        except Unread:
            return
        match router.decide(event, self.ground.house):
            case Start() | Again() | Reply() as asked:
                await self.ground.say(event, asked.issue, asked.asked, said, key="regret")
            case Resume(is_fact=False) | Stop(closed=False) as asked:
                await self.ground.say(event, asked.issue, asked.asked, said, key="regret")
            case _:
                pass

    async def _where_it_is(self, event: Event, delivery: Delivery) -> Event:
        """What was held for a run may have come before its repository had another name."""
        if not delivery.held_for:
            return event
        try:
            run = await self.ground.store.run(delivery.held_for)
        except Gone:
            return event
        name = {"repository": run.trigger.tenant.repository}
        return event.model_copy(update={"tenant": event.tenant.model_copy(update=name)})

    async def act(self, event: Event, decision: Decision) -> Outcome:
        match decision:
            case Ignore(reason=reason):
                return ignored(reason)
            case Start():
                return await beginning.start(self.ground, event, decision)
            case Fetch():
                return await beginning.fetch(self.ground, event, decision)
            case FetchOldest():
                return await by_clock.fetch_oldest(self.ground, event, decision)
            case Again():
                return await retrying.again(self.ground, event, decision)
            case Resume():
                return await steering.resume(self.ground, event, decision)
            case Stop():
                return await stopping.stop(self.ground, event, decision)
            case ProveAgain():
                return await proving_again.one(self.ground, event, decision)
            case ProveAllAgain():
                return await proving_again.all_on(self.ground, event, decision)
            case Move():
                return await moving.move(self.ground, event, decision)
            case Reply():
                return await answering.reply(self.ground, event, decision)
