"""The worker: whose turn it is, what is put down and what is put aside, and that nothing is forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.bus import rules
from bot.bus.memory import Broker, MemoryBus
from bot.bus.port import Topic
from bot.reactions import Reactions
from bot.store.memory import MemoryStore
from bot.store.port import DeliveryState, NewDelivery, NewRun, StoreUnavailable
from bot.telemetry.traces import NoTracer
from bot.worker import Worker
from handlers.house import House
from tests.services.until import until
from tests.unit.fakes import MemoryForge, door, issue, ports, trigger
from workflows.engine.context import Context
from workflows.engine.definition import digest
from workflows.engine.entries import Entry, Recorded, RunStarted
from workflows.engine.journal import Lease
from workflows.engine.lease import LEASE_SECONDS
from workflows.engine.nodes import workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step
from workflows.errors import Conflict, OperatorProblem, Passing, Problem
from workflows.ports import Ports
from workflows.registry import Registry
from workflows.trigger import Tenant, Trigger

Act = Callable[[Context[Ports], Trigger], Awaitable[Trigger]]


async def nothing(ctx: Context[Ports], asked: Trigger) -> Trigger:
    return asked


@dataclass
class Shop:
    """A worker with nothing real around it, on a workflow of one step."""

    act: Act = nothing
    broker: Broker = field(default_factory=Broker)
    store: MemoryStore = field(default_factory=MemoryStore)
    naps: bool = False

    def __post_init__(self) -> None:
        self.bus = MemoryBus(self.broker)
        tree = workflow("fix", Trigger).then(Step("act", Trigger, Trigger, self.act))
        self.tree = tree.sleep("nap", timedelta(seconds=1)) if self.naps else tree
        forge = MemoryForge()
        reactions = Reactions(House(label="agent:fix", bot_id=0), self.store, door(forge, self.store))
        self.worker = Worker(
            name="w",
            store=self.store,
            bus=self.bus,
            reactions=reactions,
            ports=ports(forge=forge),
            tracer=NoTracer(),
            at_once=1,
            per_tenant=1,
            lease_seconds=LEASE_SECONDS,
            sweep_seconds=30.0,
            workflows=Registry((self.tree,)),
        )

    async def queue(self, repository: str, number: int, *, definition: str = "") -> str:
        asked = trigger(key=f"{repository} {number}", subject=issue(number=number))
        asked = asked.model_copy(update={"tenant": Tenant(repository=repository)})
        started = RunStarted(
            workflow="fix",
            definition=definition or digest(self.tree),
            release="0.1.0",
            input=asked.model_dump(mode="json"),
        )
        run, _ = await self.store.create_run(
            NewRun(id=f"{repository}-{number}", trigger=asked, started=started)
        )
        return run.id

    async def status(self, run: str) -> RunStatus:
        return (await self.store.run(run)).status

    async def comes_to(self, run: str, status: RunStatus) -> None:
        async with asyncio.timeout(15):
            while await self.status(run) is not status:
                await asyncio.sleep(0.01)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        await self.bus.open()
        working = asyncio.create_task(self.worker.work())
        try:
            yield
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await self.bus.close()


async def test_a_tenant_with_many_queued_runs_does_not_delay_anothers_first() -> None:
    order: list[str] = []

    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        order.append(ctx.run)
        return asked

    shop = Shop(act)
    for number in range(500):
        await shop.queue("busy/one", number)
    quiet = await shop.queue("quiet/one", 1)
    async with shop.open():
        await until(lambda: len(order) >= 20)
    assert order.index(quiet) <= 1
    assert [run for run in order if run != quiet][:5] == [f"busy/one-{number}" for number in range(5)]


async def test_no_more_runs_of_a_tenant_go_on_at_once_than_it_may_have() -> None:
    now, most = 0, 0

    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return asked

    shop = Shop(act)
    shop.worker = replace(shop.worker, at_once=4, per_tenant=2)
    runs = [await shop.queue("busy/one", number) for number in range(8)]
    async with shop.open():
        for run in runs:
            await shop.comes_to(run, RunStatus.COMPLETED)
    assert most == 2


async def test_a_sleeping_run_is_woken_in_its_time() -> None:
    shop = Shop(naps=True)
    run = await shop.queue("octo/reds", 1)
    async with shop.open():
        await shop.comes_to(run, RunStatus.SUSPENDED)
        await shop.comes_to(run, RunStatus.COMPLETED)


async def test_a_sweep_finds_what_a_lost_message_left_behind_and_does_not_repeat_itself() -> None:
    shop = Shop()
    await shop.bus.open()
    run = await shop.queue("octo/reds", 1)
    for _ in range(5):
        await shop.worker.sweep()
    messages = shop.bus.receive(Topic.RUNS)
    assert (await anext(messages)).id == run
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(messages), 0.05)


async def test_a_run_that_was_taken_up_and_let_go_is_announced_anew() -> None:
    shop = Shop()
    await shop.bus.open()
    run = await shop.queue("octo/reds", 1)
    await shop.worker.sweep()
    lease = await shop.store.claim(run, "other", 30)
    assert lease is not None
    await shop.worker.sweep()
    await shop.store.release(lease)
    await shop.worker.sweep()
    messages = shop.bus.receive(Topic.RUNS)
    assert [(await anext(messages)).id, (await anext(messages)).id] == [run, run]


async def test_a_run_of_a_definition_that_is_not_ours_is_left_to_those_who_can() -> None:
    shop = Shop()
    other = await shop.queue("octo/reds", 1, definition="0" * 64)
    ours = await shop.queue("octo/reds", 2)
    async with shop.open():
        await shop.bus.announce(Topic.RUNS, other)  # by a worker of another release
        await shop.comes_to(ours, RunStatus.COMPLETED)
    assert await shop.store.dead_letters() == []
    assert await shop.status(other) is RunStatus.QUEUED
    assert len(await shop.store.rows(other)) == 1


# --- what goes wrong ------------------------------------------------------------------------------------


async def test_what_fails_each_time_is_put_aside_with_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = 0

    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        nonlocal tries
        tries += 1
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("bot.worker._pause", lambda times: 0.0)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    shop = Shop(act)
    run = await shop.queue("octo/reds", 1)
    shop.worker = replace(shop.worker, sweep_seconds=0.01)
    async with shop.open():
        while [letter.times for letter in await shop.store.dead_letters()] != [rules.MAX_DELIVERIES]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # some sweeps more
    (letter,) = await shop.store.dead_letters()
    assert (letter.topic, letter.item, letter.times) == (Topic.RUNS, run, rules.MAX_DELIVERIES)
    assert "ZeroDivisionError: by zero" in letter.said
    assert await shop.store.due_runs(9) == []
    assert tries == rules.MAX_DELIVERIES


async def test_what_fails_and_then_does_not_is_not_kept_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = 0

    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ZeroDivisionError("by zero")
        return asked

    monkeypatch.setattr("bot.worker._pause", lambda times: 0.0)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    shop = Shop(act)
    run = await shop.queue("octo/reds", 1)
    async with shop.open():
        await shop.comes_to(run, RunStatus.COMPLETED)
        while await shop.store.dead_letters():
            await asyncio.sleep(0.01)


async def test_work_whose_result_cannot_be_kept_is_not_paid_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class NoRoom(MemoryStore):
        async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
            if any(isinstance(entry, Recorded) for entry in entries):
                raise OperatorProblem("a long row could not be kept")
            await super().append(run, after, entries, fence)

    paid = 0

    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        async def pay() -> Trigger:
            nonlocal paid
            paid += 1
            return asked

        return await ctx.record("turn 1", Trigger, pay)

    monkeypatch.setattr("bot.worker._pause", lambda times: 0.0)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    shop = Shop(act, store=NoRoom())
    shop.worker = replace(shop.worker, sweep_seconds=0.01)
    await shop.queue("octo/reds", 1)
    async with shop.open():
        while [letter.times for letter in await shop.store.dead_letters()] != [rules.MAX_DELIVERIES]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    assert paid == rules.MAX_DELIVERIES


async def test_what_killed_every_worker_is_put_aside_on_the_word_of_the_broker() -> None:
    shop = Shop(broker=Broker(ack_seconds=0.01, max_deliveries=2))
    run = await shop.queue("octo/reds", 1)
    dying = MemoryBus(shop.broker)
    await dying.open()
    await dying.announce(Topic.RUNS, run)
    for _ in range(2):
        await anext(dying.receive(Topic.RUNS))
        await asyncio.sleep(0.05)  # and nothing is said any more
    await dying.close()
    shop.worker = replace(shop.worker, at_once=0)
    async with shop.open():
        while not await shop.store.dead_letters():
            await asyncio.sleep(0.01)
    (letter,) = await shop.store.dead_letters()
    assert (letter.item, letter.times) == (run, 2)


@pytest.mark.parametrize(
    "problem", [StoreUnavailable("locked"), Passing("GitHub is busy"), Conflict("lost it")]
)
async def test_what_is_not_the_fault_of_the_item_puts_it_down_and_not_aside(problem: Problem) -> None:
    class Moody(MemoryStore):
        troubles = 0

        async def claim(self, run: str, worker: str, seconds: float) -> Lease | None:
            self.troubles += 1
            if self.troubles <= 2 * rules.MAX_DELIVERIES:
                raise problem
            return await super().claim(run, worker, seconds)

    store = Moody()
    shop = Shop(store=store)
    run = await shop.queue("octo/reds", 1)
    async with shop.open():
        for number in range(2 * rules.MAX_DELIVERIES + 1):
            await shop.bus.announce(Topic.RUNS, run, mark=str(number))
        await shop.comes_to(run, RunStatus.COMPLETED)
    assert await store.dead_letters() == []


async def test_a_message_about_nothing_is_not_kept() -> None:
    shop = Shop()
    async with shop.open():
        await shop.bus.announce(Topic.RUNS, "nobody")
        await shop.bus.announce(Topic.DELIVERIES, "nothing")
        run = await shop.queue("octo/reds", 1)
        await shop.worker.call_up()
        await shop.comes_to(run, RunStatus.COMPLETED)
    assert await shop.store.dead_letters() == []


async def test_a_delivery_whose_start_nobody_heard_of_is_still_acted_on() -> None:
    shop = Shop()
    await shop.store.keep_delivery(NewDelivery(id="d1", event="watch", payload=b"{}"))
    shop.worker = replace(shop.worker, sweep_seconds=0.05)
    async with shop.open():
        while (await shop.store.delivery("d1")).state is DeliveryState.WAITING:
            await asyncio.sleep(0.01)
    assert (await shop.store.delivery("d1")).state is DeliveryState.IGNORED


async def test_a_worker_that_cannot_look_says_so_and_looks_again(caplog: pytest.LogCaptureFixture) -> None:
    class Away(MemoryStore):
        away = True

        async def waiting_deliveries(self, older_than: float = 0.0, limit: int = 100) -> Sequence[str]:
            if self.away:
                raise OperatorProblem("the store is away")
            return await super().waiting_deliveries(older_than, limit)

    store = Away()
    shop = Shop(store=store)
    shop.worker = replace(shop.worker, sweep_seconds=0.02)
    run = await shop.queue("octo/reds", 1)
    async with shop.open():
        await until(lambda: "the store is away" in caplog.text)
        store.away = False
        await shop.comes_to(run, RunStatus.COMPLETED)


async def test_a_worker_ends_at_whatever_moment_it_is_told_to() -> None:
    shop = Shop()
    await shop.bus.open()
    for number in range(300):
        run = await shop.queue("octo/reds", number)
        await shop.bus.announce(Topic.RUNS, run)
        working = asyncio.create_task(shop.worker.work())
        for _ in range(number // 6):
            await asyncio.sleep(0)
        working.cancel()
        ended, _ = await asyncio.wait([working], timeout=5)
        assert ended
