"""GitHub promises neither that a delivery arrives, nor that it does so once, or in its turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot.standin.faults import DeliveryFault
from bot.standin.people import StandIn

from .receiver import Receiver, receiving
from .support import REPO


@pytest.fixture
async def receiver(standin: StandIn) -> AsyncGenerator[Receiver]:
    async with receiving() as made:
        standin.connect_hook(made.url, "s")
        yield made


async def _issues(standin: StandIn, *titles: str) -> None:
    for title in titles:
        await standin.open_issue(REPO, title, by="reader")
    await standin.deliveries()


def _titles(receiver: Receiver) -> list[str]:
    return [got.payload["issue"]["title"] for got in receiver.received]


async def test_deliveries_come_in_the_order_of_their_events(standin: StandIn, receiver: Receiver) -> None:
    await _issues(standin, "a", "b", "c")
    assert _titles(receiver) == ["a", "b", "c"]


async def test_a_delivery_is_lost_and_can_be_asked_for(standin: StandIn, receiver: Receiver) -> None:
    standin.faults.add(DeliveryFault("drop", "issues.opened", skip=1))
    await _issues(standin, "a", "b", "c")
    assert _titles(receiver) == ["a", "c"]
    [missed] = [one for one in standin.world.deliveries if one.status_code == 502]
    await standin.redeliver(missed.id)
    await standin.deliveries()
    assert _titles(receiver) == ["a", "c", "b"]


async def test_a_delivery_comes_twice_under_one_guid(standin: StandIn, receiver: Receiver) -> None:
    standin.faults.add(DeliveryFault("twice"))
    await _issues(standin, "a", "b")
    assert _titles(receiver) == ["a", "a", "b"]
    first, second, other = [got.headers["x-github-delivery"] for got in receiver.received]
    assert first == second != other


async def test_a_delivery_is_overtaken_by_the_next(standin: StandIn, receiver: Receiver) -> None:
    standin.faults.add(DeliveryFault("reorder", seconds=30))
    await _issues(standin, "a", "b", "c")
    assert _titles(receiver)[0] == "b"
    assert sorted(_titles(receiver)) == ["a", "b", "c"]


async def test_a_delivery_that_nothing_overtakes_comes_all_the_same(
    standin: StandIn, receiver: Receiver
) -> None:
    standin.faults.add(DeliveryFault("reorder", seconds=0.05))
    await _issues(standin, "a")
    assert _titles(receiver) == ["a"]


async def test_a_late_delivery_lets_the_others_pass(standin: StandIn, receiver: Receiver) -> None:
    standin.faults.add(DeliveryFault("delay", "issues", seconds=0.5))
    await _issues(standin, "a", "b", "c")
    assert _titles(receiver) == ["b", "c", "a"]
