"""The worker: whose turn it is, what is put down and what is put aside, and that nothing is forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from bot.bus.memory import Broker, MemoryBus
from bot.bus.port import Topic
from bot.reacting.ground import Outcome, handled, held
from bot.reactions import Reactions
from bot.store.memory import MemoryStore
from bot.store.port import Delivery, DeliveryState, InHand, NewDelivery, NewRun, StoreUnavailable
from bot.telemetry.traces import NoTracer
from bot.tries import MOST_TRIES
from bot.worker import Worker
from policies.effects import Conclusion, Done, Effect, PostComment, ReportCheck
from policies.facts import Permission
from tests.services.until import until
from tests.unit.bot.stages import proposed, proves_again
from tests.unit.fakes import MemoryForge, RecordingEffects, ground, issue, ports, trigger
from workflows.engine.context import Context
from workflows.engine.definition import digest
from workflows.engine.entries import Cancelled, Entry, Recorded, Row, RunStarted, Woke
from workflows.engine.journal import Lease
from workflows.engine.lease import LEASE_SECONDS
from workflows.engine.nodes import workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step
from workflows.errors import Conflict, OperatorProblem, Passing, Problem
from workflows.ports.all import Ports
from workflows.registry import Registry
from workflows.trigger import Tenant, Trigger

R = TypeVar("R", bound=Done)

Act = Callable[[Context[Ports], Trigger], Awaitable[Trigger]]


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that fails is left alone in between."""
    for place in ("bot.worker.rest", "bot.store.memory.rest"):
        monkeypatch.setattr(place, _no_rest)
    monkeypatch.setattr("bot.worker.A_MOMENT", 0.0)


def _no_rest(tries: int) -> float:
    return 0.0


async def nothing(ctx: Context[Ports], asked: Trigger) -> Trigger:
    return asked


@dataclass(frozen=True, slots=True)
class Answering(Reactions):
    answer: Callable[[str], Awaitable[None]]

    async def to(self, delivery: Delivery) -> Outcome:
        await self.answer(delivery.id)
        return Outcome(DeliveryState.HANDLED, "answered")


@dataclass(frozen=True, slots=True)
class Deciding(Reactions):
    decide: Callable[[str], Awaitable[Outcome]]

    async def to(self, delivery: Delivery) -> Outcome:
        return await self.decide(delivery.id)


class Forgetful(MemoryStore):
    def forget_leases(self) -> None:
        """As if their time were over."""
        self._in_hand.clear()


class Barred(MemoryForge):
    """One that may be asked for a permission once in vain."""

    may_comment = False

    async def permission(self, tenant: Tenant, login: str) -> Permission:
        await asyncio.sleep(0)  # others may do something meanwhile
        try:
            return await super().permission(tenant, login)
        finally:
            if self.may_comment:
                self.problem = None


@dataclass
class Shop:
    """A worker with nothing real around it, on a workflow of one step."""

    act: Act = nothing
    broker: Broker = field(default_factory=Broker)
    store: Any = field(default_factory=Forgetful)
    naps: bool = False
    forge: Barred = field(default_factory=lambda: Barred())
    effects: RecordingEffects = field(default_factory=RecordingEffects)
    answer: Callable[[str], Awaitable[None]] | None = None
    """What is done about a delivery; by default what handlers say."""
    decide: Callable[[str], Awaitable[Outcome]] | None = None

    def __post_init__(self) -> None:
        self.bus = MemoryBus(self.broker)
        tree = workflow("fix", Trigger).then(Step("act", Trigger, Trigger, self.act))
        self.tree = tree.sleep("nap", timedelta(seconds=1)) if self.naps else tree
        forge = self.forge
        stands_on = ground(self.store, forge)
        reactions = Answering(stands_on, self.answer) if self.answer else Reactions(stands_on)
        self.worker = Worker(
            name="w",
            store=self.store,
            bus=self.bus,
            reactions=Deciding(stands_on, self.decide) if self.decide else reactions,
            ports=ports(forge=forge, effects=self.effects),
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

    async def deliver(self, name: str, repository: str) -> None:
        payload = json.dumps({"repository": {"full_name": repository}}).encode()
        await self.store.keep_delivery(NewDelivery(id=name, event="issues", payload=payload))
        await self.bus.announce(Topic.DELIVERIES, name)

    async def deliver_to_store(self, name: str) -> None:
        await self.store.keep_delivery(NewDelivery(id=name, event="issues", payload=b"{}"))

    async def command(self, name: str, said: str) -> None:
        payload = {
            "action": "created",
            "sender": {"id": 1, "login": "maintainer"},
            "repository": {"full_name": "octo/reds"},
            "issue": {"number": 7, "title": "x"},
            "comment": {"id": 42, "body": said},
        }
        kept = NewDelivery(id=name, event="issue_comment", payload=json.dumps(payload).encode())
        await self.store.keep_delivery(kept)

    @property
    def said(self) -> list[str]:
        return [comment.body for comment in self.forge.comments.values()]

    async def all_answered(self) -> None:
        async with asyncio.timeout(15):
            while await self.store.deliveries(1, state=DeliveryState.WAITING):
                await asyncio.sleep(0.01)

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


# --- deliveries -----------------------------------------------------------------------------------------


async def test_a_tenant_with_many_deliveries_does_not_delay_anothers_first() -> None:
    order: list[str] = []
    quiet_came = asyncio.Event()

    async def answer(delivery: str) -> None:
        # GitHub takes its time for the busy one, until the other has had its turn.
        if delivery.startswith("busy") and len(order) >= 20:
            await quiet_came.wait()
        order.append(delivery)
        if delivery == "quiet":
            quiet_came.set()

    shop = Shop(answer=answer)
    await shop.bus.open()
    for number in range(500):
        await shop.deliver(f"busy-{number}", "busy/one")
    await shop.deliver("quiet", "quiet/one")
    async with shop.open():
        await until(lambda: len(order) == 501)
    assert order.index("quiet") <= 20
    assert [each for each in order if each != "quiet"] == [f"busy-{number}" for number in range(500)]


async def test_deliveries_of_several_tenants_are_answered_side_by_side_and_no_two_of_one() -> None:
    now: list[str] = []
    most: set[tuple[str, ...]] = set()

    async def answer(delivery: str) -> None:
        now.append(delivery.partition("-")[0])
        most.add(tuple(sorted(now)))
        await asyncio.sleep(0.01)
        now.remove(delivery.partition("-")[0])

    shop = Shop(answer=answer)
    await shop.bus.open()
    for number in range(5):
        for tenant in ("a", "b", "c"):
            await shop.deliver(f"{tenant}-{number}", f"{tenant}/one")
    async with shop.open():
        await until(lambda: ("a", "b", "c") in most)
        await shop.all_answered()
    assert all(len(set(each)) == len(each) for each in most)


async def test_no_more_deliveries_are_answered_at_once_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.worker.DELIVERIES_AT_ONCE", 2)
    now = most = 0

    async def answer(delivery: str) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1

    shop = Shop(answer=answer)
    await shop.bus.open()
    for number in range(20):
        await shop.deliver(f"d{number}", f"octo/{number}")
    async with shop.open():
        await shop.all_answered()
    assert most == 2


async def test_a_delivery_that_waits_in_line_is_kept_and_not_given_to_another_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.working.WORKING_SECONDS", 0.05)
    answered: list[str] = []
    go_on = asyncio.Event()

    async def answer(delivery: str) -> None:
        answered.append(delivery)
        await go_on.wait()

    shop = Shop(answer=answer, broker=Broker(ack_seconds=0.2))
    await shop.bus.open()
    for number in range(3):
        await shop.deliver(f"d{number}", "octo/reds")
    async with shop.open():
        await until(lambda: bool(answered))
        other = MemoryBus(shop.broker)
        await other.open()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(other.receive(Topic.DELIVERIES)), 0.6)
        go_on.set()
        await shop.all_answered()
    assert answered == ["d0", "d1", "d2"]


async def test_a_delivery_that_is_announced_again_while_it_waits_stands_in_line_once() -> None:
    answered: list[str] = []
    go_on = asyncio.Event()

    async def answer(delivery: str) -> None:
        answered.append(delivery)
        await go_on.wait()

    shop = Shop(answer=answer)
    await shop.bus.open()
    for name in ("d1", "d2"):
        await shop.deliver(name, "octo/reds")
    async with shop.open():
        await until(lambda: bool(answered))
        for number in range(5):
            await shop.bus.announce(Topic.DELIVERIES, "d2", mark=str(number))
        await shop.deliver("d3", "octo/greens")
        await until(lambda: "d3" in answered)
        assert sorted(message.id for message in shop.bus.in_hand) == ["d1", "d2", "d3"]
        go_on.set()
        await shop.all_answered()
    assert answered == ["d1", "d3", "d2"]


async def test_a_delivery_that_says_nothing_of_whose_it_is_is_answered_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop = Shop()
    await shop.bus.open()
    for name, payload in (("d1", b"[]"), ("d2", b'{"repository": null}'), ("d3", b"\xff"), ("d4", b"")):
        await shop.store.keep_delivery(NewDelivery(id=name, event="issues", payload=payload))
        await shop.bus.announce(Topic.DELIVERIES, name)
    async with shop.open():
        await shop.all_answered()
    assert "could not be looked at" not in caplog.text
    assert await shop.store.dead_letters() == []


async def test_a_delivery_that_is_put_down_because_github_is_away_is_not_counted() -> None:
    async def answer(delivery: str) -> None:
        raise Passing("GitHub is away")

    shop = Shop(answer=answer)
    await shop.store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b"{}"))
    for _ in range(3 * MOST_TRIES):
        with pytest.raises(Passing):
            await shop.worker.handle("d1")
    assert await shop.store.failed(Topic.DELIVERIES, "d1") == 1


@pytest.mark.usefixtures("restless")
async def test_a_delivery_that_fails_by_a_bug_is_put_aside_and_others_are_answered() -> None:
    async def answer(delivery: str) -> None:
        if delivery == "poison":
            raise ZeroDivisionError("by zero")

    shop = Shop(answer=answer)
    await shop.bus.open()
    await shop.deliver("poison", "octo/reds")
    await shop.deliver("d1", "octo/reds")
    async with shop.open():
        while [letter.item for letter in await shop.store.dead_letters()] != ["poison"]:
            await asyncio.sleep(0.01)
    assert (await shop.store.delivery("d1")).state is DeliveryState.HANDLED
    (letter,) = await shop.store.dead_letters()
    assert letter.times == MOST_TRIES
    assert "ZeroDivisionError: by zero" in letter.said


async def test_a_delivery_that_one_worker_has_is_left_to_it_by_all_others() -> None:
    answered: list[str] = []
    go_on = asyncio.Event()

    async def answer(delivery: str) -> None:
        answered.append(delivery)
        await go_on.wait()

    shop = Shop(answer=answer)
    await shop.deliver_to_store("d1")
    other = replace(shop.worker, name="other", sweep_seconds=0.05)
    async with shop.open():
        await shop.bus.announce(Topic.DELIVERIES, "d1")
        await until(lambda: bool(answered))
        with pytest.raises(InHand):
            await asyncio.wait_for(other.handle("d1"), 15)
        await other.sweep()  # which names nothing that another has
        await shop.bus.announce(Topic.DELIVERIES, "d1", mark="as a broker that lost its memory does")
        await asyncio.sleep(0.1)
        go_on.set()
        await shop.all_answered()
    assert answered == ["d1"]


async def test_two_workers_that_heard_of_one_command_give_one_answer() -> None:
    shop = Shop()
    await shop.command("d1", "/agent help")
    others = [replace(shop.worker, name=name) for name in ("a", "b", "c")]
    had = await asyncio.gather(*(each.handle("d1") for each in others), return_exceptions=True)
    assert sorted(map(type, had), key=str) == sorted([type(None), InHand, InHand], key=str)
    assert len(shop.forge.edits) == 1


async def test_a_delivery_is_taken_over_from_a_worker_that_died_when_its_lease_is_over() -> None:
    answered: list[str] = []

    async def answer(delivery: str) -> None:
        answered.append(delivery)

    shop = Shop(answer=answer)
    await shop.deliver_to_store("d1")
    await shop.store.take_delivery("d1", "dead", 0.3)
    async with shop.open():
        await shop.bus.announce(Topic.DELIVERIES, "d1")  # once, and long before the next sweep
        await shop.all_answered()
    assert answered == ["d1"]


async def test_a_worker_that_has_lost_a_delivery_stops_and_leaves_it_to_the_other() -> None:
    begun = asyncio.Event()

    async def answer(delivery: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    shop = Shop(answer=answer)
    shop.worker = replace(shop.worker, lease_seconds=0.3)
    await shop.deliver_to_store("d1")
    handling = asyncio.create_task(shop.worker.handle("d1"))
    await begun.wait()
    shop.store.forget_leases()
    await shop.store.take_delivery("d1", "other", 30)
    with pytest.raises(Conflict, match="another worker took over delivery d1"):
        await handling
    with pytest.raises(InHand):
        await shop.store.take_delivery("d1", "w", 30)


async def test_what_is_held_for_a_run_is_decided_again_each_time_it_rests_in_the_order_of_arrival() -> None:
    decided: list[tuple[str, RunStatus]] = []
    shop: Shop

    async def answer(delivery: str) -> Outcome:
        run = await shop.store.run("octo/reds-1")
        decided.append((delivery, run.status))
        if run.status.ended:
            return handled("it has ended")
        woke = Woke(path="fix/nap")
        await shop.store.append(run.id, len(await shop.store.rows(run.id)), [woke], None)
        return handled("woken", run=run.id)

    shop = Shop(naps=True, decide=answer)
    run = await shop.queue("octo/reds", 1)
    for name in ("zulu", "alpha"):
        await shop.deliver_to_store(name)
        await shop.store.hold_delivery(name, run, 1, "")
    async with shop.open():
        async with asyncio.timeout(15):
            while len(decided) < 2:
                await asyncio.sleep(0.01)
    assert decided == [("zulu", RunStatus.SUSPENDED), ("alpha", RunStatus.COMPLETED)]


async def test_what_is_held_while_its_run_comes_to_rest_is_decided_again_at_once() -> None:
    decided = 0
    shop: Shop

    async def answer(delivery: str) -> Outcome:
        nonlocal decided
        decided += 1
        rows = len(await shop.store.rows("octo/reds-1"))
        if decided > 1:
            return handled("now it rests")
        await shop.worker.advance("octo/reds-1")
        return held("octo/reds-1", rows)

    shop = Shop(decide=answer)
    await shop.queue("octo/reds", 1)
    async with shop.open():
        await shop.deliver("d1", "octo/reds")
        await shop.all_answered()
        async with asyncio.timeout(15):
            while decided < 2:
                await asyncio.sleep(0.01)
    assert (await shop.store.delivery("d1")).state is DeliveryState.HANDLED


async def test_what_was_to_come_after_a_run_that_was_stopped_does_not_come() -> None:
    async def answer(delivery: str) -> None:
        raise AssertionError("nobody is to decide about it")

    shop = Shop(answer=answer)
    run = await shop.queue("octo/reds", 1)
    await shop.deliver_to_store("d1")
    await shop.store.hold_delivery("d1", run, 1, "")
    await shop.store.append(run, 1, [Cancelled(by="m", reason="no")], None)
    async with shop.open():
        await shop.worker.sweep()
        async with asyncio.timeout(15):
            while (await shop.store.delivery("d1")).state is not DeliveryState.IGNORED:
                await asyncio.sleep(0.01)


async def test_a_run_that_is_stopped_under_the_workers_hands_leaves_no_check_that_goes_on() -> None:
    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        begun = proves_again(asked, proposed(), head="1" * 40)
        last = (await shop.store.rows(ctx.run))[-1].seq
        await shop.store.append(ctx.run, last, [*begun, Cancelled(by="m", reason="no")], None)
        return asked

    shop = Shop(act)
    run = await shop.queue("octo/reds", 8)
    await shop.worker.advance(run)
    (check,) = shop.effects.of(ReportCheck)
    assert isinstance(check, ReportCheck)
    assert (check.key, check.sha, check.conclusion) == (f"{run}/check", "1" * 40, Conclusion.CANCELLED)


async def test_whoever_asked_for_what_an_operator_has_to_mend_is_told() -> None:
    shop = Shop()
    shop.forge.problem = OperatorProblem("our token may not do this: see https://secret.example")
    await shop.command("d1", "/agent stop")
    await shop.queue("octo/reds", 7)
    shop.forge.may_comment = True
    await shop.worker.handle("d1")
    kept = await shop.store.delivery("d1")
    assert kept.state is DeliveryState.FAILED
    assert kept.outcome.startswith("our token may not do this")
    (said,) = shop.said
    assert "whoever runs this bot" in said
    assert "secret" not in said


@pytest.mark.usefixtures("restless")
async def test_whoever_asked_for_what_was_put_aside_is_told() -> None:
    async def answer(delivery: str) -> None:
        raise ZeroDivisionError("by zero")

    shop = Shop(answer=answer)
    await shop.command("d1", "/agent stop")
    async with shop.open():
        await shop.bus.announce(Topic.DELIVERIES, "d1")
        while not await shop.store.dead_letters():
            await asyncio.sleep(0.01)
        await until(lambda: bool(shop.said))
    assert "broke off each time" in shop.said[0]


# --- what goes wrong ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("restless")
async def test_what_fails_each_time_is_put_aside_with_what_was_said() -> None:
    tries = 0

    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        nonlocal tries
        tries += 1
        raise ZeroDivisionError("by zero")

    shop = Shop(act)
    run = await shop.queue("octo/reds", 1)
    shop.worker = replace(shop.worker, sweep_seconds=0.01)
    async with shop.open():
        while [letter.times for letter in await shop.store.dead_letters()] != [MOST_TRIES]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # some sweeps more
    (letter,) = await shop.store.dead_letters()
    assert (letter.topic, letter.item, letter.times) == (Topic.RUNS, run, MOST_TRIES)
    assert "ZeroDivisionError: by zero" in letter.said
    assert await shop.store.due_runs(9) == []
    assert tries == MOST_TRIES


async def test_what_fails_and_then_does_not_goes_on_after_its_rest_and_is_never_put_aside() -> None:
    tries = 0

    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        nonlocal tries
        tries += 1
        if tries < 2:
            raise ZeroDivisionError("by zero")
        return asked

    shop = Shop(act)
    run = await shop.queue("octo/reds", 1)
    async with shop.open():
        await shop.comes_to(run, RunStatus.COMPLETED)
    assert await shop.store.dead_letters() == []


@pytest.mark.usefixtures("restless")
async def test_work_whose_result_cannot_be_kept_is_not_paid_for_without_end() -> None:
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

    shop = Shop(act, store=NoRoom())
    shop.worker = replace(shop.worker, sweep_seconds=0.01)
    await shop.queue("octo/reds", 1)
    async with shop.open():
        while [letter.times for letter in await shop.store.dead_letters()] != [MOST_TRIES]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    assert paid == MOST_TRIES


def dies(shop: Shop, topic: Topic, item: str) -> Awaitable[object]:
    """As a worker does that is killed: it has the thing, and never says another word."""
    take = shop.store.claim if topic is Topic.RUNS else shop.store.take_delivery
    return take(item, "dead", 0.0)


@pytest.mark.parametrize("topic", Topic)
async def test_what_killed_every_worker_is_put_aside_though_no_broker_remembers(topic: Topic) -> None:
    shop = Shop()
    await shop.store.keep_delivery(NewDelivery(id="d1", event="watch", payload=b"{}"))
    item = await shop.queue("octo/reds", 1) if topic is Topic.RUNS else "d1"
    for _ in range(MOST_TRIES):
        await dies(shop, topic, item)
    async with shop.open():
        await shop.bus.announce(topic, item)  # the first that this broker hears of it
        while not await shop.store.dead_letters():
            await asyncio.sleep(0.01)
    (letter,) = await shop.store.dead_letters()
    assert (letter.topic, letter.item, letter.times) == (topic, item, MOST_TRIES)
    assert "each worker that had it died or was stopped" in letter.said


async def test_what_killed_all_workers_but_one_is_done_by_that_one() -> None:
    shop = Shop()
    run = await shop.queue("octo/reds", 1)
    for _ in range(MOST_TRIES - 1):
        await dies(shop, Topic.RUNS, run)
    async with shop.open():
        await shop.comes_to(run, RunStatus.COMPLETED)
    assert await shop.store.dead_letters() == []


async def test_a_run_that_is_put_aside_says_so_on_its_issue_in_place_of_how_far_it_is() -> None:
    shop = Shop()
    run = await shop.queue("octo/reds", 7)
    for _ in range(MOST_TRIES):
        await dies(shop, Topic.RUNS, run)
    async with shop.open():
        await until(lambda: bool(shop.effects.performed))
    (comment,) = shop.effects.performed
    assert isinstance(comment, PostComment)
    assert (comment.repository, comment.issue, comment.sticky) == ("octo/reds", 7, "progress")
    assert f"redfirst dead retry {run}" in comment.body


@pytest.mark.usefixtures("restless")
async def test_a_run_that_cannot_be_read_is_put_aside_and_says_so_on_its_issue() -> None:
    class Unreadable(Forgetful):
        async def rows(self, run: str, after: int = 0) -> list[Row]:
            raise OperatorProblem(f"row 2 of run {run} is damaged")

    shop = Shop(store=Unreadable())
    await shop.queue("octo/reds", 7)
    shop.worker = replace(shop.worker, sweep_seconds=0.01)
    async with shop.open():
        await until(lambda: bool(shop.effects.performed))
    (letter,) = await shop.store.dead_letters()
    assert (letter.times, "is damaged" in letter.said) == (MOST_TRIES, True)
    (comment,) = shop.effects.performed
    assert isinstance(comment, PostComment)
    assert comment.issue == 7


@pytest.mark.parametrize("untold", [Passing("GitHub is away"), ZeroDivisionError("by zero")])
async def test_what_cannot_be_said_on_the_issue_stops_no_worker(
    untold: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    class Mute(RecordingEffects):
        async def perform(self, effect: Effect[R], trigger: Trigger) -> R:
            raise untold

    shop = Shop(effects=Mute())
    run = await shop.queue("octo/reds", 1)
    for _ in range(MOST_TRIES):
        await dies(shop, Topic.RUNS, run)
    async with shop.open():
        await until(lambda: "could not be said where it was asked for" in caplog.text)
        other = await shop.queue("octo/reds", 2)
        await shop.worker.call_up()
        await shop.comes_to(other, RunStatus.COMPLETED)
    assert len(await shop.store.dead_letters()) == 1


async def test_a_run_that_failed_rests_and_lets_another_of_its_tenant_go_first() -> None:
    async def act(ctx: Context[Ports], asked: Trigger) -> Trigger:
        if asked.issue.number == 1:
            raise ZeroDivisionError("by zero")
        return asked

    shop = Shop(act)
    shop.worker = replace(shop.worker, sweep_seconds=0.02)
    failing = await shop.queue("octo/reds", 1)
    others = [await shop.queue("octo/reds", number) for number in range(2, 12)]
    async with shop.open():
        for run in others:
            await shop.comes_to(run, RunStatus.COMPLETED)
    assert await shop.store.failed(Topic.RUNS, failing) <= 3


@pytest.mark.parametrize(
    "problem", [StoreUnavailable("locked"), Passing("GitHub is busy"), Conflict("lost it")]
)
async def test_what_is_not_the_fault_of_the_item_puts_it_down_and_not_aside(problem: Problem) -> None:
    class Moody(MemoryStore):
        troubles = 0

        async def claim(self, run: str, worker: str, seconds: float) -> Lease | None:
            self.troubles += 1
            if self.troubles <= 2 * MOST_TRIES:
                raise problem
            return await super().claim(run, worker, seconds)

    store = Moody()
    shop = Shop(store=store)
    run = await shop.queue("octo/reds", 1)
    async with shop.open():
        for number in range(2 * MOST_TRIES + 1):
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
