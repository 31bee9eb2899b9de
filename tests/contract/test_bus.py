"""What every bus keeps to, whatever is behind it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from bot.bus.embedded import EmbeddedBus
from bot.bus.memory import Broker, MemoryBus
from bot.bus.nats import NatsBus
from bot.bus.port import Bus, BusUnavailable, Topic
from tests.services.until import until

T = TypeVar("T")

Connect = Callable[[], Awaitable[Bus]]

ACK_SECONDS = 0.5
MARK_SECONDS = 0.5
SOON = 5.0


@pytest.fixture(params=["memory", "nats"])
async def connect(request: pytest.FixtureRequest) -> AsyncGenerator[Connect]:
    """Makes buses that share one broker. The private server of one process is shared with nobody."""
    made: list[Bus] = []
    broker = Broker(ack_seconds=ACK_SECONDS, mark_seconds=MARK_SECONDS)
    url = request.getfixturevalue("nats_url") if request.param == "nats" else ""

    async def make() -> Bus:
        bus = NatsBus(url, ack_seconds=ACK_SECONDS, mark_seconds=MARK_SECONDS) if url else MemoryBus(broker)
        await bus.open()
        made.append(bus)
        return bus

    yield make
    for bus in made:
        await bus.close()


@pytest.fixture(params=["memory", "nats", "embedded"])
async def bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Bus]:
    match request.param:
        case "memory":
            bus = MemoryBus(Broker(ack_seconds=ACK_SECONDS, mark_seconds=MARK_SECONDS))
        case "nats":
            url = request.getfixturevalue("nats_url")
            bus = NatsBus(url, ack_seconds=ACK_SECONDS, mark_seconds=MARK_SECONDS)
        case _:
            bus = EmbeddedBus(tmp_path, ack_seconds=ACK_SECONDS, mark_seconds=MARK_SECONDS)
    await bus.open()
    yield bus
    await bus.close()


async def soon(messages: AsyncIterator[T]) -> T:
    async with asyncio.timeout(SOON):
        return await anext(messages)


async def nothing(messages: AsyncIterator[object], seconds: float = ACK_SECONDS * 2) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await anext(messages)
            return False
    return True


async def test_what_is_announced_arrives(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1")
    message = await soon(bus.receive(Topic.RUNS))
    assert message.id == "r1"
    await message.ack()


async def test_who_waits_already_gets_what_is_announced_later(bus: Bus) -> None:
    waiting = asyncio.create_task(soon(bus.receive(Topic.RUNS)))
    await asyncio.sleep(0.05)
    await bus.announce(Topic.RUNS, "r1")
    assert (await waiting).id == "r1"


async def test_topics_are_apart(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1")
    assert await nothing(bus.receive(Topic.DELIVERIES), 0.2)
    assert (await soon(bus.receive(Topic.RUNS))).id == "r1"


async def test_the_same_item_announced_twice_arrives_twice(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1")
    await bus.announce(Topic.RUNS, "r1")
    messages = bus.receive(Topic.RUNS)
    for _ in range(2):
        await (await soon(messages)).ack()


async def test_an_acked_message_does_not_come_again(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1")
    messages = bus.receive(Topic.RUNS)
    await (await soon(messages)).ack()
    assert await nothing(messages)


async def test_a_message_that_is_not_acked_in_time_comes_again(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1")
    messages = bus.receive(Topic.RUNS)
    await soon(messages)
    message = await soon(messages)
    assert message.id == "r1"


async def test_working_keeps_a_message_in_hand(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1")
    messages = bus.receive(Topic.RUNS)
    message = await soon(messages)
    again = asyncio.create_task(nothing(messages, ACK_SECONDS * 2.5))
    while not again.done():
        await message.working()
        await asyncio.sleep(ACK_SECONDS / 5)
    assert await again
    await message.ack()


async def test_again_gives_it_back_after_so_many_seconds(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1")
    messages = bus.receive(Topic.RUNS)
    loop = asyncio.get_running_loop()
    given_back = loop.time()
    await (await soon(messages)).again(0.3)
    message = await soon(messages)
    assert message.id == "r1"
    assert loop.time() - given_back > 0.25


async def test_a_message_comes_again_for_as_long_as_nobody_acks_it(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "poison")
    messages = bus.receive(Topic.RUNS)
    for _ in range(30):
        await (await soon(messages)).again(0)
    await (await soon(messages)).ack()
    assert await nothing(messages)


async def test_ack_and_again_after_ack_do_nothing(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1")
    messages = bus.receive(Topic.RUNS)
    message = await soon(messages)
    await message.ack()
    await message.again(0)
    await message.working()
    await message.ack()
    assert await nothing(messages)


async def test_two_receivers_share_the_work_and_each_message_goes_to_one(connect: Connect) -> None:
    first, second = await connect(), await connect()
    got: dict[Bus, list[str]] = {first: [], second: []}

    async def receive(bus: Bus) -> None:
        async for message in bus.receive(Topic.RUNS):
            got[bus].append(message.id)
            await asyncio.sleep(0.005)
            await message.ack()

    receivers = [asyncio.create_task(receive(bus)) for bus in (first, second)]
    await asyncio.sleep(0.1)
    for n in range(40):
        await first.announce(Topic.RUNS, f"r{n}")
    await until(lambda: sum(map(len, got.values())) >= 40)
    assert sorted(got[first] + got[second]) == sorted(f"r{n}" for n in range(40))
    assert all(len(part) >= 5 for part in got.values())
    for receiver in receivers:
        receiver.cancel()
    await asyncio.gather(*receivers, return_exceptions=True)


async def test_a_busy_receiver_holds_no_second_message(connect: Connect) -> None:
    busy, free = await connect(), await connect()
    await busy.announce(Topic.RUNS, "long")
    messages = busy.receive(Topic.RUNS)
    assert (await soon(messages)).id == "long"
    await busy.announce(Topic.RUNS, "short")
    others = free.receive(Topic.RUNS)
    async with asyncio.timeout(ACK_SECONDS * 0.8):
        assert (await anext(others)).id == "short"


async def test_a_receiver_that_went_away_takes_no_message_with_it(connect: Connect) -> None:
    gone, here = await connect(), await connect()
    waiting = asyncio.create_task(soon(gone.receive(Topic.RUNS)))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await here.announce(Topic.RUNS, "r1")
    async with asyncio.timeout(ACK_SECONDS * 0.8):
        message = await anext(here.receive(Topic.RUNS))
    assert message.id == "r1"


async def test_a_message_that_comes_at_the_moment_its_receiver_leaves_is_not_lost(connect: Connect) -> None:
    gone, here = await connect(), await connect()
    waiting = asyncio.create_task(soon(gone.receive(Topic.RUNS)))
    await asyncio.sleep(0.05)
    await here.announce(Topic.RUNS, "r1")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (await soon(here.receive(Topic.RUNS))).id == "r1"


async def test_what_was_in_hand_when_a_bus_closed_goes_to_another_at_once(connect: Connect) -> None:
    closing, staying = await connect(), await connect()
    await closing.announce(Topic.RUNS, "r1")
    await soon(closing.receive(Topic.RUNS))
    await closing.close()
    async with asyncio.timeout(ACK_SECONDS * 0.8):
        message = await anext(staying.receive(Topic.RUNS))
    assert message.id == "r1"


async def test_receivers_end_when_the_bus_closes(bus: Bus) -> None:
    async def receive() -> list[str]:
        return [message.id async for message in bus.receive(Topic.RUNS)]

    receivers = [asyncio.create_task(receive()) for _ in range(3)]
    await asyncio.sleep(0.05)
    await bus.close()
    async with asyncio.timeout(SOON):
        assert await asyncio.gather(*receivers) == [[], [], []]
    assert [message async for message in bus.receive(Topic.RUNS)] == []


async def test_a_closed_bus_says_so(bus: Bus) -> None:
    await bus.close()
    with pytest.raises(BusUnavailable):
        await bus.announce(Topic.RUNS, "r1")


async def test_many_announced_at_once_all_arrive(bus: Bus) -> None:
    await asyncio.gather(*(bus.announce(Topic.DELIVERIES, f"d{n}") for n in range(300)))
    got: set[str] = set()

    async def receive() -> None:
        async for message in bus.receive(Topic.DELIVERIES):
            got.add(message.id)
            await message.ack()

    receivers = [asyncio.create_task(receive()) for _ in range(8)]
    await until(lambda: len(got) >= 300)
    for receiver in receivers:
        receiver.cancel()
    await asyncio.gather(*receivers, return_exceptions=True)


async def test_several_are_announced_in_their_order(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1", "r2", "r3")
    messages = bus.receive(Topic.RUNS)
    assert [(await soon(messages)).id for _ in range(3)] == ["r1", "r2", "r3"]


async def test_each_of_several_has_the_mark(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1", "r2", mark="1")
    await bus.announce(Topic.RUNS, "r2", "r1", mark="1")
    messages = bus.receive(Topic.RUNS)
    for name in ("r1", "r2"):
        message = await soon(messages)
        assert message.id == name
        await message.ack()
    assert await nothing(messages)


async def test_what_is_announced_again_with_the_same_mark_arrives_once(bus: Bus) -> None:
    for _ in range(3):
        await bus.announce(Topic.RUNS, "r1", mark="1")
    messages = bus.receive(Topic.RUNS)
    await (await soon(messages)).ack()
    assert await nothing(messages)


async def test_a_mark_counts_for_buses_that_share_a_broker(connect: Connect) -> None:
    for bus in (await connect(), await connect()):
        await bus.announce(Topic.RUNS, "r1", mark="1")
    messages = bus.receive(Topic.RUNS)
    await (await soon(messages)).ack()
    assert await nothing(messages)


async def test_another_mark_another_item_and_another_topic_are_announced(bus: Bus) -> None:
    await bus.announce(Topic.RUNS, "r1", mark="1")
    await bus.announce(Topic.RUNS, "r1", mark="2")
    await bus.announce(Topic.RUNS, "r2", mark="2")
    await bus.announce(Topic.DELIVERIES, "r2", mark="2")
    await bus.announce(Topic.RUNS, "r2")
    runs, deliveries = bus.receive(Topic.RUNS), bus.receive(Topic.DELIVERIES)
    assert [(await soon(runs)).id for _ in range(4)] == ["r1", "r1", "r2", "r2"]
    assert (await soon(deliveries)).id == "r2"


async def test_a_mark_is_forgotten_after_a_while(bus: Bus) -> None:
    messages = bus.receive(Topic.RUNS)
    for _ in range(2):
        arrived = asyncio.ensure_future(soon(messages))
        while not arrived.done():
            await bus.announce(Topic.RUNS, "r1", mark="1")
            await asyncio.sleep(MARK_SECONDS / 5)
        await (await arrived).ack()


async def test_a_bus_with_settings_of_our_own_gives_no_reason_to_worry(bus: Bus) -> None:
    assert list(await bus.worries()) == []


async def test_it_says_what_is_there(bus: Bus) -> None:
    assert await bus.check()
