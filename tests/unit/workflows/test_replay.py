"""Killed anywhere, a run goes on to the same end, and what was recorded is not done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from typing import Any

import pytest

from bot.store.memory import MemoryStore
from tests.unit.workflows.crashes import Crash, drive
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
from workflows.engine.entries import RunFailed, StepCompleted, StepFailed
from workflows.engine.nodes import Workflow, workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step
from workflows.engine.values import Answered, Iteration
from workflows.errors import Passing, UserProblem


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


def a_bit_of_everything(seen: list[str] | None = None) -> Workflow[None, N, Any]:
    def enough(turn: Iteration[N]) -> bool:
        return turn.last.turn >= 2

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
    from workflows.engine.values import Failed, Nothing

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
