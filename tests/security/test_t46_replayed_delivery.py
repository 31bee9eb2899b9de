"""A delivery that comes a hundred times is one delivery, and one run."""

from __future__ import annotations

import asyncio
import json

from bot.web.webhook import Webhook
from tests.security.house import Attacked, person
from tests.unit.bot.signed import SECRET, headers


async def test_a_hundred_copies_at_the_door_are_announced_once() -> None:
    house = Attacked()
    announced: list[str] = []
    labeled = house.about(person("the-write")) | {"action": "labeled", "label": {"name": "agent:fix"}}
    body = json.dumps(labeled).encode()

    async def announce(*deliveries: str) -> None:
        announced.extend(deliveries)

    app = Webhook([SECRET], house.store.keep_delivery, announce)
    statuses: list[int] = []

    async def once() -> None:
        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, int]) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        scope = {"type": "http", "method": "POST", "headers": headers(body, length=len(body))}
        await app(scope, receive, send)  # pyright: ignore[reportArgumentType]

    await asyncio.gather(*(once() for _ in range(100)))
    assert statuses == [202] * 100
    assert len(announced) == 1
    await house.reactions.to(await house.store.delivery(announced[0]))
    assert await house.runs() == 1


async def test_a_delivery_that_is_handled_a_hundred_times_is_one_run() -> None:
    house = Attacked()
    outcomes = [
        await house.deliver(
            "issues",
            house.about(person("the-write")) | {"action": "labeled", "label": {"name": "agent:fix"}},
            "d1",
        )
        for _ in range(100)
    ]
    assert await house.runs() == 1
    assert {outcome.run for outcome in outcomes} == {outcomes[0].run}
    assert len(house.forge.reactions) == 1


async def test_two_people_who_ask_at_once_get_one_run() -> None:
    house = Attacked()
    await asyncio.gather(house.labels(person("the-write")), house.comments(person("the-admin", 2)))
    assert await house.runs() == 1
