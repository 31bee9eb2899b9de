"""Which pull requests are proved again when somebody pushes, and what becomes of those that are at it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot import aside, halted
from bot.blobs import MemoryBlobs
from bot.evidence import standing
from bot.reacting.ground import Outcome
from bot.starting import run_id
from bot.store.port import DeliveryState, Run
from policies.effects import Conclusion, ReportCheck
from policies.facts import Permission
from tests.security.house import BOT_ID, Attacked, person
from tests.unit.bot.stages import AGAIN, OURS, proposed, proves_again
from tests.unit.fakes import door
from tests.unit.workflows.proved import proof
from workflows.case import Proposed
from workflows.engine import signals
from workflows.engine.entries import Recorded, Row, RunParked, StepCompleted, Suspended
from workflows.engine.status import RunStatus
from workflows.ports.forge import PullRequest
from workflows.proof.red import Red

WRITER, OURSELVES = person("the-write"), person("redfirst[bot]", BOT_ID, "Bot")
BRANCH = "redfirst/7-total"
THEIRS, NEWER = "1" * 40, "2" * 40
AT_BASE, MOVED = "b" * 40, "3" * 40


def by_the_writer(number: int, digest: str = "d" * 64) -> Proposed:
    left = proposed(number, digest)
    trigger = left.case.trigger
    actor = trigger.actor.model_copy(update={"login": "the-write"})
    asked = trigger.model_copy(update={"actor": actor})
    return left.model_copy(update={"case": left.case.model_copy(update={"trigger": asked})})


async def opened(house: Attacked, number: int = 8, digest: str = "d" * 64, *, rests: bool = True) -> str:
    """A run about the issue before it that has opened a pull request, and waits for its review."""
    issue = {"number": number - 1, "title": "Total is off", "body": "It says 3.", "html_url": "https://x/7"}
    run = (await house.labels(WRITER, issue=issue)).run
    left = by_the_writer(number, digest).model_dump(mode="json")
    rows = [StepCompleted(path="fix/propose", output=left)]
    waits = [Suspended(path="fix/review", waits_for="Review"), RunParked()] if rests else []
    await house.store.append(run, 1, [*rows, *waits], None)
    branch = f"redfirst/{number - 1}-total"
    house.forge.pull_requests[number] = PullRequest(
        number=number, title="Fix", branch=branch, sha=OURS, base_branch="main", base_sha=AT_BASE
    )
    house.forge.tips |= {branch: OURS, "main": AT_BASE}
    return run


async def pushes(
    house: Attacked, to: str = THEIRS, *, by: dict[str, object] = WRITER, delivery: str = ""
) -> Outcome:
    if BRANCH in house.forge.tips:
        house.forge.tips[BRANCH] = to
    head = {"ref": BRANCH, "sha": to, "repo": {"full_name": "octo/reds"}}
    pull = {"number": 8, "head": head}
    payload = house.about(by) | {"action": "synchronize", "pull_request": pull}
    return await house.deliver("pull_request", payload, delivery)


async def moves(house: Attacked, branch: str = "main", *, delivery: str = "") -> Outcome:
    house.forge.tips[branch] = MOVED
    payload = house.about(WRITER) | {"ref": f"refs/heads/{branch}", "after": MOVED}
    return await house.deliver("push", payload, delivery)


async def saw(house: Attacked, run: str, head: str, base: str = AT_BASE) -> None:
    """The run has begun, and this is what it works on."""
    trigger = (await house.store.run(run)).trigger
    await house.store.append(run, 1, proves_again(trigger, by_the_writer(8), head, base), None)


def told(house: Attacked) -> list[ReportCheck]:
    return [effect for effect in house.forge.tended if isinstance(effect, ReportCheck)]


async def test_a_commit_of_a_person_has_it_proved_again_beside_the_run_that_waits() -> None:
    house = Attacked()
    waiting = await opened(house)
    outcome = await pushes(house, delivery="d1")
    run = await house.store.run(run_id("d1/proof/8"))
    assert outcome == Outcome(DeliveryState.HANDLED, f"#8 is proved again: run {run.id}", run=run.id)
    assert (run.workflow, run.trigger.subject, run.trigger.actor.login) == (
        "reverify",
        "octo/reds#8/proof",
        "the-write",
    )
    assert (await house.store.run(waiting)).status is RunStatus.SUSPENDED
    last = await house.store.last_run("octo/reds#7")
    assert last is not None
    assert last.id == waiting
    assert await house.store.last_run("octo/reds#8") is None


async def test_the_same_delivery_starts_one_run() -> None:
    house = Attacked()
    await opened(house)
    first = [await pushes(house, delivery="d1") for _ in range(3)]
    assert len({outcome.run for outcome in first}) == 1
    assert await house.runs() == 2


async def test_what_was_proven_as_it_is_is_not_proved_again() -> None:
    house = Attacked()
    await opened(house)
    assert (await pushes(house, OURS)).said == "#8 is as it was proven"
    assert await house.runs() == 1


async def test_a_revision_of_ours_on_a_base_that_has_moved_is_proved_on_the_newest_and_once() -> None:
    house = Attacked()
    await opened(house)
    house.forge.tips["main"] = MOVED
    run = (await pushes(house, OURS, by=OURSELVES)).run
    assert (await house.store.run(run)).workflow == "reverify"
    await saw(house, run, OURS, MOVED)
    outcome = await pushes(house, OURS, by=OURSELVES, delivery="redelivered")
    assert outcome.said == f"#8: run {run} has seen that"
    assert await house.runs() == 2


async def test_a_revision_of_ours_on_the_newest_base_has_its_own_proof() -> None:
    house = Attacked()
    await opened(house)
    assert (await pushes(house, OURS, by=OURSELVES)).said == "#8 is as it was proven"
    assert await house.runs() == 1


async def test_a_pull_request_that_no_run_of_ours_opened_means_nothing() -> None:
    house = Attacked()
    assert (await pushes(house)).said == "the pull request is not one of ours"


async def test_a_commit_while_its_run_is_at_work_waits_for_what_that_says() -> None:
    house = Attacked()
    run = await opened(house, rests=False)
    outcome = await pushes(house)
    assert (outcome.state, outcome.run) == (DeliveryState.HELD, run)


async def test_a_closed_pull_request_is_left_alone() -> None:
    house = Attacked()
    await opened(house)
    closed = house.forge.pull_requests[8].model_copy(update={"is_open": False})
    house.forge.pull_requests[8] = closed
    assert (await pushes(house)).said == "#8 is over"
    assert (await moves(house)).said == "no pull request of ours is for main"


async def test_a_run_that_is_on_an_older_commit_makes_way_and_leaves_no_check_that_goes_on() -> None:
    house = Attacked()
    await opened(house)
    first = (await pushes(house)).run
    await saw(house, first, THEIRS)
    second = (await pushes(house, NEWER)).run
    assert second not in {"", first}
    assert (await house.store.run(first)).status is RunStatus.CANCELLED
    (check,) = told(house)
    assert (check.sha, check.key, check.conclusion) == (THEIRS, f"{first}/check", Conclusion.NEUTRAL)


async def test_a_run_that_has_not_looked_yet_makes_way_too_since_nobody_knows_what_it_will_see() -> None:
    house = Attacked()
    await opened(house)
    first, second = [(await pushes(house, sha)).run for sha in (THEIRS, NEWER)]
    assert (await house.store.run(first)).status is RunStatus.CANCELLED
    assert (await house.store.run(second)).status is RunStatus.QUEUED
    assert told(house) == []


async def test_what_a_run_has_seen_already_is_not_looked_at_twice() -> None:
    house = Attacked()
    await opened(house)
    first = (await pushes(house, NEWER)).run
    await saw(house, first, NEWER)
    outcome = await pushes(house, NEWER, delivery="an older push that comes late")
    assert outcome.said == f"#8: run {first} has seen that"
    assert await house.runs() == 2


async def test_a_base_that_moves_has_all_that_are_for_it_proved_again_the_cheapest_first() -> None:
    house = Attacked(blobs=MemoryBlobs())
    for number, seconds in ((8, 9.0), (12, 1.0), (16, 5.0)):
        red = Red(tests=("t",), files=("t.py",), assertion="a", runs=3, seconds=(seconds,))
        kept = await house.blobs.put(proof(red=red).model_dump_json().encode())
        await opened(house, number, kept)
    outcome = await moves(house, delivery="d1")
    runs = [run.trigger.issue.number for run in await house.store.runs() if run.workflow == "reverify"]
    assert runs == [8, 16, 12]  # the newest first, so the cheapest was begun first
    assert outcome.said.startswith(f"#12 is proved again: run {run_id('d1/proof/12')}; #16 ")
    assert (await moves(house, delivery="d1")).said == outcome.said
    assert await house.runs() == 6


async def test_a_branch_that_nothing_of_ours_is_for_may_move_as_it_likes() -> None:
    house = Attacked()
    await opened(house)
    assert (await moves(house, "develop")).said == "no pull request of ours is for develop"
    assert await house.runs() == 1


async def test_a_pull_request_that_is_for_another_base_now_is_proved_on_that() -> None:
    house = Attacked()
    await opened(house)
    pull = house.forge.pull_requests[8]
    house.forge.pull_requests[8] = pull.model_copy(update={"base_branch": "next"})
    house.forge.tips["next"] = AT_BASE
    assert (await pushes(house, OURS)).run


async def test_a_run_that_is_put_aside_says_so_in_its_check_and_not_in_the_comment_of_another() -> None:
    house = Attacked()
    await opened(house)
    run = (await pushes(house)).run
    await saw(house, run, THEIRS)
    house.forge.comments.clear()
    proves = standing(await house.store.rows(run))
    await aside.tell(door(house.forge, house.store), await house.store.run(run), 10, proves)
    (check,) = told(house)
    assert (check.sha, check.key, check.conclusion) == (THEIRS, f"{run}/check", Conclusion.NEUTRAL)
    assert "tried 10 times" in check.summary
    assert house.forge.comments == {}


async def cancelled(house: Attacked, run: str) -> tuple[Run, Sequence[Row]]:
    await signals.cancel(house.store, run, by="operator", reason="it takes @everybody's time")
    return await house.store.run(run), await house.store.rows(run)


async def test_a_run_that_is_stopped_by_hand_leaves_no_check_that_goes_on() -> None:
    house = Attacked()
    await opened(house)
    run = (await pushes(house)).run
    await saw(house, run, THEIRS)
    assert await halted.tell(door(house.forge, house.store), *await cancelled(house, run))
    (check,) = told(house)
    assert (check.sha, check.key, check.conclusion) == (THEIRS, f"{run}/check", Conclusion.CANCELLED)
    assert check.title.startswith("stopped: it takes ")
    assert "@everybody" not in check.title + check.summary
    assert "It is proved again with the next commit" in check.summary


@pytest.mark.parametrize("shown", [False, True], ids=["not begun", "its verdict is there"])
async def test_a_check_that_is_not_there_or_has_its_verdict_is_left_alone(*, shown: bool) -> None:
    house = Attacked()
    await opened(house)
    run = (await pushes(house)).run
    if shown:
        await saw(house, run, THEIRS)
        verdict = Recorded(path=f"{AGAIN}/show_verdict", name="effect", value=None)
        await house.store.append(run, 3, [verdict], None)
    assert not await halted.tell(door(house.forge, house.store), *await cancelled(house, run))
    assert told(house) == []


async def test_a_fix_that_is_stopped_by_hand_says_so_in_its_comment() -> None:
    house = Attacked()
    run = await opened(house)
    assert await halted.tell(door(house.forge, house.store), *await cancelled(house, run))
    (said,) = [comment.body for comment in house.forge.comments.values() if run in comment.body]
    assert said.startswith("### Redfirst stopped")


async def test_it_is_proved_again_with_the_right_of_whoever_asked_for_the_fix_and_not_without() -> None:
    house = Attacked()
    await opened(house)
    house.forge.people["the-write"] = Permission.READ
    outcome = await pushes(house)
    assert "#8: refused: only people with write permission may start work" in outcome.said
    assert await house.runs() == 1
