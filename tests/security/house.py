"""A small house to attack: the real handlers, rules and door, between a store and a forge that forget."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from bot.blobs import MemoryBlobs
from bot.reacting.ground import Ground, Outcome
from bot.reactions import Reactions
from bot.store.memory import MemoryStore
from bot.store.port import Delivery, NewDelivery
from handlers.house import House
from policies.facts import Permission
from tests.unit.fakes import MemoryForge, door

BOT_ID = 99
ROLES: dict[str, Permission] = {f"the-{role.value}": role for role in Permission}


def person(login: str, number: int = 1, kind: str = "User") -> dict[str, object]:
    return {"id": number, "login": login, "type": kind}


@dataclass
class Attacked:
    store: MemoryStore = field(default_factory=MemoryStore)
    forge: MemoryForge = field(default_factory=lambda: MemoryForge(None, **ROLES))
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    in_job: bool = False

    def __post_init__(self) -> None:
        self.reactions = Reactions(
            Ground(
                house=House(bot_id=BOT_ID, in_job=self.in_job),
                store=self.store,
                effects=door(self.forge, self.store),
                forge=self.forge,
                blobs=self.blobs,
                config="what is set up",
            )
        )
        self._count = 0

    async def deliver(self, event: str, payload: dict[str, object], delivery: str = "") -> Outcome:
        """As the worker takes it from the store."""
        self._count += 1
        name = delivery or f"delivery-{self._count}"
        await self.store.keep_delivery(
            NewDelivery(id=name, event=event, payload=json.dumps(payload).encode())
        )
        kept: Delivery = await self.store.delivery(name)
        return await self.reactions.to(kept)

    async def labels(self, who: dict[str, object], **changed: object) -> Outcome:
        return await self.deliver(
            "issues", self.about(who) | {"action": "labeled", "label": {"name": "agent:fix"}} | changed
        )

    async def comments(self, who: dict[str, object], body: str = "/agent fix", **changed: object) -> Outcome:
        said = {"action": "created", "comment": {"id": 42, "body": body}}
        return await self.deliver("issue_comment", self.about(who) | said | changed)

    def about(self, who: dict[str, object]) -> dict[str, object]:
        return {
            "sender": who,
            "repository": {"full_name": "octo/reds"},
            "installation": {"id": 5},
            "issue": {"number": 7, "title": "Total is off", "body": "It says 3."},
        }

    async def runs(self) -> int:
        return len(await self.store.runs())
