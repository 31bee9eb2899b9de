"""Waiting for a person or for a time: what is held meanwhile is nothing, and what comes first counts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.store.memory import MemoryStore
from tests.unit.workflows.trees import Clock, N, adds, begun, entries, go, kinds, output, unit
from workflows.engine import signals
from workflows.engine.context import Context
from workflows.engine.entries import Entry, RunParked, Slept, StepCompleted, Suspended, Woke
from workflows.engine.nodes import Workflow, settled, workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step, step
from workflows.engine.values import Answered, Both, Settled
from workflows.errors import Conflict, UserProblem

HOUR = timedelta(hours=1)


def back(answered: Answered[N, N]) -> N:
    return answered.before.plus(answered.answer.n)


@step()
async def sums(ctx: Context[None], value: Both[N, N]) -> N:
    return value.first.plus(value.second.n)


class Waiting:
    """A run, its store, and a clock that both go by."""

    def __init__(self, tree: Workflow[None, N, N]) -> None:
        self.tree = tree
        self.clock = Clock()
        self.store = MemoryStore(self.clock)

    async def begin(self) -> RunStatus | None:
        await begun(self.tree, self.store)
        return await self.go()

    async def go(self) -> RunStatus | None:
        return await go(self.tree, self.store, clock=self.clock)

    async def answer(self, n: int, at: str | None = None) -> bool:
        key = f"{at} {n}"
        return await signals.resume(self.store, self.tree, "r1", N(n=n), by="me", key=key, at=at)

    async def count(self, kind: type[Entry]) -> int:
        return sum(isinstance(entry, kind) for entry in await entries(self.store))

    def moment(self, after: timedelta) -> datetime:
        return datetime.fromtimestamp(self.clock.now, UTC) + after


# --- sleep ----------------------------------------------------------------------------------------------


def sleeping() -> Waiting:
    return Waiting(workflow("w", N).then(adds("one")).sleep("nap", HOUR).then(adds("two")))


async def test_a_sleeping_run_is_parked_until_its_time_and_holds_no_lease() -> None:
    run = sleeping()
    until = run.moment(HOUR)
    assert await run.begin() is RunStatus.SUSPENDED
    assert (await entries(run.store))[-2:] == [Slept(path="w/nap", until=until), RunParked(wake_at=until)]
    assert await run.store.due_runs(9) == []
    assert await run.store.next_wake() == pytest.approx(3600)


async def test_a_sleeping_run_cannot_be_taken_up_too_early_and_goes_on_in_time() -> None:
    run = sleeping()
    await run.begin()
    run.clock.now += 3599
    assert await run.go() is None
    run.clock.now += 2
    assert [due.id for due in await run.store.due_runs(9)] == ["r1"]
    assert await run.go() is RunStatus.COMPLETED
    assert await output(run.store) == {"n": 2, "turn": 0}
    assert await run.count(Slept) == await run.count(Woke) == 1


async def test_once_awake_a_clock_that_goes_back_does_not_send_it_to_sleep_again() -> None:
    async def breaks_down(ctx: Context[None], value: N) -> N:
        raise Conflict("lost it")

    tree = workflow("w", N).then(adds("one")).sleep("nap", HOUR).then(unit("two", breaks_down))
    run = Waiting(tree)
    await run.begin()
    run.clock.now += 3601
    with pytest.raises(Conflict):
        await run.go()
    run.tree = workflow("w", N).then(adds("one")).sleep("nap", HOUR).then(adds("two"))
    run.clock.now -= 3000
    assert await run.go() is RunStatus.COMPLETED


async def test_a_nap_that_is_over_before_others_are_done_is_not_waited_for() -> None:
    clock = Clock()

    async def slow(ctx: Context[None], value: N) -> N:
        clock.now += 3601
        return value.plus(1)

    nap = workflow("napping", N).then(adds("a")).sleep("nap", HOUR)
    run = Waiting(
        workflow("w", N).then(adds("one")).parallel("both", nap, unit("slow", slow), at_once=1).then(sums)
    )
    run.clock, run.store = clock, MemoryStore(clock)
    assert await run.begin() is RunStatus.COMPLETED
    assert "run.parked" not in await kinds(run.store)


# --- suspend with a deadline ----------------------------------------------------------------------------


def asking() -> Waiting:
    late: Step[None, N, N] = adds("gives_up", 100)
    tree = workflow("w", N).then(adds("one")).suspend("ask", waits_for=N, within=HOUR, late=late).map(back, N)
    return Waiting(tree)


async def test_an_answer_in_time_is_taken() -> None:
    run = asking()
    assert await run.begin() is RunStatus.SUSPENDED
    run.clock.now += 3599
    assert await run.answer(7)
    assert await run.go() is RunStatus.COMPLETED
    assert await output(run.store) == {"n": 8, "turn": 0}
    assert await run.count(Woke) == 0


async def test_when_nobody_answers_in_time_the_late_part_answers() -> None:
    run = asking()
    await run.begin()
    run.clock.now += 3601
    assert await run.go() is RunStatus.COMPLETED
    assert await output(run.store) == {"n": 1 + 101, "turn": 0}
    assert "w/ask/gives_up" in [e.path for e in await entries(run.store) if isinstance(e, StepCompleted)]


async def test_an_answer_that_comes_when_it_was_given_up_is_told_so() -> None:
    async def lost(ctx: Context[None], value: N) -> N:
        raise Conflict("lost it")

    tree = workflow("w", N).then(adds("one"))
    run = Waiting(tree.suspend("ask", waits_for=N, within=HOUR, late=unit("late", lost)).map(back, N))
    await run.begin()
    run.clock.now += 3601
    with pytest.raises(Conflict):
        await run.go()
    with pytest.raises(UserProblem, match="does not wait for an answer"):
        await run.answer(7)


async def test_an_answer_after_the_time_but_before_anybody_noticed_still_counts() -> None:
    run = asking()
    await run.begin()
    run.clock.now += 7200
    assert await run.answer(7)
    assert await run.go() is RunStatus.COMPLETED
    assert await output(run.store) == {"n": 8, "turn": 0}


async def test_the_time_limit_is_counted_from_the_first_asking() -> None:
    run = asking()
    until = run.moment(HOUR)
    await run.begin()
    run.clock.now += 1800
    await run.go()
    waits = [entry for entry in await entries(run.store) if isinstance(entry, Suspended)]
    assert [entry.until for entry in waits] == [until]


# --- several places at once -----------------------------------------------------------------------------


def two_askers(other: Step[None, N, N] | None = None) -> Workflow[None, N, N]:
    def asker(name: str) -> Workflow[None, N, N]:
        return workflow(name, N).then(adds(f"{name}_one")).suspend("ask", waits_for=N).map(back, N)

    start = workflow("w", N).then(adds("one"))
    if other is not None:
        return start.parallel("both", asker("left"), other).then(sums)
    return start.parallel("both", asker("left"), asker("right")).then(sums)


async def test_a_run_that_waits_at_two_places_is_parked_once_for_both() -> None:
    run = Waiting(two_askers())
    assert await run.begin() is RunStatus.SUSPENDED
    assert await run.count(Suspended) == 2
    assert await run.count(RunParked) == 1


async def test_where_two_places_wait_it_must_be_said_which_is_meant() -> None:
    run = Waiting(two_askers())
    await run.begin()
    with pytest.raises(UserProblem, match="say which: w/both/left/ask, w/both/right/ask"):
        await run.answer(1)
    with pytest.raises(UserProblem, match="does not wait at w/both/up/ask, but at w/both/left/ask"):
        await run.answer(1, at="w/both/up/ask")


async def test_each_place_is_answered_by_itself() -> None:
    run = Waiting(two_askers())
    await run.begin()
    assert await run.answer(10, at="w/both/right/ask")
    assert await run.go() is RunStatus.SUSPENDED
    assert await run.answer(100)  # only one place is left
    assert await run.go() is RunStatus.COMPLETED
    assert await output(run.store) == {"n": 2 + 100 + 2 + 10, "turn": 0}
    assert await run.count(Suspended) == 2


async def test_an_answer_while_another_part_is_busy_is_taken_without_losing_its_work() -> None:
    began, go_on = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    async def busy(ctx: Context[None], value: N) -> N:
        began.set()
        await go_on.wait()
        await ctx.record("thing", N, lambda: _did(done))
        return value.plus(1)

    run = Waiting(two_askers(unit("busy", busy)))
    await begun(run.tree, run.store)
    working = asyncio.create_task(run.go())
    await began.wait()
    await asyncio.sleep(0.05)  # the note that it waits is written
    assert await run.answer(50)
    go_on.set()
    assert await working is RunStatus.COMPLETED
    assert await output(run.store) == {"n": 2 + 50 + 2, "turn": 0}
    assert done == ["thing"]
    assert await run.count(RunParked) == 0


async def _did(done: list[str]) -> N:
    done.append("thing")
    return N()


async def test_an_answer_just_before_the_run_is_parked_is_not_slept_over() -> None:
    class Meddling(MemoryStore):
        async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
            if any(isinstance(entry, RunParked) for entry in entries):
                await waiting.answer(50)
            await super().append(run, after, entries, fence)

    async def slow(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(0.05)  # long enough for the note that the other part waits
        return value.plus(1)

    waiting = Waiting(two_askers(unit("slow", slow)))
    waiting.store = Meddling(waiting.clock)
    assert await waiting.begin() is RunStatus.COMPLETED
    assert await output(waiting.store) == {"n": 2 + 50 + 2, "turn": 0}
    assert await waiting.count(RunParked) == 0


async def test_a_part_whose_time_has_come_goes_on_while_another_still_works() -> None:
    clock, order = Clock(), list[str]()

    async def long(ctx: Context[None], value: N) -> N:
        while not await run.count(Slept):
            await asyncio.sleep(0.01)
        clock.now += 3601  # the nap is over
        while "woken" not in order:
            await asyncio.sleep(0.01)
        order.append("long")
        return value

    async def woken(ctx: Context[None], value: N) -> N:
        order.append("woken")
        return value

    nap = workflow("napping", N).then(adds("a")).sleep("nap", HOUR).then(unit("woken", woken))
    run = Waiting(
        workflow("w", N).then(adds("one")).parallel("both", nap, unit("long", long, timeout=5)).then(sums)
    )
    run.clock, run.store = clock, MemoryStore(clock)
    assert await run.begin() is RunStatus.COMPLETED
    assert order == ["woken", "long"]


async def test_a_part_that_is_answered_goes_on_while_another_still_works() -> None:
    answered = asyncio.Event()

    async def long(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(0.05)
        await run.answer(50)
        await ctx.record("thing", N, lambda: asyncio.sleep(0, N()))  # here the answer is met
        await answered.wait()
        return value.plus(1)

    async def hears(ctx: Context[None], value: N) -> N:
        answered.set()
        return value

    asks = (
        workflow("asks", N)
        .then(adds("a"))
        .suspend("ask", waits_for=N)
        .map(back, N)
        .then(unit("hears", hears))
    )
    run = Waiting(
        workflow("w", N).then(adds("one")).parallel("both", asks, unit("long", long, timeout=5)).then(sums)
    )
    assert await run.begin() is RunStatus.COMPLETED
    assert await output(run.store) == {"n": 2 + 50 + 2, "turn": 0}


async def test_a_worker_whose_clock_is_behind_the_stores_does_not_park_again_and_again() -> None:
    run = sleeping()
    await run.begin()
    run.clock.now += 3601
    behind = Clock()
    behind.now = run.clock.now - 10
    assert await go(run.tree, run.store, clock=behind) is RunStatus.COMPLETED


async def test_what_waited_in_a_part_that_failed_is_not_waited_for_any_more() -> None:
    async def fails(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(0.05)
        raise UserProblem("no")

    asks = workflow("asks", N).then(adds("a")).suspend("ask", waits_for=N).map(back, N)
    pair = workflow("pair", N).then(adds("x")).parallel("both", asks, unit("fails", fails)).then(sums)
    run = Waiting(workflow("w", N).then(adds("one")).then(settled(pair)).map(_whatever, N).sleep("nap", HOUR))
    assert await run.begin() is RunStatus.SUSPENDED
    assert signals.waiting(await run.store.rows("r1")) == []
    with pytest.raises(UserProblem, match="does not wait for an answer"):
        await run.answer(1)


def _whatever(value: Settled[N]) -> N:
    return value.value or N()


async def test_a_place_inside_what_is_settled_can_be_answered() -> None:
    asks = workflow("asks", N).then(adds("a")).suspend("ask", waits_for=N).map(back, N)
    run = Waiting(workflow("w", N).then(adds("one")).then(settled(asks)).map(_whatever, N))
    assert await run.begin() is RunStatus.SUSPENDED
    assert signals.waiting(await run.store.rows("r1")) == ["w/asks/asks/ask"]
    assert await run.answer(5)
    assert await run.go() is RunStatus.COMPLETED
    assert await output(run.store) == {"n": 7, "turn": 0}
