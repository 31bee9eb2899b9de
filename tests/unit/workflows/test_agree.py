"""Where it was asked for, nothing is written before a person has approved the very plan that was shown."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.unit.fakes import trigger
from tests.unit.workflows.reviewed import BRANCH, Reviewed
from tests.unit.workflows.trees import Killed, Process, patient
from workflows.engine import signals
from workflows.engine.advance import advance
from workflows.engine.status import RunStatus
from workflows.errors import Who
from workflows.fix import fix
from workflows.verdicts import Opinion, PlanReview

PLANNED = trigger().model_copy(update={"options": (("plan", ""),)})
PLACE = "fix/people_first/agree/round[1]/approval"


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


async def shown() -> Reviewed:
    scene = await Reviewed().begin(PLANNED)
    assert await scene.go() is RunStatus.SUSPENDED
    return scene


async def digest(scene: Reviewed) -> str:
    return (await scene.outputs("show_plan"))[-1]["digest"]


async def approves(scene: Reviewed) -> PlanReview:
    return PlanReview(opinion=Opinion.APPROVE, by="maintainer", digest=await digest(scene))


async def test_a_plan_is_shown_and_nothing_is_written_before_it_is_approved() -> None:
    scene = await shown()
    assert signals.waiting(await scene.store.rows(scene.run)) == [PLACE]
    said = scene.forge.comments["plan"].body
    assert "it rounds down" in said
    assert await digest(scene) in said
    assert scene.model.times("author") == 0
    assert await scene.told(await approves(scene)) is RunStatus.SUSPENDED
    assert BRANCH in scene.forge.tips


async def test_without_having_been_asked_for_no_plan_is_shown() -> None:
    scene = await Reviewed().begin()
    assert await scene.go() is RunStatus.SUSPENDED
    assert "plan" not in scene.forge.comments
    assert BRANCH in scene.forge.tips


async def test_words_about_a_plan_make_another_in_the_same_comment() -> None:
    scene = await shown()
    first = await digest(scene)
    other = PlanReview(opinion=Opinion.REVISE, by="maintainer", said="It <!-- no -->truncates.")
    assert await scene.told(other) is RunStatus.SUSPENDED
    assert await digest(scene) != first
    task = scene.model.tasks("plan")[-1]
    assert "Your plan was:\nCause: it rounds down" in task
    assert task.endswith("says:\nIt truncates.")
    assert "it truncates" in scene.forge.comments["plan"].body
    assert await scene.told(await approves(scene)) is RunStatus.SUSPENDED
    assert "Cause: it truncates" in scene.model.tasks("author")[-1]


async def test_the_approval_of_another_plan_is_none_and_it_is_asked_again() -> None:
    scene = await shown()
    right = await approves(scene)
    wrong = right.model_copy(update={"digest": "0" * 12})
    assert await scene.told(wrong) is RunStatus.SUSPENDED
    assert scene.model.times("author") == 0
    assert "approved the plan 000000000000, and this one is" in scene.sticky_on(7)
    assert await scene.told(right) is RunStatus.SUSPENDED
    assert BRANCH in scene.forge.tips


async def test_a_plan_that_is_never_right_comes_to_its_limit() -> None:
    scene = await shown()
    wrong = PlanReview(opinion=Opinion.APPROVE, by="maintainer", digest="0" * 12)
    for _ in range(4):
        assert await scene.told(wrong) is RunStatus.SUSPENDED
    assert await scene.told(wrong) is RunStatus.FAILED
    assert (await scene.failure()).count == 5


async def test_a_plan_that_nobody_reads_ends_the_run_after_a_week() -> None:
    scene = await Reviewed().begin(PLANNED)

    async def after(days: int) -> RunStatus | None:
        scene.clock.now += days * 86_400
        now = scene.clock.moment
        return await advance(
            fix, scene.run, store=scene.store, ports=scene.ports, worker="a", lease_seconds=30, now=now
        )

    assert await after(0) is RunStatus.SUSPENDED
    assert await after(6) is None
    assert await after(2) is RunStatus.FAILED
    failure = await scene.failure()
    assert failure.who is Who.USER
    assert failure.sentence == f"nobody approved the plan {await digest(scene)} within 7 days"
    assert scene.forge.tips == {}


async def test_killed_at_any_row_after_the_approval_it_comes_to_the_same() -> None:
    async def approved() -> Reviewed:
        scene = await shown()
        other = PlanReview(opinion=Opinion.REVISE, by="maintainer", said="It truncates.")
        await signals.resume(scene.store, fix, scene.run, other, by="maintainer", key="d2")
        return scene

    calm = await approved()
    counting = Process(calm.store)
    await calm.go(counting)
    for at in range(1, counting.commits + 1):
        for after in (False, True):
            scene = await approved()
            with pytest.raises(Killed):
                await scene.go(Process(scene.store, dies_at=at, after=after))
            scene.clock.now += 1_000
            await scene.go()
            assert await digest(scene) == await digest(calm)
            assert await scene.told(await approves(scene)) is RunStatus.SUSPENDED
            assert len(scene.forge.pulls) == 1
