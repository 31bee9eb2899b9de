"""Runs that are there already: told what they wait for, stopped, tried again, or gone on with by another."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from bot.reacting.ground import Outcome
from bot.starting import run_id
from bot.store.port import DeliveryState
from policies.effects import CommitRef, PullRequestRef
from tests.security.house import Attacked, person
from tests.unit.bot.stages import case, planned
from tests.unit.fakes import issue
from workflows.case import PlanShown, Proposed
from workflows.engine.entries import Entry, Resumed, RunCompleted, RunFailed, StepCompleted, Suspended
from workflows.engine.status import RunStatus
from workflows.errors import Failure, Who
from workflows.review import PlanReview, Review, Verdict

WRITER = person("the-write")
READER = person("the-read", 2)
DIGEST = "0123456789ab"
BRANCH = "redfirst/7-total"
SHA = "c" * 40


def proposed() -> Proposed:
    return Proposed(
        case=case(),
        commit=CommitRef(ref=SHA, sha=SHA, branch=BRANCH),
        pull_request=PullRequestRef(ref="8", number=8),
        proof="d" * 64,
    )


async def begun(house: Attacked, *entries: Entry) -> str:
    run = (await house.labels(WRITER)).run
    if entries:
        await house.store.append(run, 1, list(entries), None)
    house.forge.comments.clear()
    house.forge.reactions.clear()
    return run


async def with_a_plan(house: Attacked) -> str:
    shown = PlanShown(planned=planned(), digest=DIGEST)
    return await begun(
        house,
        StepCompleted(path="fix/people_first/agree/round[1]/show_plan", output=shown.model_dump(mode="json")),
        Suspended(path="fix/people_first/agree/round[1]/approval", waits_for="PlanReview"),
    )


def opened() -> StepCompleted:
    return StepCompleted(path="fix/propose", output=proposed().model_dump(mode="json"))


async def with_a_pull_request(house: Attacked) -> str:
    house.forge.tips[BRANCH] = SHA
    return await begun(house, opened(), Suspended(path="fix/review", waits_for="Review"))


async def ended(house: Attacked) -> str:
    pull: JsonValue = {"ref": "8", "number": 8}
    output: JsonValue = {"pull_request": pull, "proof": "d", "verdict": "approved", "by": "x"}
    return await begun(house, opened(), RunCompleted(output=output))


async def comments_on_pull(house: Attacked, body: str, run: str, who: dict[str, object] = WRITER) -> Outcome:
    on_pull = {
        "number": 8,
        "title": "Fix #7",
        "body": f"x\n\n<!-- redfirst run={run} -->",
        "pull_request": {"url": "x"},
    }
    return await house.comments(who, body, issue=on_pull)


async def reviews(
    house: Attacked, run: str, state: str, who: dict[str, object] = WRITER, number: int = 8
) -> Outcome:
    pull = {
        "number": number,
        "title": "Fix #7",
        "body": f"x\n\n<!-- redfirst run={run} -->",
        "head": {"ref": BRANCH, "repo": {"full_name": "octo/reds"}},
    }
    review = {"id": 5, "state": state, "body": "not so"}
    about = {k: v for k, v in house.about(who).items() if k != "issue"}
    said = {"action": "submitted", "pull_request": pull, "review": review}
    return await house.deliver("pull_request_review", about | said)


async def told(house: Attacked, run: str) -> list[Resumed]:
    return [row.entry for row in await house.store.rows(run) if isinstance(row.entry, Resumed)]


def answer_of(house: Attacked) -> str:
    (comment,) = house.forge.comments.values()
    return comment.body


# --- plans ------------------------------------------------------------------------------------------------


async def test_a_plan_is_approved_by_its_digest() -> None:
    house = Attacked()
    run = await with_a_plan(house)
    outcome = await house.comments(WRITER, f"/agent approve {DIGEST[:7]}")
    assert outcome == Outcome(DeliveryState.HANDLED, f"resumed run {run}", run)
    (resumed,) = await told(house, run)
    assert PlanReview.model_validate(resumed.payload).digest == DIGEST
    assert [reaction.comment for reaction in house.forge.reactions.values()] == [42]


@pytest.mark.parametrize("digest", ["fedcba9876", "012345", "0", DIGEST + "0"])
async def test_another_plan_is_not_approved_and_the_right_one_is_named(digest: str) -> None:
    house = Attacked()
    run = await with_a_plan(house)
    await house.comments(WRITER, f"/agent approve {digest}")
    assert await told(house, run) == []
    assert f"`/agent approve {DIGEST}`" in answer_of(house)


async def test_a_reader_approves_nothing() -> None:
    house = Attacked()
    run = await with_a_plan(house)
    outcome = await house.comments(READER, f"/agent approve {DIGEST}")
    assert outcome.said.startswith("refused")
    assert await told(house, run) == []


async def test_a_plan_is_sent_back_with_words() -> None:
    house = Attacked()
    run = await with_a_plan(house)
    await house.comments(WRITER, "/agent revise keep the name")
    (resumed,) = await told(house, run)
    assert PlanReview.model_validate(resumed.payload).said == "keep the name"


async def test_a_rejected_plan_ends_its_run() -> None:
    house = Attacked()
    run = await with_a_plan(house)
    await house.comments(WRITER, "/agent reject too much")
    assert (await house.store.run(run)).status is RunStatus.CANCELLED
    assert "rejected the plan: too much" in house.forge.comments["progress"].body


async def test_a_run_that_shows_no_plan_is_not_rejected() -> None:
    house = Attacked()
    run = await begun(house)
    await house.comments(WRITER, "/agent reject")
    assert not (await house.store.run(run)).status.ended


async def test_an_approval_without_a_plan_is_answered() -> None:
    house = Attacked()
    await begun(house)
    await house.comments(WRITER, f"/agent approve {DIGEST}")
    assert "No plan waits" in answer_of(house)


# --- pull requests of ours --------------------------------------------------------------------------------


async def test_requested_changes_are_told_to_the_run() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await reviews(house, run, "changes_requested")
    (resumed,) = await told(house, run)
    review = Review.model_validate(resumed.payload)
    assert (review.verdict, review.said, review.review) == (Verdict.CHANGES_REQUESTED, "not so", 5)


@pytest.mark.parametrize("state", ["approved", "changes_requested"])
async def test_a_strangers_review_is_told_to_nobody_and_not_answered(state: str) -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    outcome = await reviews(house, run, state, READER)
    assert outcome.said.startswith("refused")
    assert await told(house, run) == []
    assert house.forge.comments == {}


async def test_a_review_of_another_pull_request_with_our_marker_means_nothing() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    assert (await reviews(house, run, "approved", number=9)).state is DeliveryState.IGNORED
    assert await told(house, run) == []


async def test_a_command_on_a_pull_request_of_ours_asks_for_changes() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await comments_on_pull(house, "/agent revise the name", run)
    (resumed,) = await told(house, run)
    assert Review.model_validate(resumed.payload).said == "the name"


async def test_changes_asked_for_while_it_works_are_answered() -> None:
    house = Attacked()
    run = await begun(house, opened())
    await comments_on_pull(house, "/agent revise the name", run)
    assert "came at the wrong moment" in answer_of(house)


async def test_changes_asked_for_after_the_end_are_another_run() -> None:
    house = Attacked()
    run = await ended(house)
    outcome = await reviews(house, run, "changes_requested")
    assert outcome.run == run_id("delivery-2") != run
    again = await house.store.run(outcome.run)
    assert again.workflow == "revise"
    assert again.trigger.actor.login == "the-write"
    assert again.trigger.review is not None
    kept = await house.blobs.get(again.trigger.proposed)
    assert Proposed.model_validate_json(kept) == proposed()


async def test_a_reader_begins_no_revision() -> None:
    house = Attacked()
    run = await ended(house)
    await reviews(house, run, "changes_requested", READER)
    assert await house.runs() == 1


async def fails(house: Attacked, sha: str = SHA, branch: str = BRANCH) -> Outcome:
    about = {k: v for k, v in house.about(person("ci[bot]", 50, "Bot")).items() if k != "issue"}
    suite = {"head_branch": branch, "head_sha": sha, "conclusion": "failure", "app": {"slug": "ci"}}
    return await house.deliver("check_suite", about | {"action": "completed", "check_suite": suite})


async def test_failed_checks_of_the_last_commit_are_told_to_the_run() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await fails(house)
    (resumed,) = await told(house, run)
    assert Review.model_validate(resumed.payload).verdict is Verdict.CHECKS_FAILED


@pytest.mark.parametrize(("sha", "branch"), [("e" * 40, BRANCH), (SHA, "redfirst/9-x"), (SHA, "main")])
async def test_failed_checks_of_other_commits_mean_nothing(sha: str, branch: str) -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    assert (await fails(house, sha, branch)).state is DeliveryState.IGNORED
    assert await told(house, run) == []


# --- stopping ---------------------------------------------------------------------------------------------


async def test_a_run_is_stopped_from_its_issue_and_says_so() -> None:
    house = Attacked()
    run = await begun(house)
    outcome = await house.comments(WRITER, "/agent stop not now")
    assert outcome.said == f"cancelled run {run}"
    assert (await house.store.run(run)).status is RunStatus.CANCELLED
    assert "@\u200bthe-write stopped it: not now" in house.forge.comments["progress"].body


async def test_a_reader_stops_nothing() -> None:
    house = Attacked()
    run = await begun(house)
    await house.comments(READER, "/agent stop")
    assert not (await house.store.run(run)).status.ended


async def test_any_other_comment_stops_nothing() -> None:
    house = Attacked()
    run = await begun(house)
    await house.comments(WRITER, "please stop")
    assert not (await house.store.run(run)).status.ended


async def test_there_may_be_nothing_to_stop() -> None:
    house = Attacked()
    await house.comments(WRITER, "/agent stop")
    assert "Nothing is running here" in answer_of(house)


async def closes(house: Attacked, run: str, delivery: str = "") -> Outcome:
    pull = {
        "number": 8,
        "merged": False,
        "body": f"x\n\n<!-- redfirst run={run} -->",
        "head": {"ref": BRANCH, "repo": {"full_name": "octo/reds"}},
    }
    about = {k: v for k, v in house.about(READER).items() if k != "issue"}
    return await house.deliver("pull_request", about | {"action": "closed", "pull_request": pull}, delivery)


async def test_a_closed_pull_request_ends_its_run_and_takes_the_branch() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await closes(house, run)
    assert (await house.store.run(run)).status is RunStatus.CANCELLED
    assert house.forge.tips == {}
    assert "closed #\u200b8" in house.forge.comments["progress"].body


async def test_a_branch_that_somebody_pushed_to_stays() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    house.forge.tips[BRANCH] = "e" * 40
    await closes(house, run)
    assert house.forge.tips == {BRANCH: "e" * 40}


async def test_a_close_that_was_interrupted_is_brought_to_its_end() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await closes(house, run, "d9")
    house.forge.tips[BRANCH] = SHA
    await closes(house, run, "d10")
    assert house.forge.tips == {}


# --- again ------------------------------------------------------------------------------------------------


def failed() -> RunFailed:
    return RunFailed(failure=Failure(who=Who.MODEL, sentence="no"))


async def test_what_failed_is_tried_again_with_what_was_asked_for() -> None:
    house = Attacked()
    await house.comments(WRITER, "/agent fix look at page()")
    (first,) = await house.store.runs()
    await house.store.append(first.id, 1, [failed()], None)
    outcome = await house.comments(WRITER, "/agent retry")
    again = await house.store.run(outcome.run)
    assert (again.workflow, again.trigger.context) == ("fix", "look at page()")


async def test_trying_again_twice_by_one_delivery_is_once() -> None:
    house = Attacked()
    await begun(house, failed())
    outcome = await house.comments(WRITER, "/agent retry")
    kept = await house.store.delivery("delivery-2")
    assert await house.reactions.to(kept) == outcome
    assert await house.runs() == 2


async def test_what_runs_is_not_tried_again() -> None:
    house = Attacked()
    await begun(house)
    await house.comments(WRITER, "/agent retry")
    assert await house.runs() == 1
    assert "no second one was started" in answer_of(house)


async def test_what_came_to_its_end_is_not_tried_again() -> None:
    house = Attacked()
    await ended(house)
    await house.comments(WRITER, "/agent retry")
    assert await house.runs() == 1
    assert "came to its end" in answer_of(house)


# --- inside a job -----------------------------------------------------------------------------------------


async def dispatched(house: Attacked, **inputs: object) -> Outcome:
    about = {k: v for k, v in house.about(WRITER).items() if k != "issue"}
    return await house.deliver("workflow_dispatch", about | {"inputs": inputs})


async def test_a_job_is_started_by_hand_for_an_issue_as_it_is_now() -> None:
    house = Attacked(in_job=True)
    house.forge.issues[7] = issue(7, "Total is off", "as it is now")
    outcome = await dispatched(house, issue="7")
    assert (await house.store.run(outcome.run)).trigger.issue.body == "as it is now"


async def test_an_issue_that_is_not_there_is_no_failure() -> None:
    assert (await dispatched(Attacked(in_job=True), issue="7")).state is DeliveryState.IGNORED


async def test_the_clock_takes_the_oldest_issue_that_nobody_has_worked_on() -> None:
    house = Attacked(in_job=True)
    for number, title in ((5, "has a branch"), (6, "is free"), (9, "is younger")):
        house.forge.issues[number] = issue(number, title)
        house.forge.labels[number] = ("agent:fix",)
    house.forge.tips["redfirst/5-has-a-branch"] = SHA
    about = {k: v for k, v in house.about(WRITER).items() if k != "issue"}
    outcome = await house.deliver("schedule", about)
    assert (await house.store.run(outcome.run)).trigger.issue.number == 6


async def test_a_job_cannot_wait_for_an_approval() -> None:
    house = Attacked(in_job=True)
    outcome = await house.comments(WRITER, "/agent plan")
    assert outcome.run == ""
    assert "plans need the hosted bot" in answer_of(house)
