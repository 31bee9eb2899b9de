"""Killed anywhere, a run goes on to the same end, and what was recorded is not done again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    recorded,
    records,
    unit,
)
from workflows.engine import signals
from workflows.engine.context import Context
from workflows.engine.entries import RunCompleted, RunFailed, StepCompleted, StepFailed
from workflows.engine.nodes import Answered, Step, Workflow, workflow
from workflows.errors import Passing, UserProblem
from workflows.ports import RunStatus


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


@dataclass(frozen=True)
class Crash:
    """At which append of its life a process is killed, and on which side of the commit."""

    at: int
    after: bool


def a_bit_of_everything(seen: list[str] | None = None) -> Workflow[None, N, Any]:
    def enough(value: N) -> bool:
        return value.turn >= 2

    def back(answered: Answered[N, N]) -> N:
        return answered.before.plus(answered.answer.n)

    async def turn(ctx: Context[None], value: N) -> N:
        return value.model_copy(update={"turn": value.turn + 1})

    async def flaky(ctx: Context[None], value: N) -> N:
        if ctx.attempt == 1:
            raise Passing("busy")
        return value.plus(100)

    body = workflow("round", N).then(records("does", seen=seen)).then(unit("turn", turn))
    return (
        workflow("w", N)
        .then(records("begins", seen=seen))
        .then(workflow("inner", N).then(records("does", gives=10, seen=seen)))
        .dountil(body, until=enough, feedback=str, limit=3)
        .then(unit("flaky", flaky))
        .suspend("review", waits_for=N)
        .map(back, N)
        .then(records("ends", gives=1000, seen=seen))
    )


async def drive(
    tree: Workflow[None, Any, Any], crashes: Sequence[Crash], store: MemoryStore, clock: Clock
) -> RunStatus | None:
    """Processes one after the other, each killed where it is told; the last one lives."""
    left = list(crashes)
    for life in range(1000):
        crash = left.pop(0) if left else Crash(0, after=False)
        process = Process(store, dies_at=crash.at, after=crash.after)
        try:
            status = await go(tree, process, f"worker {life}")
        except Killed:
            clock.now += 1_000  # its lease runs out
            continue
        if status is None:
            status = (await store.run("r1")).status  # killed after the row by which it ended or waits
        if status is RunStatus.SUSPENDED:
            await signals.resume(store, tree, "r1", N(n=7), by="me", key=str(len(await entries(store))))
            continue
        if status.ended:
            return status
        clock.now += 1_000
    raise AssertionError("it never ends")


async def driven(tree: Workflow[None, Any, Any], crashes: Sequence[Crash]) -> MemoryStore:
    clock = Clock()
    store = await begun(tree, MemoryStore(clock))
    await drive(tree, crashes, store, clock)
    return store


async def commits_of(tree: Workflow[None, Any, Any]) -> int:
    process = Process(await begun(tree, MemoryStore()))
    await go(tree, process)
    return process.commits


async def test_killed_before_or_after_any_append_it_comes_to_the_same_end() -> None:
    calm_seen: list[str] = []
    calm = await driven(a_bit_of_everything(calm_seen), [])
    assert len(calm_seen) == len(set(calm_seen)) == 10
    for at in range(1, await commits_of(a_bit_of_everything()) + 5):
        for after in (False, True):
            seen: list[str] = []
            store = await driven(a_bit_of_everything(seen), [Crash(at, after)])
            assert await output(store) == await output(calm)
            assert sorted(await recorded(store)) == sorted(await recorded(calm))
            # Killed just before its row, a thing happened and nobody knows: only then is it done again.
            again = Counter(seen) - Counter(calm_seen)
            assert again.total() == 0 if after else again.total() <= 1


async def test_killed_at_every_append_in_turn_it_still_comes_to_the_same_end() -> None:
    seen: list[str] = []
    store = await driven(a_bit_of_everything(seen), [Crash(1, after=True)] * 60)
    assert await output(store) == await output(await driven(a_bit_of_everything(), []))
    assert len(seen) == len(set(seen)) == 10


async def test_what_is_completed_is_not_begun_again() -> None:
    store = await driven(a_bit_of_everything(), [Crash(at, after=True) for at in (2, 3, 1, 4)])
    done = Counter(entry.path for entry in await entries(store) if isinstance(entry, StepCompleted))
    assert set(done.values()) == {1}


async def test_attempts_are_counted_across_a_crash() -> None:
    seen: list[int] = []

    async def fails(ctx: Context[None], value: N) -> N:
        seen.append(ctx.attempt)
        raise Passing("busy")

    tree = workflow("w", N).then(unit("fails", fails))
    store = await driven(tree, [Crash(1, after=True), Crash(1, after=True)])
    assert seen == [1, 2, 3]
    assert [entry.attempt for entry in await entries(store) if isinstance(entry, StepFailed)] == [1, 2, 3]
    assert (await kinds(store))[-1] == "run.failed"


async def test_a_step_that_had_used_up_its_attempts_is_not_tried_again() -> None:
    seen: list[int] = []

    async def fails(ctx: Context[None], value: N) -> N:
        seen.append(ctx.attempt)
        raise Passing("busy")

    tree = workflow("w", N).then(unit("fails", fails))
    store = await driven(tree, [Crash(3, after=True)])
    assert seen == [1, 2, 3]
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert last.failure.sentence == "busy"


async def test_a_final_failure_is_not_tried_again_after_a_crash() -> None:
    seen: list[int] = []

    async def fails(ctx: Context[None], value: N) -> N:
        seen.append(ctx.attempt)
        raise UserProblem("no such page")

    tree = workflow("w", N).then(unit("fails", fails))
    store = await driven(tree, [Crash(1, after=True)])
    assert seen == [1]
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert (last.failure.sentence, last.failure.path) == ("no such page", "w/fails")


async def test_the_rescue_is_done_once_however_often_it_is_killed() -> None:
    from workflows.engine.nodes import Failed, Nothing

    told: list[str] = []

    async def fails(ctx: Context[None], value: N) -> N:
        raise Passing("busy")

    async def tell(ctx: Context[None], failed: Failed[N]) -> Nothing:
        async def say() -> Nothing:
            told.append(failed.failure.sentence)
            return Nothing()

        return await ctx.record("say", Nothing, say)

    body = workflow("w", N).then(unit("fails", fails))
    for crashes in (
        [Crash(4, after=True)],
        [Crash(5, after=True)],
        [Crash(4, after=True), Crash(1, after=True)],
    ):
        told.clear()
        store = await driven(body.rescue(Step("tell", Failed[N], Nothing, tell)), crashes)
        assert (await kinds(store))[-1] == "run.failed"
        assert told == ["busy"]


async def test_rows_that_no_longer_fit_are_named() -> None:
    tree = workflow("w", N).then(adds("one")).then(adds("two"))
    store = await begun(tree, MemoryStore())
    lease = await store.claim("r1", "old release", 30)
    assert lease is not None
    await store.append("r1", 1, [StepCompleted(path="w/one", output={"n": "many"})], lease.fence)
    await store.release(lease)
    assert await go(tree, store) is RunStatus.FAILED
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert last.failure.sentence.startswith("w/one: the recorded output does not fit: n: ")


async def test_a_record_that_no_longer_fits_is_named() -> None:
    from workflows.engine.entries import Recorded

    tree = workflow("w", N).then(records("does"))
    store = await begun(tree, MemoryStore())
    lease = await store.claim("r1", "old release", 30)
    assert lease is not None
    await store.append("r1", 1, [Recorded(path="w/does", name="first", value={"m": 1})], lease.fence)
    await store.release(lease)
    await go(tree, store)
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert "w/does: the record first does not fit: m" in last.failure.sentence


# --- any tree, killed anywhere --------------------------------------------------------------------------


@dataclass
class World:
    """What really happened, whatever the journal says of it."""

    store: MemoryStore
    done: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True)
class Does:
    things: int
    fails: int


@dataclass(frozen=True)
class Waits:
    pass


@dataclass(frozen=True)
class Inside:
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Again:
    parts: tuple[Any, ...]
    turns: int
    limit: int


LEAVES = st.builds(Does, st.integers(0, 2), st.integers(0, 2)) | st.builds(Waits)


def _deeper(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.builds(Inside, several) | st.builds(Again, several, st.integers(1, 3), st.integers(1, 3))


SHAPES = st.lists(st.recursive(LEAVES, _deeper, max_leaves=6), max_size=4).map(tuple)


def built(name: str, parts: Sequence[Any], world: World) -> Workflow[None, N, N]:
    def back(answered: Answered[N, N]) -> N:
        return answered.before.plus(answered.answer.n)

    tree: Workflow[None, N, N] = workflow(name, N).then(adds("begins"))
    for number, part in enumerate(parts):
        match part:
            case Does(things, fails):
                tree = tree.then(doing(f"does{number}", things, fails, world))
            case Waits():
                change = type(f"back{number}", (), {})
                back.__name__ = change.__name__
                tree = tree.suspend(f"waits{number}", waits_for=N).map(back, N)
            case Inside(inner):
                tree = tree.then(built(f"inside{number}", inner, world))
            case Again(inner, turns, limit):
                tree = again(tree, number, inner, turns, limit, world)
            case _:
                raise AssertionError(part)
    return tree


def again(
    tree: Workflow[None, N, N], number: int, parts: Sequence[Any], turns: int, limit: int, world: World
) -> Workflow[None, N, N]:
    async def turn(ctx: Context[None], value: N) -> N:
        return value.model_copy(update={"turn": int(ctx.path.rpartition("[")[2].partition("]")[0])})

    def enough(value: N) -> bool:
        return value.turn >= turns

    body = built(f"again{number}", parts, world).then(unit("turn", turn))
    return tree.dountil(body, until=enough, feedback=str, limit=limit)


def doing(name: str, things: int, fails: int, world: World) -> Step[None, N, N]:
    async def run(ctx: Context[None], value: N) -> N:
        for thing in range(things):

            async def make(thing: int = thing) -> N:
                known = await recorded(world.store)
                assert (ctx.path, f"thing {thing}") not in known, "done again though it was recorded"
                world.done[f"{ctx.path} {thing}"] += 1
                return N(n=len(ctx.path) * 10 + thing)

            value = value.plus((await ctx.record(f"thing {thing}", N, make)).n)
        if ctx.attempt <= fails:
            raise Passing("busy")
        return value.plus(1)

    return unit(name, run)


def ending(entry: object) -> object:
    assert isinstance(entry, RunCompleted | RunFailed)
    return entry


@settings(max_examples=60, deadline=None)
@given(shape=SHAPES, crashes=st.lists(st.builds(Crash, st.integers(1, 12), st.booleans()), max_size=6))
def test_any_tree_killed_anywhere_comes_to_the_same_end(shape: tuple[Any, ...], crashes: list[Crash]) -> None:
    async def once(kills: Sequence[Crash]) -> tuple[object, list[tuple[str, str]], World]:
        clock = Clock()
        world = World(MemoryStore(clock))
        tree = built("w", shape, world)
        await drive(tree, kills, await begun(tree, world.store), clock)
        return ending((await entries(world.store))[-1]), sorted(await recorded(world.store)), world

    end, things, calm = asyncio.run(once([]))
    again_end, again_things, world = asyncio.run(once(crashes))
    assert again_end == end
    assert again_things == things
    assert len(things) == len(set(things))
    assert set(calm.done.values()) <= {1}
    # Each kill between a thing and its row costs that one thing again, and nothing else.
    before = sum(not crash.after for crash in crashes)
    assert (world.done - calm.done).total() <= before


@pytest.mark.parametrize("after", [False, True])
async def test_a_word_from_outside_survives_the_worker(after: bool) -> None:
    clock = Clock()
    tree = a_bit_of_everything()
    store = await begun(tree, MemoryStore(clock))
    with pytest.raises(Killed):
        await go(tree, Process(store, dies_at=2, after=after))
    await signals.cancel(store, "r1", by="me", reason="enough")
    clock.now += 1_000
    assert await go(tree, store) is None
    assert (await kinds(store))[-1] == "cancelled"
