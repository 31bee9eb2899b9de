"""What every store keeps to, whatever is behind it."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.port import DeliveryState, NewDelivery, Store
from tests.contract.stores import EVERY, LONG, SHORT, begun, held, new_run, opened
from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    RunCompleted,
    RunFailed,
    RunParked,
    Slept,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
    Woke,
)
from workflows.engine.journal import Lease
from workflows.engine.status import RunStatus
from workflows.errors import Conflict, Failure, Gone, OperatorProblem, Who


@pytest.fixture(params=EVERY)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    async with opened(request.param, request, tmp_path) as made:
        yield made


STEP = StepCompleted(path="fix/plan", output={"ok": True})
PARKED: list[Entry] = [Suspended(path="fix/review", waits_for="Approval"), RunParked()]
ANSWER = Resumed(path="fix/review", key="k", by="m", payload={})
FAILURE = Failure(who=Who.MODEL, sentence="it did not work")


# --- deliveries ---


async def test_a_delivery_is_kept_as_it_came(store: Store) -> None:
    assert await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b'{"a": "\x00\xff"}'))
    kept = await store.delivery("d1")
    assert (kept.id, kept.event, kept.payload) == ("d1", "issues", b'{"a": "\x00\xff"}')
    assert (kept.state, kept.outcome) == (DeliveryState.WAITING, "")
    assert kept.received_at.tzinfo is not None


async def test_a_delivery_that_comes_again_is_recognised_even_after_it_was_handled(store: Store) -> None:
    assert await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b"first"))
    assert not await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b"second"))
    await store.finish_delivery("d1", DeliveryState.HANDLED, "started run r1")
    assert not await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b"third"))
    kept = await store.delivery("d1")
    assert (kept.payload, kept.state, kept.outcome) == (b"first", DeliveryState.HANDLED, "started run r1")


async def test_an_unknown_delivery_is_gone(store: Store) -> None:
    with pytest.raises(Gone):
        await store.delivery("nobody")
    with pytest.raises(Gone):
        await store.finish_delivery("nobody", DeliveryState.IGNORED, "")


async def test_what_was_said_of_a_delivery_may_hold_anything(store: Store) -> None:
    await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b""))
    await store.finish_delivery("d1", DeliveryState.FAILED, "odd: \0 \ud800 é")
    assert (await store.delivery("d1")).outcome == "odd: \ufffd ? é"


async def test_waiting_deliveries_are_the_old_ones_that_nobody_handled_in_their_order(store: Store) -> None:
    for name in ("zulu", "alpha", "mike"):
        await store.keep_delivery(NewDelivery(id=name, event="issues", payload=b""))
    await store.finish_delivery("alpha", DeliveryState.IGNORED, "not ours")
    assert list(await store.waiting_deliveries()) == ["zulu", "mike"]
    assert list(await store.waiting_deliveries(limit=1)) == ["zulu"]
    assert list(await store.waiting_deliveries(older_than=60)) == []


async def test_deliveries_are_listed_newest_first_all_or_those_in_one_state(store: Store) -> None:
    for name in ("zulu", "alpha", "mike", "bravo"):
        await store.keep_delivery(NewDelivery(id=name, event="issues", payload=b"x"))
    await store.finish_delivery("alpha", DeliveryState.FAILED, "odd: \0")
    await store.finish_delivery("zulu", DeliveryState.HANDLED, "started run r1")
    assert [each.id for each in await store.deliveries()] == ["bravo", "mike", "alpha", "zulu"]
    assert [each.id for each in await store.deliveries(2)] == ["bravo", "mike"]
    assert [each.id for each in await store.deliveries(1, state=DeliveryState.WAITING)] == ["bravo"]
    assert await store.deliveries(state=DeliveryState.IGNORED) == []
    [failed] = await store.deliveries(state=DeliveryState.FAILED)
    assert (failed.id, failed.event, failed.state) == ("alpha", "issues", DeliveryState.FAILED)
    assert (failed.outcome, failed.received_at) == (
        "odd: \ufffd",
        (await store.delivery("alpha")).received_at,
    )


async def test_a_delivery_that_is_tried_again_keeps_its_place_in_the_list(store: Store) -> None:
    for name in ("first", "second"):
        await store.keep_delivery(NewDelivery(id=name, event="issues", payload=b"x"))
    await store.finish_delivery("first", DeliveryState.FAILED, "no")
    await store.keep_delivery(NewDelivery(id="first", event="issues", payload=b"x"))
    assert [each.id for each in await store.deliveries(state=DeliveryState.WAITING)] == ["second", "first"]


async def test_of_a_thousand_deliveries_at_once_none_is_lost_and_none_is_kept_twice(store: Store) -> None:
    twice = [NewDelivery(id=f"d{n // 2}", event="push", payload=b"x" * 100) for n in range(2000)]
    kept = await asyncio.gather(*(store.keep_delivery(each) for each in twice))
    assert sum(kept) == 1000
    assert len(set(await store.waiting_deliveries(limit=5000))) == 1000


# --- beginning runs ---


async def test_a_new_run_is_queued_and_its_journal_begins_with_why(store: Store) -> None:
    new = new_run()
    run, is_new = await store.create_run(new)
    assert is_new
    assert (run.id, run.workflow, run.status, run.path) == ("r1", "fix", RunStatus.QUEUED, "")
    assert run.definition == new.started.definition
    assert run.trigger == new.trigger
    assert await store.run("r1") == run
    [row] = await store.rows("r1")
    assert (row.seq, row.entry) == (1, new.started)


async def test_the_same_key_is_the_same_run_even_after_it_ended(store: Store) -> None:
    await store.create_run(new_run("r1", key="k"))
    await store.append("r1", 1, [Cancelled(by="m", reason="")], fence=None)
    run, is_new = await store.create_run(new_run("r2", key="k"))
    assert (run.id, is_new) == ("r1", False)


async def test_a_subject_has_one_active_run_and_a_new_one_after_it_ended(store: Store) -> None:
    await store.create_run(new_run("r1"))
    run, is_new = await store.create_run(new_run("r2"))
    assert (run.id, is_new) == ("r1", False)
    await store.append("r1", 1, [Cancelled(by="maintainer", reason="no")], fence=None)
    run, is_new = await store.create_run(new_run("r2"))
    assert (run.id, is_new) == ("r2", True)
    other, is_new = await store.create_run(new_run("r3", number=8))
    assert (other.id, is_new) == ("r3", True)


async def test_of_many_who_begin_a_run_of_one_subject_at_once_one_does(store: Store) -> None:
    made = await asyncio.gather(*(store.create_run(new_run(f"r{n}")) for n in range(20)))
    assert sum(is_new for _, is_new in made) == 1
    assert len({run.id for run, _ in made}) == 1


async def test_lists_show_the_newest_run_first(store: Store) -> None:
    for name, number in (("b", 1), ("c", 2), ("a", 3)):
        await store.create_run(new_run(name, number=number))
    assert [run.id for run in await store.runs()] == ["a", "c", "b"]
    assert [run.id for run in await store.runs(limit=1)] == ["a"]


async def test_lists_show_those_that_ended_or_those_that_did_not(store: Store) -> None:
    endings: list[list[Entry]] = [
        [STEP],
        [Cancelled(by="m", reason="")],
        PARKED,
        [RunCompleted(output={})],
        [RunFailed(failure=FAILURE)],
    ]
    for n, ending in enumerate(endings):
        await store.create_run(new_run(f"r{n}", number=n))
        await store.append(f"r{n}", 1, ending, (await held(store, f"r{n}")).fence)
    await store.create_run(new_run("r5", number=5))
    assert [run.id for run in await store.runs(ended=True)] == ["r4", "r3", "r1"]
    assert [run.id for run in await store.runs(ended=False)] == ["r5", "r2", "r0"]
    assert [run.id for run in await store.runs(1, ended=True)] == ["r4"]
    assert [run.id for run in await store.runs(2, ended=False)] == ["r5", "r2"]


async def test_the_last_run_of_a_subject_is_its_newest(store: Store) -> None:
    assert await store.last_run("octo/reds#7") is None
    await store.create_run(new_run("r1"))
    await store.append("r1", 1, [Cancelled(by="m", reason="")], fence=None)
    await store.create_run(new_run("r2"))
    last = await store.last_run("octo/reds#7")
    assert last is not None
    assert last.id == "r2"


async def test_questions_wait_for_nobody_and_are_listed_with_what_else_was_asked_for(store: Store) -> None:
    await store.create_run(new_run("r1"))
    for name in ("q1", "q2"):
        new = new_run(name)
        asked = new.trigger.model_copy(update={"workflow": "ask"})
        _, is_new = await store.create_run(new.model_copy(update={"trigger": asked}))
        assert is_new
    await store.create_run(new_run("r2", number=70))
    assert [run.id for run in await store.runs_about("octo/reds#7")] == ["q2", "q1", "r1"]
    assert [run.id for run in await store.runs_about("octo/reds#7", 1)] == ["q2"]
    last = await store.last_run("octo/reds#7")
    assert last is not None
    assert last.id == "r1"


async def test_an_unknown_run_is_gone(store: Store) -> None:
    with pytest.raises(Gone):
        await store.run("nobody")
    with pytest.raises(Gone):
        await store.rows("nobody")
    with pytest.raises(Gone):
        await store.append("nobody", 0, [STEP], fence=None)
    assert await store.claim("nobody", "worker", LONG) is None


# --- the journal ---


async def test_rows_come_back_as_they_were_written_and_in_order(store: Store) -> None:
    lease = await begun(store)
    written: list[Entry] = [
        StepStarted(path="fix/plan"),
        StepFailed(path="fix/plan", attempt=1, failure=FAILURE),
        Recorded(path="fix/plan", name="turn", value={"text": "é \u0000 \U0001f940", "n": [1, 2.5, None]}),
        STEP,
    ]
    await store.append("r1", 1, written[:3], lease.fence)
    await store.append("r1", 4, written[3:], lease.fence)
    rows = await store.rows("r1")
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [row.entry for row in rows[1:]] == written
    assert all(before.at <= after.at for before, after in itertools.pairwise(rows))
    assert [row.seq for row in await store.rows("r1", after=3)] == [4, 5]
    assert await store.rows("r1", after=5) == []


async def test_how_a_run_stands_is_told_without_its_rows(store: Store) -> None:
    with pytest.raises(Gone):
        await store.last("nobody")
    lease = await begun(store)
    assert await store.last("r1") == (1, RunStatus.QUEUED)
    await store.append("r1", 1, [StepStarted(path="fix/plan"), STEP], lease.fence)
    assert await store.last("r1") == (3, RunStatus.RUNNING)
    await store.append("r1", 3, [Cancelled(by="m", reason="enough")], fence=None)
    assert await store.last("r1") == (4, RunStatus.CANCELLED)


async def test_what_json_has_no_number_for_comes_back_as_the_number_it_was(store: Store) -> None:
    lease = await begun(store)
    odd = StepCompleted(path="fix/plan", output={"n": [math.inf, -math.inf, math.nan]})
    await store.append("r1", 1, [odd], lease.fence)
    (row,) = await store.rows("r1", after=1)
    assert repr(row.entry) == repr(odd)


async def test_half_a_character_is_refused_and_nothing_is_written(store: Store) -> None:
    lease = await begun(store)
    half = Recorded(path="fix/plan", name="turn", value={"text": "\ud800"})
    with pytest.raises(OperatorProblem, match="recorded row cannot be kept, for it has half a character"):
        await store.append("r1", 1, [STEP, half], lease.fence)
    assert len(await store.rows("r1")) == 1
    await store.append("r1", 1, [STEP], lease.fence)


async def test_long_rows_come_back_as_they_were_written(store: Store) -> None:
    lease = await begun(store)
    long = Recorded(path="fix/plan", name="turn", value={"text": "é \u0000 \U0001f940" * 100_000})
    await store.append("r1", 1, [STEP, long], lease.fence)
    await store.append("r1", 3, [long, STEP], lease.fence)
    assert [row.entry for row in (await store.rows("r1"))[1:]] == [STEP, long, long, STEP]
    assert [row.entry for row in await store.rows("r1", after=3)] == [long, STEP]


async def test_an_append_after_another_row_than_the_last_conflicts(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, [STEP], lease.fence)
    for stale in (0, 1, 3):
        with pytest.raises(Conflict):
            await store.append("r1", stale, [STEP], lease.fence)
    assert len(await store.rows("r1")) == 2


async def test_of_two_who_append_at_once_one_wins(store: Store) -> None:
    lease = await begun(store)
    done = await asyncio.gather(
        *(store.append("r1", 1, [Recorded(path="p", name=str(n), value=n)], lease.fence) for n in range(10)),
        return_exceptions=True,
    )
    assert sum(result is None for result in done) == 1
    assert sum(isinstance(result, Conflict) for result in done) == 9
    assert len(await store.rows("r1")) == 2


async def test_a_run_that_ended_takes_no_more_rows(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, [RunCompleted(output={})], lease.fence)
    for fence in (lease.fence, None):
        with pytest.raises(Conflict, match="has ended"):
            await store.append("r1", 2, [STEP], fence)


async def test_a_failing_append_does_not_spoil_its_neighbours(store: Store) -> None:
    leases: list[Lease] = []
    for n in range(20):
        await store.create_run(new_run(f"r{n}", number=n))
        leases.append(await held(store, f"r{n}"))
    done = await asyncio.gather(
        *(store.append(f"r{n}", n % 2, [STEP], lease.fence) for n, lease in enumerate(leases)),
        return_exceptions=True,
    )
    assert [isinstance(result, Conflict) for result in done] == [n % 2 == 0 for n in range(20)]
    assert [len(await store.rows(f"r{n}")) for n in range(20)] == [1 + n % 2 for n in range(20)]


# --- how a run stands ---


@pytest.mark.parametrize(
    ("entries", "status", "path"),
    [
        ([StepStarted(path="fix/a")], RunStatus.RUNNING, "fix/a"),
        ([STEP, StepStarted(path="fix/b")], RunStatus.RUNNING, "fix/b"),
        ([StepStarted(path="fix/a"), Suspended(path="fix/b", waits_for="X")], RunStatus.RUNNING, "fix/b"),
        ([STEP, Slept(path="fix/b", until=datetime(2099, 1, 1, tzinfo=UTC))], RunStatus.RUNNING, "fix/b"),
        ([STEP, Woke(path="fix/b")], RunStatus.RUNNING, "fix/b"),
        ([Suspended(path="fix/b", waits_for="X"), RunParked()], RunStatus.SUSPENDED, "fix/b"),
        ([STEP, RunParked(wake_at=datetime(2099, 1, 1, tzinfo=UTC))], RunStatus.SUSPENDED, "fix/plan"),
        ([STEP, RunCompleted(output=None)], RunStatus.COMPLETED, "fix/plan"),
        ([RunFailed(failure=FAILURE)], RunStatus.FAILED, ""),
        ([Cancelled(by="m", reason="r")], RunStatus.CANCELLED, ""),
    ],
    ids=lambda value: value.value if isinstance(value, RunStatus) else "",
)
async def test_status_and_place_are_read_off_the_journal(
    store: Store, entries: list[Entry], status: RunStatus, path: str
) -> None:
    lease = await begun(store)
    before = await store.run("r1")
    await asyncio.sleep(0.005)
    await store.append("r1", 1, entries, lease.fence)
    run = await store.run("r1")
    assert (run.status, run.path) == (status, path)
    assert run.created_at == before.created_at < run.updated_at


async def test_a_resumed_run_is_queued_again_and_keeps_running_once_it_is_taken_up(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, PARKED, lease.fence)
    assert await store.claim("r1", "another", LONG) is None, "nobody can do anything about a suspended run"
    await store.append("r1", 3, [ANSWER], fence=None)
    assert (await store.run("r1")).status is RunStatus.QUEUED
    taken = await held(store)
    await store.append("r1", 4, [STEP], taken.fence)
    await store.append("r1", 5, [STEP], taken.fence)
    assert (await store.run("r1")).status is RunStatus.RUNNING


async def test_live_runs_are_those_that_have_not_ended(store: Store) -> None:
    endings: list[list[Entry]] = [[Cancelled(by="m", reason="")], PARKED, [STEP]]
    for n, ending in enumerate(endings):
        await store.create_run(new_run(f"r{n}", number=n))
        await store.append(f"r{n}", 1, ending, (await held(store, f"r{n}")).fence)
    assert await store.live_runs() == {"r1", "r2"}


# --- leases ---


@pytest.mark.parametrize("workers", [["same"] * 10, list("abcdefghij")], ids=["one name", "ten names"])
async def test_a_lease_is_not_granted_twice(store: Store, workers: list[str]) -> None:
    await store.create_run(new_run())
    claims = await asyncio.gather(*(store.claim("r1", worker, LONG) for worker in workers))
    assert sum(claim is not None for claim in claims) == 1


async def test_an_expired_lease_is_granted_to_another_and_the_first_can_write_no_more(store: Store) -> None:
    await store.create_run(new_run())
    first = await held(store, seconds=SHORT)
    await asyncio.sleep(SHORT * 2)
    second = await held(store)
    assert second.fence > first.fence
    with pytest.raises(Conflict):
        await store.append("r1", 1, [STEP], first.fence)
    with pytest.raises(Conflict):
        await store.renew(first, LONG)
    await store.release(first)
    assert await store.claim("r1", "third", LONG) is None, "the release of a lost lease released another's"
    await store.append("r1", 1, [STEP], second.fence)


async def test_a_lease_that_expired_still_writes_while_nobody_else_has_claimed(store: Store) -> None:
    await store.create_run(new_run())
    lease = await held(store, seconds=SHORT)
    await asyncio.sleep(SHORT * 2)
    await store.append("r1", 1, [STEP], lease.fence)


async def test_a_renewed_lease_lasts_longer(store: Store) -> None:
    await store.create_run(new_run())
    lease = await held(store, seconds=SHORT)
    await store.renew(lease, LONG)
    await asyncio.sleep(SHORT * 2)
    assert await store.claim("r1", "another", LONG) is None


async def test_a_released_run_can_be_claimed_at_once(store: Store) -> None:
    lease = await begun(store)
    await store.release(lease)
    assert (await held(store)).fence > lease.fence


async def test_a_run_that_ended_cannot_be_claimed_and_its_holder_may_still_renew(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, [RunCompleted(output={})], lease.fence)
    await store.renew(lease, LONG)
    await store.release(lease)
    assert await store.claim("r1", "another", LONG) is None


async def test_a_parked_run_is_free_for_whoever_comes_once_it_is_resumed(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, PARKED, lease.fence)
    await store.renew(lease, LONG)
    await store.append("r1", 3, [ANSWER], fence=None)
    await store.renew(lease, LONG)
    await held(store)


async def test_an_answer_leaves_the_lease_to_whoever_is_busy_elsewhere_in_the_run(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, [Suspended(path="fix/review", waits_for="Approval")], lease.fence)
    await store.append("r1", 2, [ANSWER], fence=None)
    assert await store.claim("r1", "another", LONG) is None
    with pytest.raises(Conflict):
        await store.append("r1", 2, [RunParked()], lease.fence)
    await store.renew(lease, LONG)
    await store.append("r1", 3, [STEP], lease.fence)
    assert (await store.run("r1")).status is RunStatus.RUNNING


async def test_a_lease_that_was_given_back_is_not_renewed(store: Store) -> None:
    lease = await begun(store)
    await store.release(lease)
    await store.renew(lease, LONG)
    await held(store)


async def test_a_cancellation_needs_no_lease_and_stops_the_holder(store: Store) -> None:
    lease = await begun(store)
    await store.append("r1", 1, [Cancelled(by="maintainer", reason="no longer wanted")], fence=None)
    assert (await store.run("r1")).status is RunStatus.CANCELLED
    with pytest.raises(Conflict):
        await store.append("r1", 1, [STEP], lease.fence)
    with pytest.raises(Conflict, match="cancelled"):
        await store.renew(lease, LONG)


async def test_it_says_what_is_there(store: Store) -> None:
    assert await store.check()


# --- a repository that has another name now ---


async def test_runs_go_with_their_repository(store: Store) -> None:
    for run, number, tenant in (("r1", 7, "octo/reds"), ("r2", 8, "octo/reds"), ("r3", 7, "octo/reds-2")):
        await store.create_run(new_run(run, number=number, tenant=tenant))
    assert await store.move_runs("octo/reds", "cat/blues") == 2
    assert [run.id for run in await store.runs_about("cat/blues#7")] == ["r1"]
    assert (await store.run("r2")).trigger.tenant.repository == "cat/blues"
    assert [due.id for due in await store.due_runs(5, tenant="cat/blues")] == ["r1", "r2"]
    assert await store.runs_about("octo/reds#7") == []
    assert [run.id for run in await store.runs_about("octo/reds-2#7")] == ["r3"]
    # Its issue has one run, by whichever name.
    found, new = await store.create_run(new_run("r4", tenant="cat/blues"))
    assert (found.id, new) == ("r1", False)
    assert await store.move_runs("octo/reds", "cat/blues") == 0


async def test_a_run_that_is_active_under_the_new_name_stays_the_only_one(store: Store) -> None:
    await store.create_run(new_run("r1"))
    await store.create_run(new_run("r2", tenant="cat/blues"))
    assert await store.move_runs("octo/reds", "cat/blues") == 0
    assert [run.id for run in await store.runs_about("cat/blues#7")] == ["r2"]
    lease = await held(store, "r1")
    await store.append("r1", 1, [RunFailed(failure=FAILURE)], lease.fence)
    assert await store.move_runs("octo/reds", "cat/blues") == 1
    assert [run.id for run in await store.runs_about("cat/blues#7")] == ["r2", "r1"]
