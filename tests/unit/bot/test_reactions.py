"""What is done about a delivery: a run is begun or told something, people are answered, and twice is once."""

from __future__ import annotations

import pytest

from bot.reacting.ground import Outcome
from bot.starting import run_id
from bot.store.port import DeliveryState
from policies.effects import CommitRef, PullRequestRef
from tests.security.house import Attacked, person
from tests.unit.bot.stages import case
from workflows.case import Proposed
from workflows.engine.entries import Resumed, StepCompleted, Suspended
from workflows.engine.status import RunStatus

WRITER = person("the-write")


async def waiting(house: Attacked) -> str:
    """A run that has opened #8 and waits for its review."""
    run = (await house.labels(WRITER)).run
    proposed = Proposed(
        case=case(),
        commit=CommitRef(ref="c", sha="c" * 40, branch="redfirst/7-total"),
        pull_request=PullRequestRef(ref="8", number=8),
        proof="d" * 64,
    )
    opened = StepCompleted(path="fix/propose", output=proposed.model_dump(mode="json"))
    await house.store.append(run, 1, [opened, Suspended(path="fix/review", waits_for="Review")], None)
    return run


async def closes(
    house: Attacked,
    *,
    number: int = 8,
    repository: str = "octo/reds",
    head: str = "octo/reds",
    who: dict[str, object] = WRITER,
    delivery: str = "",
) -> Outcome:
    pull = {
        "number": number,
        "merged": True,
        "head": {"ref": "redfirst/7-total", "repo": {"full_name": head}},
    }
    payload: dict[str, object] = {
        "action": "closed",
        "sender": who,
        "repository": {"full_name": repository},
        "pull_request": pull,
    }
    return await house.deliver("pull_request", payload, delivery)


async def resumed(house: Attacked, run: str) -> bool:
    return any(isinstance(row.entry, Resumed) for row in await house.store.rows(run))


async def test_a_run_that_is_begun_is_told_by_a_reaction_on_what_asked_for_it() -> None:
    house = Attacked()
    outcome = await house.comments(WRITER, "/agent fix")
    assert outcome.state is DeliveryState.HANDLED
    assert outcome.run == run_id("delivery-1")
    (reaction,) = house.forge.reactions.values()
    assert (reaction.issue, reaction.comment, reaction.content) == (7, 42, "eyes")


async def test_a_second_run_on_an_issue_is_not_begun_and_says_so() -> None:
    house = Attacked()
    first = await house.labels(WRITER)
    second = await house.comments(WRITER, "/agent fix")
    assert (second.run, second.said) == ("", f"run {first.run} is active already")
    assert "no second one was started" in next(iter(house.forge.comments.values())).body


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("/agent help", "I write a test that fails"),
        ("/agent status", "There has been no run here yet."),
        ("/agent fux", "Did you mean `/agent fix`?"),
        ("/agent fix --fast", "I do not know the option `--fast`."),
    ],
)
async def test_anyone_is_answered(body: str, answer: str) -> None:
    house = Attacked()
    outcome = await house.comments(person("the-none"), body)
    assert outcome.state is DeliveryState.HANDLED
    (comment,) = house.forge.comments.values()
    assert answer in comment.body


async def test_the_status_is_that_of_the_last_run_on_the_issue() -> None:
    house = Attacked()
    outcome = await house.labels(WRITER)
    await house.comments(person("the-none"), "/agent status")
    (comment,) = house.forge.comments.values()
    assert comment.body == f"The run is **queued**, at `fix`.\n\n<sub>run `{outcome.run}`</sub>"


async def test_what_is_not_for_us_is_ignored_with_the_reason() -> None:
    house = Attacked()
    outcome = await house.deliver("ping", {})
    assert outcome == Outcome(DeliveryState.IGNORED, "ping events are not read")


async def test_the_end_of_its_pull_request_resumes_a_run() -> None:
    house = Attacked()
    run = await waiting(house)
    outcome = await closes(house)
    assert outcome == Outcome(DeliveryState.HANDLED, f"resumed run {run}", run=run)
    assert (await house.store.run(run)).status is RunStatus.QUEUED


async def test_the_same_delivery_resumes_a_run_once() -> None:
    house = Attacked()
    run = await waiting(house)
    for _ in range(3):
        assert (await closes(house, delivery="d9")).run == run
    assert len([row for row in await house.store.rows(run) if isinstance(row.entry, Resumed)]) == 1


async def test_a_strangers_pull_request_from_a_fork_ends_no_wait() -> None:
    house = Attacked()
    run = await waiting(house)
    outcome = await closes(house, head="stranger/reds", who=person("stranger", 666))
    assert outcome.said == "the pull request is not one of ours"
    assert not await resumed(house, run)


async def test_another_pull_request_from_the_branch_of_a_run_ends_no_wait() -> None:
    house = Attacked()
    run = await waiting(house)
    outcome = await closes(house, number=9)
    assert outcome.state is DeliveryState.IGNORED
    assert outcome.said == "the pull request is not one of ours"
    assert not await resumed(house, run)


async def test_a_run_that_opened_nothing_yet_is_told_nothing() -> None:
    house = Attacked()
    await house.labels(WRITER)
    assert (await closes(house)).said == "the pull request is not one of ours"


async def test_a_run_of_another_repository_is_told_nothing() -> None:
    house = Attacked()
    run = await waiting(house)
    outcome = await closes(house, repository="octo/blues", head="octo/blues")
    assert outcome.said == "the pull request is not one of ours"
    assert not await resumed(house, run)


async def test_a_run_that_has_gone_on_meanwhile_is_told_nothing_more() -> None:
    house = Attacked()
    run = await waiting(house)
    await closes(house, delivery="d8")
    outcome = await closes(house, delivery="d9")
    assert outcome == Outcome(DeliveryState.IGNORED, f"run {run} does not wait for an answer")


async def test_a_branch_that_is_called_like_ours_and_is_no_runs_means_nothing() -> None:
    assert (await closes(Attacked())).state is DeliveryState.IGNORED
