"""A word from outside: an answer that is given once, a stop, and what is said to those who come too late."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from bot.store.memory import MemoryStore
from tests.unit.workflows.trees import Clock, N, adds, begun, entries, go, kinds, ran, unit
from workflows.engine import definition, signals
from workflows.engine.context import Context
from workflows.engine.entries import Cancelled, Entry, Resumed
from workflows.engine.nodes import Workflow, workflow
from workflows.engine.status import RunStatus
from workflows.engine.values import Iteration
from workflows.errors import Conflict, Gone, UserProblem


class Answer(BaseModel):
    word: str


class Wrong(BaseModel):
    number: int


WAITING = workflow("w", N).then(adds("one")).suspend("review", waits_for=Answer)


async def answered(store: MemoryStore, word: str = "yes", key: str = "k") -> bool:
    return await signals.resume(store, WAITING, "r1", Answer(word=word), by="me", key=key)


async def test_the_same_answer_given_twice_is_one_answer() -> None:
    _, store = await ran(WAITING)
    assert await answered(store)
    assert not await answered(store)
    assert [entry.key for entry in await entries(store) if isinstance(entry, Resumed)] == ["k"]


async def test_the_same_answer_after_the_end_is_still_that_one_answer() -> None:
    _, store = await ran(WAITING)
    await answered(store)
    assert await go(WAITING, store) is RunStatus.COMPLETED
    assert not await answered(store)


async def test_a_second_answer_finds_nobody_waiting() -> None:
    _, store = await ran(WAITING)
    await answered(store)
    with pytest.raises(UserProblem, match="run r1 does not wait for an answer"):
        await answered(store, "no", key="other")


async def test_a_run_that_does_not_wait_yet_cannot_be_answered() -> None:
    store = await begun(WAITING, MemoryStore())
    with pytest.raises(UserProblem, match="does not wait"):
        await answered(store)


async def test_a_run_that_has_ended_cannot_be_answered() -> None:
    _, store = await ran(WAITING)
    await answered(store)
    await go(WAITING, store)
    with pytest.raises(UserProblem, match=r"run r1 has ended \(completed\)"):
        await answered(store, key="late")


async def test_an_answer_of_the_wrong_type_is_refused_and_leaves_the_run_waiting() -> None:
    _, store = await ran(WAITING)
    with pytest.raises(UserProblem, match=r"waits at w/review for Answer, and .* none: word: Field required"):
        await signals.resume(store, WAITING, "r1", Wrong(number=1), by="me", key="k")
    with pytest.raises(UserProblem, match="and the answer is none: it: Input should be a valid dictionary"):
        await signals.resume(store, WAITING, "r1", ["yes"], by="me", key="k")
    assert (await kinds(store))[-1] == "run.parked"
    assert await answered(store)


async def test_an_answer_that_cannot_be_written_down_is_refused_and_leaves_the_run_waiting() -> None:
    _, store = await ran(WAITING)
    with pytest.raises(UserProblem, match="waits at w/review for Answer, and the answer cannot be kept"):
        await answered(store, "half a character: \ud800")
    assert await answered(store)


async def test_there_must_be_such_a_run() -> None:
    with pytest.raises(Gone):
        await answered(MemoryStore())


@pytest.mark.parametrize("nested", [False, True])
async def test_a_place_inside_a_workflow_or_a_loop_is_found(nested: bool) -> None:
    def back(value: BaseModel) -> N:
        return N(turn=1)

    def enough(turn: Iteration[N]) -> bool:
        return turn.last.turn > 0

    inner = workflow("inner", N).then(adds("one")).suspend("ask", waits_for=Answer).map(back, N)
    outer = workflow("w", N).then(adds("go"))
    tree: Workflow[None, N, N] = (
        outer.then(inner) if nested else outer.dountil(inner, until=enough, feedback=str, limit=2)
    )
    _, store = await ran(tree)
    assert await signals.resume(store, tree, "r1", Answer(word="yes"), by="me", key="k")
    assert await go(tree, store) is RunStatus.COMPLETED


async def test_a_place_that_another_definition_does_not_have_is_named() -> None:
    _, store = await ran(WAITING)
    other = workflow("w", N).then(adds("one")).compatible(definition.digest(WAITING))
    with pytest.raises(UserProblem, match="w/review is not a place where w waits"):
        await signals.resume(store, other, "r1", Answer(word="yes"), by="me", key="k")


async def test_a_waiting_run_can_be_cancelled_once() -> None:
    _, store = await ran(WAITING)
    assert await signals.cancel(store, "r1", by="me", reason="enough")
    assert not await signals.cancel(store, "r1", by="you", reason="enough, too")
    assert (await entries(store))[-1] == Cancelled(by="me", reason="enough")
    assert await go(WAITING, store) is None
    with pytest.raises(UserProblem, match=r"has ended \(cancelled\)"):
        await answered(store)


async def test_a_run_that_has_ended_cannot_be_cancelled() -> None:
    _, store = await ran(workflow("w", N).then(adds("one")))
    with pytest.raises(UserProblem, match=r"has ended \(completed\)"):
        await signals.cancel(store, "r1", by="me", reason="late")


async def test_a_run_cancelled_before_anybody_took_it_up_is_not_begun() -> None:
    store = await begun(WAITING, MemoryStore())
    await signals.cancel(store, "r1", by="me", reason="no")
    assert await go(WAITING, store) is None
    assert await kinds(store) == ["run.started", "cancelled"]


async def test_a_worker_learns_of_a_cancellation_at_its_next_row() -> None:
    reached, goes_on = asyncio.Event(), asyncio.Event()

    async def waits(ctx: Context[None], value: N) -> N:
        reached.set()
        await goes_on.wait()
        return value

    store = await begun(tree := workflow("w", N).then(unit("waits", waits)).then(adds("one")), MemoryStore())
    going = asyncio.create_task(go(tree, store))
    await reached.wait()
    assert await signals.cancel(store, "r1", by="me", reason="enough")
    goes_on.set()
    assert await going is RunStatus.CANCELLED
    assert (await kinds(store))[-1] == "cancelled"
    assert "step.completed" not in await kinds(store)


async def test_a_cancellation_stops_a_long_step_where_it_is() -> None:
    reached = asyncio.Event()

    async def long(ctx: Context[None], value: N) -> N:
        reached.set()
        await asyncio.sleep(60)
        return value

    store = await begun(tree := workflow("w", N).then(unit("long", long)), MemoryStore())
    going = asyncio.create_task(go(tree, store, lease_seconds=0.09))
    await reached.wait()
    await signals.cancel(store, "r1", by="me", reason="enough")
    assert await going is RunStatus.CANCELLED


async def test_a_cancelled_run_tells_nobody_that_it_failed() -> None:
    from workflows.engine.step import Step
    from workflows.engine.values import Failed, Nothing

    heard: list[object] = []

    async def tell(ctx: Context[None], failed: Failed[N]) -> Nothing:
        heard.append(failed)
        return Nothing()

    async def cancels(ctx: Context[None], value: N) -> N:
        await signals.cancel(store, "r1", by="me", reason="enough")
        return value

    tree = workflow("w", N).then(unit("cancels", cancels)).rescue(Step("tell", Failed[N], Nothing, tell))
    store = await begun(tree, MemoryStore())
    assert await go(tree, store) is RunStatus.CANCELLED
    assert heard == []


async def test_who_lost_the_lease_stops_at_the_next_row_and_adds_none() -> None:
    clock = Clock()

    async def loses(ctx: Context[None], value: N) -> N:
        clock.now += 1_000
        assert await store.claim("r1", "b", 30) is not None
        return value

    store = await begun(tree := workflow("w", N).then(unit("loses", loses)), MemoryStore(clock))
    with pytest.raises(Conflict, match="taken over by b"):
        await go(tree, store)
    assert await kinds(store) == ["run.started"]
    assert (await store.run("r1")).status is RunStatus.QUEUED


async def test_who_lost_the_lease_in_the_middle_of_a_long_step_is_stopped_there() -> None:
    clock = Clock()
    stopped: list[str] = []

    async def long(ctx: Context[None], value: N) -> N:
        clock.now += 1_000
        await store.claim("r1", "b", 30)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.append(ctx.path)
            raise
        return value

    store = await begun(tree := workflow("w", N).then(unit("long", long)), MemoryStore(clock))
    with pytest.raises(Conflict, match="another worker took over run r1"):
        await go(tree, store, lease_seconds=0.09)
    assert stopped == ["w/long"]
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert "step.completed" not in await kinds(store)


async def test_who_lost_the_lease_does_not_release_that_of_another() -> None:
    clock = Clock()

    async def loses(ctx: Context[None], value: N) -> N:
        clock.now += 1_000
        await store.claim("r1", "b", 30)
        return value

    store = await begun(tree := workflow("w", N).then(unit("loses", loses)), MemoryStore(clock))
    with pytest.raises(Conflict):
        await go(tree, store)
    assert await store.claim("r1", "c", 30) is None


async def test_a_worker_that_is_told_to_end_leaves_the_run_to_others_at_once() -> None:
    reached = asyncio.Event()

    async def waits(ctx: Context[None], value: N) -> N:
        reached.set()
        await asyncio.sleep(60 if ctx.run and not done else 0)
        return value

    done: list[bool] = []
    store = await begun(tree := workflow("w", N).then(unit("waits", waits)), MemoryStore())
    going = asyncio.create_task(go(tree, store))
    await reached.wait()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    done.append(True)
    assert await go(tree, store, "b") is RunStatus.COMPLETED


class Busy(MemoryStore):
    """Each word from outside finds that a worker was quicker."""

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        raise Conflict("row 2 is the last")


async def test_a_run_that_is_too_busy_to_be_told_says_so() -> None:
    store = await begun(WAITING, Busy())
    with pytest.raises(Conflict, match="too busy to be told anything; try again"):
        await signals.cancel(store, "r1", by="me", reason="x")
