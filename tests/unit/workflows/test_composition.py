"""How nodes are put together: ways, side by side, loops, each, and what comes of a failure in one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel

from bot.store.memory import MemoryStore
from tests.unit.workflows.trees import (
    Clock,
    Killed,
    N,
    Process,
    adds,
    begun,
    entries,
    go,
    kinds,
    output,
    patient,
    ran,
    records,
    unit,
)
from workflows.engine import signals
from workflows.engine.context import Context
from workflows.engine.entries import Entry, RunFailed, StepCompleted, StepFailed
from workflows.engine.nodes import Workflow, settled, unchanged, when, workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step, step
from workflows.engine.values import Answered, Both, Each, Failed, Iteration, Nothing, Settled
from workflows.errors import Passing, UserProblem


class Many(BaseModel):
    items: tuple[N, ...] = ()


def is_big(value: N) -> bool:
    return value.n > 10


def is_odd(value: N) -> bool:
    return value.n % 2 == 1


def failing(name: str = "fails") -> Step[None, N, N]:
    async def run(ctx: Context[None], value: N) -> N:
        raise UserProblem(f"{name} failed")

    return unit(name, run)


def many(count: int) -> Step[None, N, Many]:
    async def run(ctx: Context[None], value: N) -> Many:
        return Many(items=tuple(N(n=n) for n in range(1, count + 1)))

    return Step("many", N, Many, run)


def items(value: Many) -> Sequence[N]:
    return value.items


# --- branch ---------------------------------------------------------------------------------------------

BRANCHED = workflow("w", N).then(
    workflow("in", N)
    .then(adds("one"))
    .branch("size", when(is_big, adds("big", 100)), when(is_odd, adds("odd", 10)), otherwise=adds("rest", 1))
)


@pytest.mark.parametrize(
    ("given", "gives", "way"),
    [(20, 121, "big"), (11, 112, "big"), (2, 13, "odd"), (3, 5, "rest")],
)
async def test_a_branch_takes_the_first_way_that_holds_and_no_other(given: int, gives: int, way: str) -> None:
    _, store = await ran(BRANCHED, N(n=given))
    assert await output(store) == {"n": gives, "turn": 0}
    done = [entry.path for entry in await entries(store) if isinstance(entry, StepCompleted)]
    assert done == ["w/in/one", f"w/in/size/{way}"]


async def test_a_branch_may_leave_things_as_they_are() -> None:
    tree = (
        workflow("w", N).then(adds("one")).branch("size", when(is_big, adds("big")), otherwise=unchanged(N))
    )
    _, store = await ran(tree)
    assert await output(store) == {"n": 1, "turn": 0}


# --- parallel -------------------------------------------------------------------------------------------


@step()
async def plus(ctx: Context[None], value: Both[N, N]) -> N:
    return value.first.plus(value.second.n)


class Meeting:
    """Steps that each wait until all have come; alone they would wait for ever."""

    def __init__(self, parties: int) -> None:
        self._parties = parties
        self._come = 0
        self._all = asyncio.Event()

    def step(self, name: str) -> Step[None, N, N]:
        async def run(ctx: Context[None], value: N) -> N:
            self._come += 1
            if self._come >= self._parties:
                self._all.set()
            await self._all.wait()
            return value.plus(1)

        return unit(name, run, timeout=5)


async def test_parts_run_side_by_side_and_give_in_their_own_order() -> None:
    meeting = Meeting(2)
    tree = (
        workflow("w", N).then(adds("one")).parallel("both", meeting.step("a"), meeting.step("b")).then(plus)
    )
    _, store = await ran(tree)
    assert await output(store) == {"n": 4, "turn": 0}


class Counter:
    def __init__(self) -> None:
        self.now = 0
        self.most = 0

    def step(self, name: str) -> Step[None, N, N]:
        async def run(ctx: Context[None], value: N) -> N:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0.01)
            self.now -= 1
            return value.plus(1)

        return unit(name, run)


@pytest.mark.parametrize("at_once", [1, 2])
async def test_no_more_parts_run_than_may_at_once(at_once: int) -> None:
    counter = Counter()
    tree = (
        workflow("w", N)
        .then(adds("one"))
        .parallel("all", counter.step("a"), counter.step("b"), counter.step("c"), at_once=at_once)
    )
    status, _ = await ran(tree)
    assert status is RunStatus.COMPLETED
    assert counter.most == at_once


async def test_a_part_that_fails_ends_the_others_and_the_run() -> None:
    ended: list[str] = []

    async def forever(ctx: Context[None], value: N) -> N:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ended.append(ctx.path)
            raise
        return value

    async def fails(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(0.01)
        raise UserProblem("no")

    tree = workflow("w", N).then(adds("one")).parallel("both", unit("forever", forever), unit("fails", fails))
    _, store = await ran(tree)
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert (last.failure.path, last.failure.sentence) == ("w/both/fails", "no")
    assert ended == ["w/both/forever"]


async def test_a_settled_part_that_fails_is_a_value_to_go_on_with() -> None:
    @step()
    async def judge(ctx: Context[None], value: Both[Settled[N], Settled[N]]) -> N:
        assert value.first.failure is not None
        assert value.first.value is None
        assert value.first.failure.sentence == "fails failed"
        assert value.second.value is not None
        return value.second.value

    tree = (
        workflow("w", N)
        .then(adds("one"))
        .parallel("both", settled(failing()), settled(adds("b", 5)))
        .then(judge)
    )
    _, store = await ran(tree)
    assert await output(store) == {"n": 6, "turn": 0}


# --- a failure beside others, and a crash -----------------------------------------------------------------


def counted(name: str, seen: list[str]) -> Step[None, N, N]:
    """Begun, it is seen, and would go on for ever."""

    async def run(ctx: Context[None], value: N) -> N:
        seen.append(ctx.path)
        await asyncio.sleep(3600)
        return value

    return unit(name, run, timeout=5)


def late(name: str) -> Step[None, N, N]:
    async def run(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(0.05)  # the others are under way
        raise UserProblem(f"{name} failed")

    return unit(name, run)


def told(heard: list[str]) -> Step[None, Failed[N], Nothing]:
    async def run(ctx: Context[None], value: Failed[N]) -> Nothing:
        heard.append(value.failure.sentence)
        return Nothing()

    return Step("tells", Failed[N], Nothing, run)


def failing_sides(seen: list[str]) -> dict[str, Workflow[None, N, Any]]:
    """Each has a part that comes to its end before the run does, beside one that does not."""
    one = workflow("w", N).then(adds("one"))
    rounds = workflow("rounds", N).then(late("fails"))
    return {
        "a step": one.parallel("both", counted("long", seen), late("fails")),
        "one after the other": one.parallel("both", counted("long", seen), late("fails"), at_once=2),
        "deep inside": one.parallel(
            "both",
            counted("long", seen),
            workflow("in", N).then(adds("x")).parallel("inner", counted("long", seen), rounds),
        ),
        "with a rescue": one.parallel("both", counted("long", seen), rounds.rescue(told([]))),
        "each item": workflow("w", N)
        .then(many(2))
        .foreach(
            workflow("item", N)
            .then(adds("x", 10))
            .branch("which", when(is_odd, counted("long", seen)), otherwise=late("fails")),
            over=items,
        ),
    }


class DiesWithTheFailure(Process):
    """Killed as soon as it is kept that a step has failed, before anything follows from that."""

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        fails = any(isinstance(entry, StepFailed) for entry in entries)
        self._dies_at, self._after = (self.commits + 1 if fails else 0), True
        await super().append(run, after, entries, fence)


@pytest.mark.parametrize("sides", list(failing_sides([])))
async def test_after_a_crash_nothing_is_begun_again_beside_what_has_failed_already(sides: str) -> None:
    seen: list[str] = []
    tree = failing_sides(seen)[sides]
    clock = Clock()
    store = await begun(tree, MemoryStore(clock))
    with pytest.raises(Killed):
        await go(tree, DiesWithTheFailure(store), clock=clock)
    assert seen
    seen.clear()
    clock.now += 1_000  # the lease of the dead is over
    assert await go(tree, store, "b", clock=clock) is RunStatus.FAILED
    assert seen == []
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert last.failure.sentence == "fails failed"


async def test_what_is_answered_beside_what_has_failed_already_does_not_go_on() -> None:
    seen: list[str] = []

    def back(answered: Answered[N, N]) -> N:
        return answered.before

    asks = workflow("asks", N).then(adds("a")).suspend("ask", waits_for=N).map(back, N)
    tree = (
        workflow("w", N)
        .then(adds("one"))
        .parallel("both", asks.then(counted("goes_on", seen)), late("fails"), at_once=1)
    )
    clock = Clock()
    store = await begun(tree, MemoryStore(clock))
    with pytest.raises(Killed):
        await go(tree, DiesWithTheFailure(store), clock=clock)
    clock.now += 1_000
    assert await signals.resume(store, tree, "r1", N(), by="me", key="k")
    assert await go(tree, store, clock=clock) is RunStatus.FAILED
    assert seen == []


async def test_what_may_be_tried_again_ends_nobody_after_a_crash() -> None:
    async def busy(ctx: Context[None], value: N) -> N:
        if ctx.attempt < 3:
            raise Passing("busy")
        return value

    tree = workflow("w", N).then(adds("one")).parallel("both", adds("two"), unit("busy", busy)).then(plus)
    clock = Clock()
    store = await begun(tree, MemoryStore(clock))
    with patient(), pytest.raises(Killed):
        await go(tree, Process(store, dies_at=3, after=True), clock=clock)
    clock.now += 1_000
    assert await go(tree, store, clock=clock) is RunStatus.COMPLETED


# --- loops ----------------------------------------------------------------------------------------------


async def test_dowhile_is_told_the_count_and_the_last_output() -> None:
    seen: list[tuple[int, int]] = []

    def goes_on(turn: Iteration[N]) -> bool:
        seen.append((turn.count, turn.last.n))
        return turn.last.n < 3

    body = workflow("round", N).then(adds("more"))
    _, store = await ran(
        workflow("w", N).then(adds("one")).dowhile(body, goes_on=goes_on, feedback=str, limit=9)
    )
    assert seen == [(1, 2), (2, 3)]
    assert await output(store) == {"n": 3, "turn": 0}


async def test_dountil_is_told_the_count_and_the_last_output() -> None:
    seen: list[tuple[int, int]] = []

    def until(turn: Iteration[N]) -> bool:
        seen.append((turn.count, turn.last.n))
        return turn.count == 2

    body = workflow("round", N).then(adds("more"))
    _, store = await ran(workflow("w", N).then(adds("one")).dountil(body, until=until, feedback=str, limit=9))
    assert seen == [(1, 2), (2, 3)]
    assert await output(store) == {"n": 3, "turn": 0}


async def test_dowhile_at_its_limit_fails_with_path_count_and_last_feedback() -> None:
    def goes_on(turn: Iteration[N]) -> bool:
        return True

    def feedback(value: N) -> str:
        return f"still {value.n}"

    body = workflow("round", N).then(adds("more"))
    tree = workflow("w", N).then(adds("one")).dowhile(body, goes_on=goes_on, feedback=feedback, limit=3)
    _, store = await ran(tree)
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert (last.failure.path, last.failure.count, last.failure.feedback) == ("w/round", 3, "still 4")


# --- foreach --------------------------------------------------------------------------------------------


@step()
async def total(ctx: Context[None], value: Each[Many, N]) -> N:
    return N(n=int("".join(str(item.n) for item in value.items) or "0"))


async def test_foreach_gives_in_the_order_of_the_items_however_long_each_takes() -> None:
    async def slow(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(0.03 / value.n)
        return value.plus(1)

    tree = workflow("w", N).then(many(4)).foreach(unit("slow", slow), over=items).then(total)
    _, store = await ran(tree)
    assert await output(store) == {"n": 2345, "turn": 0}
    done = {entry.path for entry in await entries(store) if isinstance(entry, StepCompleted)}
    assert {f"w/slow[{n}]" for n in range(1, 5)} < done


async def test_foreach_does_no_more_than_it_may_at_once() -> None:
    counter = Counter()
    tree = workflow("w", N).then(many(6)).foreach(counter.step("count"), over=items, at_once=2)
    assert (await ran(tree))[0] is RunStatus.COMPLETED
    assert counter.most == 2


async def test_foreach_over_nothing_gives_nothing() -> None:
    _, store = await ran(workflow("w", N).then(many(0)).foreach(adds("x"), over=items).then(total))
    assert await output(store) == {"n": 0, "turn": 0}


async def test_foreach_over_more_than_its_limit_fails_before_it_begins() -> None:
    tree = workflow("w", N).then(many(4)).foreach(adds("x"), over=items, limit=3)
    _, store = await ran(tree)
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert last.failure.sentence == "w/x reached its limit of 3 items: there are 4"
    assert not any(getattr(entry, "path", "").startswith("w/x") for entry in await entries(store))


# --- failing inside -------------------------------------------------------------------------------------


async def test_a_nested_workflow_tells_of_its_own_failure_before_the_outer_one_does() -> None:
    told: list[str] = []

    def tells(name: str) -> Step[None, Failed[N], Nothing]:
        async def run(ctx: Context[None], value: Failed[N]) -> Nothing:
            told.append(f"{name}: {value.failure.sentence} of {value.input.n}")
            return Nothing()

        return Step(name, Failed[N], Nothing, run)

    inner = workflow("inner", N).then(adds("one")).then(failing()).rescue(tells("inside"))
    status, store = await ran(workflow("w", N).then(adds("ten", 10)).then(inner).rescue(tells("outside")))
    assert status is RunStatus.FAILED
    assert told == ["inside: fails failed of 10", "outside: fails failed of 0"]
    assert (await kinds(store))[-1] == "run.failed"


# --- what cannot be built -------------------------------------------------------------------------------


def test_two_parts_of_one_name_cannot_stand_side_by_side() -> None:
    with pytest.raises(ValueError, match="both has two parts of one name"):
        workflow("w", N).then(adds("one")).parallel("both", adds("a"), adds("a"))


def at_last(turn: Iteration[N]) -> bool:
    return turn.last.n > 10


@pytest.mark.parametrize("limit", [0, -1])
def test_a_loop_that_would_never_turn_cannot_be_built(limit: int) -> None:
    body: Workflow[None, N, N] = workflow("round", N).then(adds("more"))
    with pytest.raises(ValueError, match="it would never do anything"):
        workflow("w", N).then(adds("one")).dountil(body, until=at_last, feedback=str, limit=limit)


async def test_records_are_kept_apart_by_the_part_that_made_them() -> None:
    seen: list[str] = []
    tree = workflow("w", N).then(many(3)).foreach(records("does", seen=seen), over=items)
    assert (await ran(tree))[0] is RunStatus.COMPLETED
    assert sorted(seen) == sorted(
        f"w/does[{n}] {which}" for n in range(1, 4) for which in ("first", "second")
    )
