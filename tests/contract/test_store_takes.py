"""What is taken up again and again, as every store counts it: whoever had it died, failed, or put it down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bus.port import Topic
from bot.store.port import Delivery, DeliveryState, InHand, InVain, NewDelivery, Store
from bot.tries import MOST_TRIES
from tests.contract.stores import EVERY, LONG, begun, held, new_run, opened
from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    RunParked,
    Slept,
    StepCompleted,
    StepStarted,
    Woke,
)
from workflows.errors import Conflict, Gone

DELIVERY = NewDelivery(id="d1", event="issues", payload=b"{}")
BEGAN = StepStarted(path="fix/plan")
DONE = StepCompleted(path="fix/plan", output={})


@pytest.fixture(params=EVERY)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    async with opened(request.param, request, tmp_path) as made:
        yield made


async def dies(store: Store, *wrote: Entry) -> None:
    """A worker that has the run, writes so much, and is no more."""
    after = len(await store.rows("r1"))
    lease = await held(store, seconds=0)
    if wrote:
        await store.append("r1", after, wrote, lease.fence)


async def due(store: Store, per_tenant: int = 10) -> list[str]:
    return [run.id for run in await store.due_runs(per_tenant)]


# --- runs ---


@pytest.mark.parametrize("wrote", [(), (BEGAN,)], ids=["nothing", "that it began"])
async def test_a_run_that_kills_whoever_takes_it_up_is_given_so_often_and_not_again(
    store: Store, wrote: tuple[Entry, ...]
) -> None:
    await store.create_run(new_run())
    for _ in range(MOST_TRIES):
        await dies(store, *wrote)
    rows = await store.rows("r1")
    for _ in range(2):
        with pytest.raises(InVain, match=f"run r1 was taken up {MOST_TRIES} times"):
            await store.claim("r1", "worker", LONG)
    assert await store.rows("r1") == rows


@pytest.mark.parametrize(
    "came",
    [
        DONE,
        Recorded(path="fix/plan", name="turn 1", value=1),
        Woke(path="fix/nap"),
        Slept(path="fix/nap", until=datetime.now(UTC)),
    ],
    ids=lambda came: came.kind,
)
async def test_when_something_came_of_it_the_count_begins_anew(store: Store, came: Entry) -> None:
    await store.create_run(new_run())
    for _ in range(MOST_TRIES - 1):
        await dies(store)
    await dies(store, BEGAN, came, BEGAN)
    for _ in range(MOST_TRIES):
        await dies(store, BEGAN)
    with pytest.raises(InVain):
        await store.claim("r1", "worker", LONG)


async def test_who_dies_each_time_but_gets_further_is_never_stopped(store: Store) -> None:
    await store.create_run(new_run())
    for number in range(MOST_TRIES * 3):
        await dies(store, BEGAN, Recorded(path="fix/plan", name=f"turn {number}", value=1))


async def test_parking_and_waking_again_and_again_is_no_dying(store: Store) -> None:
    await store.create_run(new_run())
    parked = RunParked(wake_at=datetime.now(UTC) - timedelta(seconds=1))
    for _ in range(MOST_TRIES * 3):
        await dies(store, BEGAN, parked)


async def test_what_is_given_back_does_not_count(store: Store) -> None:
    await store.create_run(new_run())
    for _ in range(MOST_TRIES * 3):
        await store.release(await held(store))
    for _ in range(MOST_TRIES):
        await dies(store)
    with pytest.raises(InVain):
        await store.claim("r1", "worker", LONG)


async def test_a_lease_is_given_back_once(store: Store) -> None:
    await store.create_run(new_run())
    for _ in range(3):
        await dies(store)
    lease = await held(store)
    for _ in range(5):
        await store.release(lease)
    for _ in range(MOST_TRIES - 3):
        await dies(store)
    with pytest.raises(InVain):
        await store.claim("r1", "worker", LONG)


async def test_a_run_in_hand_is_just_not_given_however_often_it_was_taken(store: Store) -> None:
    await store.create_run(new_run())
    for _ in range(MOST_TRIES - 1):
        await dies(store)
    await held(store)
    assert await store.claim("r1", "another", LONG) is None


async def test_a_run_that_was_cancelled_is_in_nobodys_way_however_often_it_was_taken(store: Store) -> None:
    await store.create_run(new_run())
    for _ in range(MOST_TRIES):
        await dies(store)
    await store.append("r1", 1, [Cancelled(by="m", reason="")], fence=None)
    assert await store.claim("r1", "another", LONG) is None


async def test_a_run_among_the_dead_letters_is_given_to_nobody_until_it_is_taken_out(store: Store) -> None:
    await store.create_run(new_run())
    for _ in range(MOST_TRIES):
        await dies(store)
    await store.bury(Topic.RUNS, "r1", MOST_TRIES, "it died")
    assert await store.claim("r1", "worker", LONG) is None
    assert await store.unbury(Topic.RUNS, "r1")
    for _ in range(MOST_TRIES):
        await dies(store)
    with pytest.raises(InVain):
        await store.claim("r1", "worker", LONG)


async def test_an_answer_does_not_bring_a_run_back_from_the_dead_letters(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, [RunParked()], lease.fence)
    await store.bury(Topic.RUNS, "r1", MOST_TRIES, "it died")
    await store.append("r1", 2, [Resumed(path="fix/review", key="k", by="m", payload={})], fence=None)
    assert await store.claim("r1", "worker", LONG) is None
    assert await due(store) == []


async def test_what_fails_is_counted_with_what_died(store: Store) -> None:
    await store.create_run(new_run())
    for _ in range(MOST_TRIES - 2):
        await dies(store)
    await store.release(await held(store))
    assert await store.failed(Topic.RUNS, "r1") == MOST_TRIES - 1
    assert await store.failed(Topic.RUNS, "r1") == MOST_TRIES


async def test_what_failed_rests_and_leaves_its_place_to_others(store: Store) -> None:
    for number in range(2):
        await store.create_run(new_run(f"r{number}", number=number))
    lease = await held(store, "r0")
    await store.release(lease)
    await store.failed(Topic.RUNS, "r0")
    assert await store.claim("r0", "worker", LONG) is None
    assert await due(store, 1) == ["r1"]
    with pytest.raises(Conflict):
        await store.renew(lease, LONG)
    await store.release(lease)
    assert await store.claim("r0", "worker", LONG) is None, "who had it before ended its rest"
    async with asyncio.timeout(3):
        while await due(store) != ["r0", "r1"]:
            await asyncio.sleep(0.05)
    await held(store, "r0")


async def test_what_failed_is_not_taken_from_who_has_it_by_now(store: Store) -> None:
    await store.create_run(new_run())
    await store.release(await held(store))
    lease = await held(store)
    await store.failed(Topic.RUNS, "r1")
    await store.renew(lease, LONG)
    await store.append("r1", 1, [DONE], lease.fence)


async def test_what_nobody_knows_of_has_not_failed(store: Store) -> None:
    assert [await store.failed(topic, "nobody") for topic in Topic] == [0, 0]


# --- deliveries ---


async def take(
    store: Store, name: str = "d1", worker: str = "worker", seconds: float = 0.0
) -> Delivery | None:
    """By default by somebody who says nothing more."""
    return await store.take_delivery(name, worker, seconds)


async def test_a_delivery_is_taken_as_it_came(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    assert await take(store) == await store.delivery("d1")


async def test_only_what_waits_is_taken(store: Store) -> None:
    assert await take(store, "nobody") is None
    await store.keep_delivery(DELIVERY)
    await store.bury(Topic.DELIVERIES, "d1", MOST_TRIES, "it broke")
    assert await take(store) is None
    await store.unbury(Topic.DELIVERIES, "d1")
    await store.finish_delivery("d1", DeliveryState.HANDLED, "")
    assert await take(store) is None


async def test_a_delivery_that_kills_whoever_takes_it_is_given_so_often_and_not_again(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    for _ in range(MOST_TRIES):
        assert await take(store)
    with pytest.raises(InVain, match=f"delivery d1 was taken up {MOST_TRIES} times"):
        await take(store)
    await store.bury(Topic.DELIVERIES, "d1", MOST_TRIES, "it died")
    assert await take(store) is None
    await store.unbury(Topic.DELIVERIES, "d1")
    assert await take(store)


async def test_a_delivery_that_is_given_back_does_not_count_and_one_that_failed_does(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    for _ in range(MOST_TRIES * 2):
        assert await take(store)
        await store.give_back_delivery("d1", "worker")
    assert await store.failed(Topic.DELIVERIES, "d1") == 1
    assert await store.failed(Topic.DELIVERIES, "d1") == 2


async def test_a_delivery_that_is_sent_again_after_it_failed_is_tried_as_a_new_one(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    for _ in range(MOST_TRIES):
        await take(store)
    await store.finish_delivery("d1", DeliveryState.FAILED, "the token is wrong")
    assert await store.keep_delivery(DELIVERY)
    assert await take(store)


async def test_a_delivery_that_one_worker_has_is_given_to_no_other_and_named_to_none(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    assert await take(store, seconds=LONG)
    with pytest.raises(InHand) as busy:
        await take(store, worker="other")
    assert LONG - 5 < busy.value.seconds <= LONG
    assert list(await store.waiting_deliveries()) == []


async def test_of_many_who_take_a_delivery_at_once_one_has_it(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    takes = [take(store, worker=f"w{n}", seconds=LONG) for n in range(20)]
    had = await asyncio.gather(*takes, return_exceptions=True)
    assert len([each for each in had if not isinstance(each, InHand)]) == 1


async def test_a_delivery_is_taken_over_when_its_lease_is_over_and_not_before(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    await take(store)
    assert list(await store.waiting_deliveries()) == ["d1"]
    assert await take(store, worker="other", seconds=LONG)
    with pytest.raises(Conflict, match="d1 is in our hands no more"):
        await store.renew_delivery("d1", "worker", LONG)
    await store.give_back_delivery("d1", "worker")
    with pytest.raises(InHand):
        await take(store)


async def test_a_lease_on_a_delivery_that_is_renewed_lasts(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    await take(store)
    await store.renew_delivery("d1", "worker", LONG)
    with pytest.raises(InHand):
        await take(store, worker="other")
    await store.give_back_delivery("d1", "worker")
    await store.renew_delivery("d1", "worker", LONG)
    assert await take(store, worker="other")


async def test_whoever_has_finished_a_delivery_has_lost_nothing(store: Store) -> None:
    await store.keep_delivery(DELIVERY)
    await take(store, seconds=LONG)
    await store.finish_delivery("d1", DeliveryState.FAILED, "no")
    await store.renew_delivery("d1", "worker", LONG)
    await store.keep_delivery(DELIVERY)
    assert await take(store, worker="other")


# --- deliveries that are held for a run ---


async def held_for(store: Store, name: str, run: str = "r1", after: int = 1) -> None:
    await store.keep_delivery(NewDelivery(id=name, event="issues", payload=b"{}"))
    await store.hold_delivery(name, run, after, "it comes next: \0")


async def rests(store: Store, run: str = "r1") -> None:
    lease = await held(store, run)
    await store.append(run, len(await store.rows(run)), [DONE, RunParked()], lease.fence)


async def test_what_is_held_waits_for_nobody_but_its_run(store: Store) -> None:
    await store.create_run(new_run())
    await held_for(store, "d1")
    kept = await store.delivery("d1")
    assert (kept.state, kept.held_for) == (DeliveryState.HELD, "r1")
    assert kept.outcome == "it comes next: \ufffd"
    assert await take(store) is None
    assert list(await store.waiting_deliveries()) == []
    assert await store.release_held() == []
    assert await store.release_held("r1") == []
    assert not await store.keep_delivery(DELIVERY), "it is known when it comes again"
    with pytest.raises(Gone):
        await held_for_nobody(store)


async def held_for_nobody(store: Store) -> None:
    await store.hold_delivery("nobody", "r1", 1, "")


async def test_what_is_held_is_given_out_one_by_one_each_time_its_run_rests(store: Store) -> None:
    await store.create_run(new_run())
    for name in ("zulu", "alpha"):
        await held_for(store, name)
    await rests(store)
    assert list(await store.release_held("other")) == []
    assert list(await store.release_held("r1")) == ["zulu"]
    taken = await take(store, "zulu")
    assert taken is not None
    assert taken.held_for == "r1"
    await store.append("r1", 3, [Resumed(path="fix/review", key="k", by="m", payload={})], fence=None)
    assert list(await store.release_held("r1")) == []
    await store.finish_delivery("zulu", DeliveryState.HANDLED, "resumed")
    await rests(store)
    assert list(await store.release_held("r1")) == ["alpha"]


@pytest.mark.parametrize("run", ["r1", ""])
async def test_what_is_held_is_released_once_by_all_who_try_at_once(store: Store, run: str) -> None:
    await store.create_run(new_run())
    await held_for(store, "d1")
    await rests(store)
    released = await asyncio.gather(*(store.release_held(run) for _ in range(10)))
    assert sum(map(len, released)) == 1


async def test_a_sweep_releases_what_is_held_for_runs_that_rest_ended_or_are_gone(store: Store) -> None:
    for number, name in enumerate(("r1", "r2", "r3")):
        await store.create_run(new_run(name, number=number))
        await held_for(store, f"of {name}", name)
    await held_for(store, "of nobody", "nobody")
    await rests(store, "r1")
    await store.append("r2", 1, [Cancelled(by="m", reason="no")], fence=None)
    assert sorted(await store.release_held()) == ["of nobody", "of r1", "of r2"]
    assert sorted(await store.waiting_deliveries()) == ["of nobody", "of r1", "of r2"]


async def test_what_was_decided_of_a_run_that_has_not_gone_on_since_is_not_decided_again(
    store: Store,
) -> None:
    await store.create_run(new_run())
    await rests(store)
    await held_for(store, "d1", after=3)
    assert list(await store.release_held()) == []
    await store.append("r1", 3, [Cancelled(by="m", reason="no")], fence=None)
    assert list(await store.release_held()) == ["d1"]


async def test_what_was_held_is_forgotten_when_it_is_done(store: Store) -> None:
    await held_for(store, "d1", "gone")
    await store.release_held()
    await take(store)
    await store.finish_delivery("d1", DeliveryState.HANDLED, "")
    assert (await store.delivery("d1")).held_for == ""
    assert await store.release_held() == []
