"""Whose turn it is, as every store says it: fairness, waking, and what was put aside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bus.port import Topic
from bot.store.port import NewDelivery, Store
from tests.contract.stores import EVERY, LONG, SHORT, begun, held, new_run, opened
from workflows.engine.entries import Cancelled, Resumed, RunParked, Slept, StepStarted
from workflows.engine.status import RunStatus
from workflows.errors import Conflict

MANY = 1000
STEP = StepStarted(path="fix/plan")
ANSWER = Resumed(path="fix/review", key="k", by="m", payload={})


@pytest.fixture(params=EVERY)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    async with opened(request.param, request, tmp_path) as made:
        yield made


async def due(store: Store, per_tenant: int = MANY, *, tenant: str | None = None) -> Sequence[str]:
    return [run.id for run in await store.due_runs(per_tenant, tenant=tenant)]


async def parked(store: Store, run: str = "r1", seconds: float | None = None, number: int = 7) -> None:
    await store.create_run(new_run(run, number=number))
    lease = await held(store, run)
    await store.append(run, 1, [RunParked(wake_at=None if seconds is None else later(seconds))], lease.fence)
    await store.release(lease)


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def create(store: Store, tenant: str, runs: int) -> None:
    owner = tenant.partition("/")[0]
    for n in range(runs):
        await store.create_run(new_run(f"{owner}{n}", number=n, tenant=tenant))


# --- what can go on ---


async def test_due_are_runs_that_can_go_on_and_that_nobody_holds(store: Store) -> None:
    for n in range(5):
        await store.create_run(new_run(f"r{n}", number=n))
    await held(store, "r0")
    crashed = await held(store, "r1", seconds=SHORT)
    await store.append("r1", 1, [STEP], crashed.fence)
    await store.append("r2", 1, [Cancelled(by="m", reason="")], fence=None)
    await store.append("r4", 1, [RunParked()], (await held(store, "r4")).fence)
    await asyncio.sleep(SHORT * 2)
    assert await due(store) == ["r1", "r3"]
    await store.append("r4", 2, [ANSWER], fence=None)
    assert await due(store) == ["r1", "r3", "r4"]
    assert [run.id for run in await store.due_runs(MANY, limit=1)] == ["r1"]


async def test_a_due_run_says_which_tree_it_goes_by_and_whether_it_was_taken_up_since(store: Store) -> None:
    await store.create_run(new_run())
    [first] = await store.due_runs(1)
    assert (first.id, first.workflow, first.definition) == ("r1", "fix", "abc")
    lease = await held(store)
    await store.release(lease)
    [second] = await store.due_runs(1)
    assert first.fence < lease.fence == second.fence


async def test_a_tenant_with_500_runs_does_not_delay_the_first_of_another(store: Store) -> None:
    await asyncio.gather(
        *(store.create_run(new_run(f"big{n}", number=n, tenant="big/repo")) for n in range(500))
    )
    await store.create_run(new_run("only", tenant="small/repo"))
    named = await due(store)
    assert "only" in named[:2]
    assert len(named) == 100


async def test_turns_go_round(store: Store) -> None:
    await create(store, "a/r", 3)
    await create(store, "b/r", 1)
    await create(store, "c/r", 2)
    assert await due(store) == ["a0", "b0", "c0", "a1", "c1", "a2"]
    assert await due(store, 2) == ["a0", "b0", "c0", "a1", "c1"]
    assert await due(store, 1) == ["a0", "b0", "c0"]


async def test_a_tenant_is_who_owns_the_repository_and_the_repository(store: Store) -> None:
    for n, tenant in enumerate(("octo/a", "octo/b", "octo/a")):
        await store.create_run(new_run(f"r{n}", number=n, tenant=tenant))
    assert await due(store, 1) == ["r0", "r1"]


async def test_runs_that_are_held_count_against_their_tenant(store: Store) -> None:
    await create(store, "a/r", 4)
    await create(store, "b/r", 1)
    lease = await held(store, "a2")
    assert await due(store, 1) == ["b0"]
    assert await due(store, 2) == ["b0", "a0"]
    await store.append("a2", 1, [STEP], lease.fence)
    assert await due(store, 3) == ["b0", "a0", "a1"]
    await store.append("a2", 2, [RunParked()], lease.fence)
    assert await due(store, 1) == ["a0", "b0"], "a parked run leaves its place to the next"


async def test_one_tenant_can_be_asked_for(store: Store) -> None:
    await create(store, "a/r", 3)
    await create(store, "b/r", 2)
    await held(store, "b0")
    assert await due(store, 2, tenant="b/r") == ["b1"]
    assert await due(store, 1, tenant="b/r") == []
    assert await due(store, 2, tenant="a/r") == ["a0", "a1"]
    assert await due(store, 2, tenant="c/r") == []


async def test_runs_of_another_definition_take_nobodys_turn(store: Store) -> None:
    await create(store, "o/r", 2)
    ours = new_run("ours", number=99)
    other = ours.started.model_copy(update={"definition": "f" * 64})
    await store.create_run(ours.model_copy(update={"started": other}))
    named = await store.due_runs(2, definitions=["e" * 64, "f" * 64])
    assert [run.id for run in named] == ["ours"]
    assert list(await store.due_runs(2, definitions=[])) == []


async def test_of_many_who_claim_what_is_due_each_gets_another_run(store: Store) -> None:
    await create(store, "a/r", 8)

    async def take(worker: str) -> list[str]:
        leases = [await store.claim(run, worker, LONG) for run in await due(store)]
        return [lease.run for lease in leases if lease is not None]

    taken = await asyncio.gather(*(take(f"w{n}") for n in range(4)))
    assert sorted(run for runs in taken for run in runs) == [f"a{n}" for n in range(8)]
    assert await due(store) == []


# --- what waits for a time ---


async def test_a_parked_run_wakes_at_its_time_and_not_before(store: Store) -> None:
    await parked(store, seconds=0.3)
    assert (await store.run("r1")).status is RunStatus.SUSPENDED
    assert await store.claim("r1", "worker", LONG) is None
    assert await due(store) == []
    wait = await store.next_wake()
    assert wait is not None
    assert 0 < wait < 0.31
    await asyncio.sleep(wait + 0.002)
    assert await store.next_wake() == 0
    assert await due(store) == ["r1"]
    await held(store)


async def test_of_many_who_wake_a_run_one_does(store: Store) -> None:
    await parked(store, seconds=-1)
    claims = await asyncio.gather(*(store.claim("r1", f"w{n}", LONG) for n in range(10)))
    assert sum(claim is not None for claim in claims) == 1


async def test_who_wakes_a_run_holds_it_before_the_first_row(store: Store) -> None:
    await parked(store, seconds=-1)
    lease = await held(store, seconds=SHORT * 20)
    assert await due(store) == []
    assert await store.next_wake() is None, "it is being woken"
    await store.renew(lease, LONG)
    await asyncio.sleep(SHORT * 24)
    assert await store.claim("r1", "another", LONG) is None


async def test_a_run_whose_waker_died_is_due_again(store: Store) -> None:
    await parked(store, seconds=-1)
    first = await held(store, seconds=SHORT)
    await asyncio.sleep(SHORT * 2)
    assert await due(store) == ["r1"]
    assert await store.next_wake() == 0
    second = await held(store)
    with pytest.raises(Conflict):
        await store.append("r1", 2, [STEP], first.fence)
    await store.append("r1", 2, [STEP], second.fence)


async def test_a_run_that_goes_on_has_nothing_to_be_woken_for(store: Store) -> None:
    await parked(store, seconds=-1)
    lease = await held(store)
    await store.append("r1", 2, [STEP], lease.fence)
    await store.append("r1", 3, [RunParked()], lease.fence)
    assert await store.next_wake() is None
    assert await due(store) == []
    assert await store.claim("r1", "another", LONG) is None


@pytest.mark.parametrize(
    ("word", "is_due"), [(ANSWER, ["r1"]), (Cancelled(by="m", reason=""), [])], ids=["answer", "cancel"]
)
async def test_a_word_from_outside_takes_the_place_of_the_waking(
    store: Store, word: Resumed | Cancelled, is_due: list[str]
) -> None:
    await parked(store, seconds=LONG)
    await store.append("r1", 2, [word], fence=None)
    assert await store.next_wake() is None
    assert await due(store) == is_due


async def test_sleeping_in_one_place_does_not_park_the_run(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, [Slept(path="fix/pause", until=later(-1))], lease.fence)
    assert await store.next_wake() is None
    assert await store.claim("r1", "another", LONG) is None


async def test_the_next_wake_is_the_first_of_all(store: Store) -> None:
    assert await store.next_wake() is None
    for n, seconds in enumerate((None, 50, 20, 90)):
        await parked(store, f"r{n}", seconds, number=n)
    wait = await store.next_wake()
    assert wait is not None
    assert 15 < wait < 21


async def test_a_time_before_the_epoch_has_come(store: Store) -> None:
    await store.create_run(new_run())
    lease = await held(store)
    await store.append("r1", 1, [RunParked(wake_at=datetime(1960, 1, 1, tzinfo=UTC))], lease.fence)
    assert await store.next_wake() == 0
    await held(store)


async def test_woken_runs_take_turns_with_the_others(store: Store) -> None:
    await parked(store, "r0", -1, number=0)
    for n in range(1, 3):
        await store.create_run(new_run(f"r{n}", number=n))
    assert await due(store, 2) == ["r0", "r1"]
    await held(store, "r0")
    assert await due(store, 2) == ["r1"], "it counts from the moment that somebody wakes it"


# --- what was put aside ---


async def test_a_buried_run_is_not_due_until_it_is_unburied(store: Store) -> None:
    await create(store, "a/r", 2)
    await store.bury(Topic.RUNS, "a0", 5, "it broke")
    assert await due(store) == ["a1"]
    assert await due(store, 1) == ["a1"], "it takes nobody's place"
    assert await store.unbury(Topic.RUNS, "a0")
    assert await due(store) == ["a0", "a1"]


async def test_a_buried_run_that_somebody_holds_takes_its_tenants_place(store: Store) -> None:
    await create(store, "a/r", 2)
    await held(store, "a0")
    await store.bury(Topic.RUNS, "a0", 5, "it broke")
    assert await due(store, 1) == []


async def test_a_buried_run_wakes_nobody(store: Store) -> None:
    await parked(store, seconds=-1)
    await store.bury(Topic.RUNS, "r1", 5, "it broke")
    assert await store.next_wake() is None
    assert await due(store) == []


async def test_a_buried_delivery_does_not_wait_until_it_is_unburied(store: Store) -> None:
    for name in ("d1", "d2"):
        await store.keep_delivery(NewDelivery(id=name, event="issues", payload=b""))
    await store.bury(Topic.DELIVERIES, "d1", 5, "it broke")
    assert list(await store.waiting_deliveries()) == ["d2"]
    assert await store.unbury(Topic.DELIVERIES, "d1")
    assert list(await store.waiting_deliveries()) == ["d1", "d2"]


async def test_a_run_and_a_delivery_of_one_name_are_two_things(store: Store) -> None:
    await store.create_run(new_run("same"))
    await store.keep_delivery(NewDelivery(id="same", event="issues", payload=b""))
    await store.bury(Topic.RUNS, "same", 5, "")
    assert list(await store.waiting_deliveries()) == ["same"]
    assert await due(store) == []
    assert not await store.unbury(Topic.DELIVERIES, "same")


async def test_dead_letters_are_listed_oldest_first_with_their_last_words(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    for topic, item in ((Topic.RUNS, "z"), (Topic.DELIVERIES, "a"), (Topic.RUNS, "b")):
        await store.bury(topic, item, 5, f"{item} broke")
        await asyncio.sleep(0.005)
    await store.bury(Topic.RUNS, "z", 9, "odd: \0 \ud800 é")
    letters = await store.dead_letters()
    assert [(each.topic, each.item, each.times, each.said) for each in letters] == [
        (Topic.DELIVERIES, "a", 5, "a broke"),
        (Topic.RUNS, "b", 5, "b broke"),
        (Topic.RUNS, "z", 9, "odd: \ufffd ? é"),
    ]
    assert all(before < each.at < datetime.now(UTC) + timedelta(seconds=1) for each in letters)
    assert [each.item for each in await store.dead_letters(limit=2)] == ["a", "b"]


async def test_what_is_not_buried_cannot_be_unburied(store: Store) -> None:
    assert not await store.unbury(Topic.RUNS, "nobody")
    assert list(await store.dead_letters()) == []


async def test_of_many_who_bury_and_unbury_one_thing_it_is_buried_once_and_unburied_once(
    store: Store,
) -> None:
    await asyncio.gather(*(store.bury(Topic.RUNS, "r1", n, f"try {n}") for n in range(20)))
    [letter] = await store.dead_letters()
    assert letter.said == f"try {letter.times}"
    taken = await asyncio.gather(*(store.unbury(Topic.RUNS, "r1") for _ in range(20)))
    assert sum(taken) == 1
    assert list(await store.dead_letters()) == []


async def test_burying_and_unburying_at_once_leaves_what_the_last_of_them_said(store: Store) -> None:
    for n in range(10):
        _, gone = await asyncio.gather(
            store.bury(Topic.RUNS, f"r{n}", 1, ""), store.unbury(Topic.RUNS, f"r{n}")
        )
        there = any(letter.item == f"r{n}" for letter in await store.dead_letters())
        assert there is not gone
