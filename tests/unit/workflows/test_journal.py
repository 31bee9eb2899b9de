"""The journal and a store that has its moments: nothing is believed written that was not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.store.memory import MemoryStore
from tests.unit.workflows.trees import (
    Clock,
    Killed,
    N,
    Process,
    begun,
    entries,
    go,
    output,
    recorded,
    records,
    unit,
)
from workflows.engine.context import Context
from workflows.engine.entries import Entry, Recorded, Resumed, RunFailed, StepStarted
from workflows.engine.journal import Journal, Lease
from workflows.engine.nodes import workflow
from workflows.engine.retry import ONCE
from workflows.engine.status import RunStatus
from workflows.engine.step import Step
from workflows.engine.values import Failed, Nothing
from workflows.errors import Conflict, Interrupted, OperatorProblem, Problem


class Moody(MemoryStore):
    """Refuses the appends and renewals that it is told to, and holds up the first append."""

    def __init__(self) -> None:
        super().__init__(Clock())  # which stands still: no lease runs out
        self.refuse_append: dict[int, Problem] = {}
        self.refuse_renewals = 0
        self.appends = 0
        self.renewals = 0
        self.first = asyncio.Event()
        self.first.set()

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        self.appends += 1
        number = self.appends
        if number == 1:
            await self.first.wait()
        if number in self.refuse_append:
            raise self.refuse_append[number]
        await super().append(run, after, entries, fence)

    async def renew(self, lease: Lease, seconds: float) -> None:
        self.renewals += 1
        if self.renewals <= self.refuse_renewals:
            raise OperatorProblem("the store is locked")
        await super().renew(lease, seconds)


def names(thing: str) -> Recorded:
    return Recorded(path="w/one", name=thing, value={})


@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_a_store_that_fails_once_fails_no_run(at: int) -> None:
    told: list[str] = []

    async def tell(ctx: Context[None], failed: Failed[N]) -> Nothing:
        told.append(failed.failure.sentence)
        return Nothing()

    tree = workflow("w", N).then(records("one")).rescue(Step("tell", Failed[N], Nothing, tell))
    store = Moody()
    await begun(tree, store)
    store.refuse_append = {at: OperatorProblem("the store is locked")}
    with pytest.raises(Interrupted, match="the store is locked"):
        await go(tree, store)
    assert await go(tree, store, "b") is RunStatus.COMPLETED
    assert await output(store) == {"n": 2, "turn": 0}
    assert told == []


async def test_a_heartbeat_that_fails_once_is_followed_by_others() -> None:
    async def slow(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(0.4)
        return value

    tree = workflow("w", N).then(unit("slow", slow))
    store = Moody()
    await begun(tree, store)
    store.refuse_renewals = 1
    assert await go(tree, store, lease_seconds=0.24) is RunStatus.COMPLETED
    assert store.renewals > 1
    assert await store.claim("r1", "b", 1) is None  # it has ended


@pytest.mark.parametrize("problem", [Conflict("taken over"), OperatorProblem("locked")])
async def test_an_append_that_shares_its_commit_with_a_note_is_told_when_it_fails(problem: Problem) -> None:
    store = Moody()
    await begun(workflow("w", N).then(records("one")), store)
    lease = await store.claim("r1", "a", 30)
    assert lease is not None
    store.first.clear()
    store.refuse_append = {2: problem}
    journal = Journal(store, lease, await store.rows(lease.run))
    journal.note(StepStarted(path="w/one"))

    async def work() -> None:
        await journal.append(names("a"))
        journal.note(StepStarted(path="w/two"))
        await journal.append(names("b"))

    working = asyncio.create_task(work())
    await asyncio.sleep(0.05)  # by now the note waits to be written, behind the first append
    store.first.set()
    with pytest.raises(Interrupted):
        await working
    assert await recorded(store) == [("w/one", "a")]


async def test_after_a_row_that_was_lost_no_other_is_written() -> None:
    store = Moody()
    await begun(workflow("w", N).then(records("one")), store)
    lease = await store.claim("r1", "a", 30)
    assert lease is not None
    store.refuse_append = {1: OperatorProblem("locked")}
    journal = Journal(store, lease, await store.rows(lease.run))
    for _ in range(2):
        with pytest.raises(Interrupted, match="locked"):
            await journal.append(names("a"))
    await journal.close()
    assert len(await entries(store)) == 1


async def test_a_note_that_cannot_be_written_is_not_worth_an_error_at_the_end() -> None:
    store = Moody()
    await begun(workflow("w", N).then(records("one")), store)
    lease = await store.claim("r1", "a", 30)
    assert lease is not None
    store.refuse_append = {1: OperatorProblem("locked")}
    journal = Journal(store, lease, await store.rows(lease.run))
    journal.note(StepStarted(path="w/one"))
    await asyncio.sleep(0.05)
    await journal.close()


async def test_two_things_recorded_at_once_are_both_kept() -> None:
    store = MemoryStore()
    await begun(workflow("w", N).then(records("one")), store)
    lease = await store.claim("r1", "a", 30)
    assert lease is not None
    journal = Journal(store, lease, await store.rows(lease.run))
    await asyncio.gather(*(journal.append(names(str(number))) for number in range(20)))
    assert sorted(name for _, name in await recorded(store)) == sorted(map(str, range(20)))
    assert all(journal.recorded("w/one", str(number)) for number in range(20))


async def test_a_journal_without_a_beginning_is_not_walked() -> None:
    class Headless(MemoryStore):
        async def rows(self, run: str, after: int = 0) -> list[object]:  # pyright: ignore[reportIncompatibleMethodOverride]
            return []

    tree = workflow("w", N).then(records("one"))
    store = await begun(tree, Headless())
    with pytest.raises(OperatorProblem, match="the journal of run r1 has no beginning"):
        await go(tree, store)


async def test_a_step_that_runs_out_of_time_while_its_row_is_written_keeps_its_place_in_the_journal() -> None:
    class Slow(MemoryStore):
        async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
            await super().append(run, after, entries, fence)
            await asyncio.sleep(0.2)

    async def hurried(ctx: Context[None], value: N) -> N:
        await ctx.record("thing", N, lambda: asyncio.sleep(0, N()))
        return value.plus(1)

    tree = workflow("w", N).then(unit("hurried", hurried, timeout=0.1, retry=ONCE))
    store = await begun(tree, Slow())
    assert await go(tree, store) is RunStatus.FAILED
    assert await recorded(store) == [("w/hurried", "thing")]
    last = (await entries(store))[-1]
    assert isinstance(last, RunFailed)
    assert last.failure.sentence == "it took longer than 0.1 s"


async def test_an_answer_to_a_busy_run_takes_a_place_between_its_rows() -> None:
    tree = workflow("w", N).then(records("one"))
    store = await begun(tree, MemoryStore())
    lease = await store.claim("r1", "a", 30)
    assert lease is not None
    journal = Journal(store, lease, await store.rows("r1"))
    await journal.append(names("a"))
    await store.append("r1", 2, [Resumed(path="w/ask", key="k", by="me", payload={})], None)
    await journal.append(names("b"))
    assert [entry.kind for entry in await entries(store)][1:] == ["recorded", "resumed", "recorded"]
    assert journal.resumed("w/ask") is not None


async def test_a_row_by_another_holder_is_no_answer() -> None:
    clock = Clock()
    tree = workflow("w", N).then(records("one"))
    store = await begun(tree, MemoryStore(clock))
    ours = await store.claim("r1", "a", 30)
    assert ours is not None
    journal = Journal(store, ours, await store.rows("r1"))
    clock.now += 60
    theirs = await store.claim("r1", "b", 30)
    assert theirs is not None
    await store.append("r1", 1, [names("theirs")], theirs.fence)
    with pytest.raises(Conflict, match="taken over by b"):
        await journal.append(names("ours"))


async def test_who_cannot_renew_the_lease_stops_before_it_is_over() -> None:
    class Cut(MemoryStore):
        async def renew(self, lease: Lease, seconds: float) -> None:
            await asyncio.sleep(3600)

    acted: list[float] = []

    async def acts(ctx: Context[None], value: N) -> N:
        while True:
            acted.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.01)

    tree = workflow("w", N).then(unit("acts", acts))
    store = await begun(tree, Cut())
    asked = asyncio.get_running_loop().time()
    with pytest.raises(Conflict, match="could not be renewed in time"):
        await go(tree, store, lease_seconds=0.3)
    assert max(acted) <= asked + 0.3 + 0.05


async def test_a_lease_that_cannot_be_released_hides_no_cancellation() -> None:
    class Away(MemoryStore):
        async def release(self, lease: Lease) -> None:
            raise OperatorProblem("the store is away")

    async def long(ctx: Context[None], value: N) -> N:
        await asyncio.sleep(3600)
        return value

    tree = workflow("w", N).then(unit("long", long))
    store = await begun(tree, Away())
    going = asyncio.create_task(go(tree, store))
    await asyncio.sleep(0.05)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going


async def test_an_output_that_does_not_fit_is_a_failure_that_is_recorded() -> None:
    times: list[int] = []

    async def lies(ctx: Context[None], value: N) -> N:
        times.append(1)
        return Recorded(path="", name="", value=1)  # pyright: ignore[reportReturnType]

    tree = workflow("w", N).then(unit("lies", lies))
    clock = Clock()
    store = await begun(tree, MemoryStore(clock))
    with pytest.raises(Killed):
        await go(tree, Process(store, dies_at=2))  # after the step's failure, before the run's
    clock.now += 1_000
    assert await go(tree, store) is RunStatus.FAILED
    assert times == [1]
