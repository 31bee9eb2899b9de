"""Runs that are there already: told what they wait for, stopped, tried again, or gone on with by another."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from bot.reacting import by_clock
from bot.reacting.ground import Outcome
from bot.starting import run_id
from bot.store.port import DeliveryState
from bot.store.stored import called
from handlers.left_behind import Deed, Done, LeftBehind
from policies.effects import CommitRef, PullRequestRef
from policies.facts import Permission
from tests.security.house import Attacked, person
from tests.unit.bot.stages import case, planned, repairing
from tests.unit.fakes import issue
from workflows.case import PlanShown, Proposed, Shown
from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    Row,
    RunCompleted,
    RunFailed,
    RunParked,
    StepCompleted,
    StepStarted,
    Suspended,
)
from workflows.engine.status import RunStatus
from workflows.errors import Failure, OperatorProblem, Who
from workflows.ports.forge import PullRequest
from workflows.trigger import Actor
from workflows.verdicts import PlanReview, Review, Verdict

WRITER = person("the-write")
READER = person("the-read", 2)
DIGEST = "0123456789ab"
BRANCH = "redfirst/7-total"
SHA = "c" * 40
NIGHT = datetime(2026, 11, 21, 4, 17, tzinfo=UTC)


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
        RunParked(),
    )


def opened() -> StepCompleted:
    return StepCompleted(path="fix/propose", output=proposed().model_dump(mode="json"))


async def with_a_pull_request(house: Attacked) -> str:
    house.forge.tips[BRANCH] = SHA
    return await begun(house, opened(), Suspended(path="fix/review", waits_for="Review"), RunParked())


async def ended(house: Attacked) -> str:
    pull: JsonValue = {"ref": "8", "number": 8}
    output: JsonValue = {"pull_request": pull, "proof": "d", "verdict": "approved", "by": "x"}
    return await begun(house, opened(), RunCompleted(output=output))


def pull_request(number: int = 8, **changed: object) -> PullRequest:
    pull = PullRequest(
        number=number, title="Fix #7", branch=BRANCH, sha=SHA, base_branch="main", base_sha="b" * 40
    )
    return pull.model_copy(update=changed)


async def comments_on_pull(
    house: Attacked, body: str, who: dict[str, object] = WRITER, number: int = 8, text: str = ""
) -> Outcome:
    house.forge.pull_requests.setdefault(number, pull_request(number))
    on_pull = {"number": number, "title": "Fix #7", "body": text, "pull_request": {"url": "x"}}
    return await house.comments(who, body, issue=on_pull)


async def reviews(
    house: Attacked,
    state: str,
    who: dict[str, object] = WRITER,
    number: int = 8,
    body: str = "not so",
    head: str = "octo/reds",
) -> Outcome:
    pull = {"number": number, "title": "Fix #7", "head": {"ref": BRANCH, "repo": {"full_name": head}}}
    review = {"id": 5, "state": state, "body": body}
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


async def test_an_approval_that_was_interrupted_is_no_second_one() -> None:
    house = Attacked()
    run = await with_a_plan(house)
    first = await house.comments(WRITER, f"/agent approve {DIGEST}")
    kept = await house.store.delivery("delivery-2")
    assert await house.reactions.to(kept) == first
    assert len(await told(house, run)) == 1
    assert house.forge.comments == {}


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
    await reviews(house, "changes_requested")
    (resumed,) = await told(house, run)
    review = Review.model_validate(resumed.payload)
    assert (review.verdict, review.said, review.review) == (Verdict.CHANGES_REQUESTED, "not so", 5)


@pytest.mark.parametrize("state", ["approved", "changes_requested"])
async def test_a_strangers_review_is_told_to_nobody_and_not_answered(state: str) -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    outcome = await reviews(house, state, READER)
    assert outcome.said.startswith("refused")
    assert await told(house, run) == []
    assert house.forge.comments == {}


async def test_a_review_of_another_pull_request_with_our_marker_means_nothing() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    assert (await reviews(house, "approved", number=9)).state is DeliveryState.IGNORED
    assert await told(house, run) == []


async def test_a_command_on_a_pull_request_of_ours_asks_for_changes() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await comments_on_pull(house, "/agent revise the name")
    (resumed,) = await told(house, run)
    assert Review.model_validate(resumed.payload).said == "the name"


async def test_changes_asked_for_after_the_end_are_another_run() -> None:
    house = Attacked()
    run = await ended(house)
    outcome = await reviews(house, "changes_requested")
    assert outcome.run == run_id("delivery-2") != run
    again = await house.store.run(outcome.run)
    assert again.workflow == "revise"
    assert again.trigger.actor.login == "the-write"
    assert again.trigger.review is not None
    kept = await house.blobs.get(again.trigger.proposed)
    assert Proposed.model_validate_json(kept) == proposed()


async def test_a_reader_begins_no_revision() -> None:
    house = Attacked()
    await ended(house)
    await reviews(house, "changes_requested", READER)
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


async def status_fails(house: Attacked, context: str = "ci/jenkins", delivery: str = "") -> Outcome:
    about = {k: v for k, v in house.about(person("jenkins", 51)).items() if k != "issue"}
    tips = [{"name": BRANCH, "commit": {"sha": SHA}}]
    said = {"sha": SHA, "state": "failure", "context": context, "branches": tips}
    return await house.deliver("status", about | said, delivery)


async def rests_again(house: Attacked, run: str, *before: Entry) -> None:
    """After a turn that changed nothing."""
    entries = [*before, Suspended(path="fix/review", waits_for="Review"), RunParked()]
    await house.store.append(run, len(await house.store.rows(run)), entries, None)


def taken_up() -> StepCompleted:
    return StepCompleted(path="fix/more/changes[1]/turn/take_up", output={})


async def test_a_failed_status_is_told_to_the_run_like_any_failed_check() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    assert (await status_fails(house)).run == run
    (resumed,) = await told(house, run)
    review = Review.model_validate(resumed.payload)
    assert (review.verdict, review.by, review.sha) == (Verdict.CHECKS_FAILED, "ci/jenkins", SHA)


async def test_a_commit_is_worked_on_once_however_many_checks_of_it_fail() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await status_fails(house)
    await rests_again(house, run, taken_up())
    for name in ("ci/jenkins", "ci/lint", "ci/docs"):
        assert (await status_fails(house, name)).said == f"run {run} was told of this commit before"
    assert (await fails(house)).state is DeliveryState.IGNORED
    assert len(await told(house, run)) == 1


async def test_where_nothing_could_be_taken_up_another_check_is_news_and_the_same_is_not() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await status_fails(house, "fails on the base as well")
    await rests_again(house, run)
    assert (await status_fails(house, "fails on the base as well")).state is DeliveryState.IGNORED
    assert (await status_fails(house, "ci/jenkins")).run == run
    assert len(await told(house, run)) == 2


async def test_a_commit_is_worked_on_once_after_the_end_of_its_run_too() -> None:
    house = Attacked()
    await ended(house)
    house.forge.pull_requests[8] = pull_request()
    house.forge.people["maintainer"] = Permission.WRITE
    revision = (await status_fails(house, "ci/jenkins", "d8")).run
    assert (await house.store.run(revision)).workflow == "revise"
    # It may have been interrupted before that was noted.
    assert (await house.reactions.to(await house.store.delivery("d8"))).run == revision
    await house.store.append(
        revision, 1, [StepCompleted(path="revise/changes[1]/turn/take_up", output={})], None
    )
    await house.store.append(revision, 2, [failed()], None)
    assert (await status_fails(house, "ci/lint")).said == f"run {revision} was told of this commit before"
    assert await house.runs() == 2


# --- a repository that has another name now ---------------------------------------------------------------


async def renames(house: Attacked, before: str = "octo/blues") -> Outcome:
    about = {k: v for k, v in house.about(person("the-admin", 3)).items() if k != "issue"}
    said = {"action": "renamed", "changes": {"repository": {"name": {"from": before.partition("/")[2]}}}}
    return await house.deliver("repository", about | said)


async def begun_before(house: Attacked, *entries: Entry) -> str:
    """What began when the repository was called otherwise."""
    run = await begun(house, *entries)
    await house.store.move_runs("octo/reds", "octo/blues")
    return run


async def test_what_is_said_under_the_new_name_finds_the_run_that_waits() -> None:
    house = Attacked()
    waits = (opened(), Suspended(path="fix/review", waits_for="Review"), RunParked())
    run = await begun_before(house, *waits)
    assert (await reviews(house, "approved")).state is DeliveryState.IGNORED
    house.forge.moved["octo/blues"] = "octo/reds"
    assert (await renames(house)).said == "1 runs of octo/blues are runs of octo/reds"
    assert (await reviews(house, "approved")).run == run
    assert len(await told(house, run)) == 1


async def test_what_is_gone_on_with_after_the_end_is_gone_on_with_where_it_is_now() -> None:
    house = Attacked()
    then = proposed()
    trigger = called(then.case.trigger, "octo/blues")
    left_there = then.model_copy(update={"case": then.case.model_copy(update={"trigger": trigger})})
    by = StepCompleted(path="fix/propose", output=left_there.model_dump(mode="json"))
    run = await begun_before(house, by, RunCompleted(output={}))
    house.forge.moved["octo/blues"] = "octo/reds"
    await renames(house)
    again = await house.store.run((await reviews(house, "changes_requested")).run)
    assert (again.workflow, again.trigger.tenant.repository) == ("revise", "octo/reds")
    kept = Proposed.model_validate_json(await house.blobs.get(again.trigger.proposed))
    assert kept.case.trigger.tenant.repository == "octo/reds"
    assert (await house.store.run(run)).trigger.tenant.repository == "octo/reds"


async def test_what_was_said_under_the_old_name_and_kept_is_not_lost() -> None:
    house = Attacked()
    run = await worked_on(house)
    outcome = await comments_on_pull(house, "/agent revise the name")
    assert kept_for(outcome, run)
    await house.store.hold_delivery("delivery-2", run, outcome.after, "")
    await house.store.move_runs("octo/reds", "octo/blues")
    await rests_again(house, run)
    (released,) = await house.store.release_held(run)
    assert (await house.reactions.to(await house.store.delivery(released))).run == run
    assert len(await told(house, run)) == 2


async def test_nobody_gets_the_runs_of_another_repository_by_saying_that_theirs_was_called_so() -> None:
    house = Attacked()
    run = await begun_before(house)
    outcome = await renames(house)
    assert outcome.said == "octo/blues is called octo/blues now, and not octo/reds"
    assert (await house.store.run(run)).trigger.tenant.repository == "octo/blues"


# --- while it works ---------------------------------------------------------------------------------------


def kept_for(outcome: Outcome, run: str) -> bool:
    return (outcome.state, outcome.run) == (DeliveryState.HELD, run)


async def line_comment(house: Attacked, body: str, number: int) -> Outcome:
    pull = {"number": 8, "title": "x", "head": {"ref": BRANCH, "repo": {"full_name": "octo/reds"}}}
    comment = {"id": number, "body": body, "path": "a.py", "line": 3, "diff_hunk": "@@"}
    about = {k: v for k, v in house.about(WRITER).items() if k != "issue"}
    said = {"action": "created", "pull_request": pull, "comment": comment}
    return await house.deliver("pull_request_review_comment", about | said)


async def test_a_command_that_comes_while_it_works_is_kept_and_told_that_it_comes_next() -> None:
    house = Attacked()
    run = await worked_on(house)
    outcome = await comments_on_pull(house, "/agent revise the name")
    assert kept_for(outcome, run)
    assert outcome.after == len(await house.store.rows(run))
    assert "yours comes next" in answer_of(house)


@pytest.mark.parametrize("state", ["approved", "changes_requested"])
async def test_a_review_that_comes_while_it_works_is_seen_and_kept(state: str) -> None:
    house = Attacked()
    run = await worked_on(house)
    assert kept_for(await reviews(house, state), run)
    assert len(house.forge.reactions) == 1
    assert house.forge.comments == {}


async def test_a_strangers_words_are_not_kept() -> None:
    house = Attacked()
    await worked_on(house)
    assert (await reviews(house, "changes_requested", READER)).said.startswith("refused")
    assert (await comments_on_pull(house, "/agent revise it", READER)).said.startswith("refused")


@pytest.mark.parametrize("sha", [SHA, "e" * 40])
async def test_checks_that_fail_while_it_works_are_kept_whatever_commit_it_is_at(sha: str) -> None:
    house = Attacked()
    run = await worked_on(house)
    assert kept_for(await fails(house, sha), run)


async def test_no_part_of_one_review_is_lost_to_another() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    assert (await line_comment(house, "/agent revise A", 50)).run == run
    assert kept_for(await line_comment(house, "/agent revise B", 51), run)
    assert kept_for(await reviews(house, "changes_requested"), run)
    assert [Review.model_validate(each.payload).said for each in await told(house, run)] == ["A"]


async def opening(house: Attacked) -> str:
    """A run whose pull request is there, and whose journal does not say so yet."""
    known = case().model_copy(update={"branch": BRANCH})
    house.forge.tips[BRANCH] = SHA
    done: JsonValue = {"ref": SHA, "url": "", "branch": BRANCH, "sha": SHA}
    return await begun(
        house,
        StepCompleted(path="fix/prepare", output=known.model_dump(mode="json")),
        Recorded(path="fix/propose", name="effect x", value={"kind": "PushCommit", "done": done}),
    )


async def test_what_is_said_of_a_pull_request_that_was_opened_this_moment_is_kept() -> None:
    house = Attacked()
    run = await opening(house)
    assert kept_for(await fails(house), run)
    assert kept_for(await reviews(house, "approved"), run)


async def test_a_pull_request_that_is_closed_the_moment_it_was_opened_ends_its_run() -> None:
    house = Attacked()
    run = await opening(house)
    await closes(house)
    assert (await house.store.run(run)).status is RunStatus.CANCELLED
    assert house.forge.tips == {}


async def test_a_pull_request_that_is_merged_the_moment_it_was_opened_ends_its_run() -> None:
    house = Attacked()
    run = await opening(house)
    await closes(house, merged=True)
    assert (await house.store.run(run)).status is RunStatus.CANCELLED
    assert house.forge.tips == {BRANCH: SHA}


# --- after the end ----------------------------------------------------------------------------------------


async def failed_with_a_pull_request(house: Attacked) -> str:
    house.forge.tips[BRANCH] = SHA
    house.forge.pull_requests[8] = pull_request()
    return await begun(house, opened(), answered(Verdict.CHANGES_REQUESTED), failed())


@pytest.mark.parametrize("fails", [True, False])
async def test_an_approval_counts_though_the_run_has_ended(fails: bool) -> None:
    house = Attacked()
    await (failed_with_a_pull_request if fails else ended)(house)
    assert (await reviews(house, "approved")).said == "#8 is marked as ready"
    assert [effect.kind() for effect in house.forge.tended] == ["MarkReady"]
    assert "is ready to be merged" in house.forge.comments["progress"].body


async def test_a_strangers_approval_marks_nothing_as_ready() -> None:
    house = Attacked()
    await ended(house)
    assert (await reviews(house, "approved", READER)).said.startswith("refused")
    assert house.forge.tended == []


async def test_a_pull_request_that_is_closed_after_the_end_takes_its_branch() -> None:
    house = Attacked()
    await failed_with_a_pull_request(house)
    await closes(house)
    assert house.forge.tips == {}


async def test_checks_that_fail_after_the_end_are_worked_on_with_the_right_of_who_asked_for_the_fix() -> None:
    house = Attacked()
    await ended(house)
    house.forge.people["maintainer"] = Permission.WRITE
    house.forge.pull_requests[8] = pull_request()
    outcome = await fails(house)
    again = await house.store.run(outcome.run)
    assert (again.workflow, again.trigger.actor.login) == ("revise", "maintainer")
    assert again.trigger.review is not None
    assert again.trigger.review.verdict is Verdict.CHECKS_FAILED
    assert house.forge.comments == {}


async def test_checks_that_fail_when_all_is_over_mean_nothing() -> None:
    house = Attacked()
    await ended(house)
    house.forge.pull_requests[8] = pull_request(is_open=False, is_merged=True)
    assert (await fails(house)).said == "#8 is over"
    assert await house.runs() == 1


async def with_a_test_alone(house: Attacked) -> str:
    house.forge.tips[BRANCH] = SHA
    house.forge.pull_requests[8] = pull_request()
    run = (await house.comments(WRITER, "/agent repro --pr")).run
    shown = Shown(
        case=case().model_copy(update={"branch": BRANCH}),
        repro=repairing().repro,
        pull_request=PullRequestRef(ref="8", number=8),
    )
    commit = CommitRef(ref=SHA, sha=SHA, branch=BRANCH)
    done: JsonValue = {"kind": "PushCommit", "done": commit.model_dump(mode="json")}
    rows = [
        Recorded(path="repro/show_repro", name="effect x", value=done),
        StepCompleted(path="repro/show_repro", output=shown.model_dump(mode="json")),
        RunCompleted(output={}),
    ]
    await house.store.append(run, 1, rows, None)
    house.forge.comments.clear()
    house.forge.reactions.clear()
    return run


async def test_a_pull_request_with_a_test_alone_is_not_revised_and_says_so() -> None:
    house = Attacked()
    await with_a_test_alone(house)
    await comments_on_pull(house, "/agent revise the name")
    assert "`/agent fix` on #7 goes on to a fix" in answer_of(house)
    assert await house.runs() == 1


async def test_a_pull_request_with_a_test_alone_that_is_closed_takes_its_branch() -> None:
    house = Attacked()
    await with_a_test_alone(house)
    await closes(house)
    assert house.forge.tips == {}


# --- whose pull request it is -----------------------------------------------------------------------------


async def test_a_stop_on_a_strangers_pull_request_with_our_marker_stops_nothing() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    for pull in (pull_request(31, from_here=False), pull_request(31, branch="theirs"), pull_request(31)):
        house.forge.pull_requests[31] = pull
        marker = f"x\n\n<!-- redfirst run={run} -->"
        await comments_on_pull(house, "/agent stop", number=31, text=marker)
        assert "Nothing is running here" in answer_of(house)
        house.forge.comments.clear()
    assert not (await house.store.run(run)).status.ended


async def test_a_fork_that_calls_its_branch_like_that_of_a_run_which_has_opened_nothing_stops_nothing() -> (
    None
):
    house = Attacked()
    run = await opening(house)
    house.forge.pull_requests[31] = pull_request(31, from_here=False)
    await comments_on_pull(house, "/agent stop", number=31)
    assert "Nothing is running here" in answer_of(house)
    assert not (await house.store.run(run)).status.ended


@pytest.mark.parametrize("verb", ["revise it", "retry"])
async def test_what_is_said_on_a_pull_request_that_is_not_ours_is_answered(verb: str) -> None:
    house = Attacked()
    await with_a_pull_request(house)
    house.forge.pull_requests[31] = pull_request(31, from_here=False)
    outcome = await comments_on_pull(house, f"/agent {verb}", number=31)
    assert outcome.state is DeliveryState.HANDLED
    assert answer_of(house)
    assert await house.runs() == 1


async def test_a_review_of_a_fork_with_a_branch_that_is_called_like_ours_means_nothing() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    assert (await reviews(house, "approved", head="stranger/reds")).state is DeliveryState.IGNORED
    assert await told(house, run) == []


@pytest.mark.parametrize("word", ["status", "budget"])
async def test_on_its_pull_request_a_run_is_known(word: str) -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await comments_on_pull(house, f"/agent {word}")
    assert f"run `{run}`" in answer_of(house)


async def test_a_stop_on_a_pull_request_is_answered_where_it_was_said() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await comments_on_pull(house, "/agent stop")
    assert (await house.store.run(run)).status is RunStatus.CANCELLED
    assert [comment.issue for comment in house.forge.comments.values()] == [7, 8]


# --- questions --------------------------------------------------------------------------------------------


async def test_questions_wait_for_nobody() -> None:
    house = Attacked()
    for words in ("what is it?", "and another?"):
        assert (await house.comments(WRITER, f"/agent ask {words}")).run
    assert await house.runs() == 2
    assert house.forge.comments == {}


async def test_a_question_that_is_worked_on_is_what_runs_when_nothing_else_does() -> None:
    house = Attacked()
    run = (await house.comments(WRITER, "/agent ask why?")).run
    await house.comments(READER, "/agent status")
    assert f"run `{run}`" in answer_of(house)
    await house.comments(WRITER, "/agent stop")
    assert (await house.store.run(run)).status is RunStatus.CANCELLED


# --- stopping ---------------------------------------------------------------------------------------------


async def test_a_run_is_stopped_from_its_issue_and_says_so() -> None:
    house = Attacked()
    run = await begun(house)
    outcome = await house.comments(WRITER, "/agent stop not now")
    assert outcome.said == f"cancelled run {run}"
    assert (await house.store.run(run)).status is RunStatus.CANCELLED
    assert "@\u200bthe-write stopped it: not now" in house.forge.comments["progress"].body


async def test_a_run_that_cannot_be_read_is_stopped_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Attacked()
    run = await begun(house, StepStarted(path="fix/plan", attempt=1))
    rows = house.store.rows

    async def only_the_last(run: str, after: int = 0) -> list[Row]:
        if after < 1:
            raise OperatorProblem(f"row 1 of run {run} is damaged")
        return await rows(run, after)

    monkeypatch.setattr(house.store, "rows", only_the_last)
    outcome = await house.comments(WRITER, "/agent stop not now")
    assert outcome.said == f"cancelled run {run}"
    assert (await house.store.last(run))[1] is RunStatus.CANCELLED
    assert "the-write stopped it: not now" in house.forge.comments["progress"].body


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


# --- their pull request is closed, or merged --------------------------------------------------------------


async def closes(house: Attacked, delivery: str = "", *, merged: bool = False) -> Outcome:
    head = {"ref": BRANCH, "repo": {"full_name": "octo/reds"}}
    pull = {"number": 8, "merged": merged, "head": head}
    about = {k: v for k, v in house.about(READER).items() if k != "issue"}
    return await house.deliver("pull_request", about | {"action": "closed", "pull_request": pull}, delivery)


def answered(verdict: Verdict, path: str = "fix/review") -> Resumed:
    review = Review(verdict=verdict, by="the-write", said="not so")
    return Resumed(path=path, key=f"said {verdict}", by="the-write", payload=review.model_dump(mode="json"))


async def worked_on(house: Attacked) -> str:
    """A run that was asked for changes of its pull request, and is at it."""
    run = await with_a_pull_request(house)
    taken_up = StepStarted(path="fix/more/changes/turn[1]/take_up")
    await house.store.append(run, 4, [answered(Verdict.CHANGES_REQUESTED), taken_up], None)
    return run


async def gone_on_with(house: Attacked) -> tuple[str, str]:
    """A run that has ended, whose pull request names it, and the one that goes on with it."""
    first = await ended(house)
    later = (await reviews(house, "changes_requested")).run
    house.forge.tips[BRANCH] = SHA
    return first, later


def said_on(house: Attacked, number: int) -> str:
    comment = [each for each in house.forge.edits if each.issue == number][-1]
    assert comment.sticky == "progress"
    return comment.body


async def test_a_closed_pull_request_ends_its_run_and_takes_the_branch() -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await closes(house)
    assert (await house.store.run(run)).status is RunStatus.CANCELLED
    assert house.forge.tips == {}
    assert "closed #\u200b8" in house.forge.comments["progress"].body


async def test_a_branch_that_somebody_pushed_to_stays() -> None:
    house = Attacked()
    await with_a_pull_request(house)
    house.forge.tips[BRANCH] = "e" * 40
    await closes(house)
    assert house.forge.tips == {BRANCH: "e" * 40}


async def test_a_close_that_was_interrupted_is_brought_to_its_end() -> None:
    house = Attacked()
    await with_a_pull_request(house)
    await closes(house, "d9")
    house.forge.tips[BRANCH] = SHA
    await closes(house, "d10")
    assert house.forge.tips == {}


async def test_a_merge_while_changes_are_worked_on_ends_the_run_and_leaves_the_branch() -> None:
    house = Attacked()
    run = await worked_on(house)
    outcome = await closes(house, merged=True)
    assert outcome == Outcome(DeliveryState.HANDLED, f"cancelled run {run}: its pull request was merged")
    last = (await house.store.rows(run))[-1].entry
    assert isinstance(last, Cancelled)
    assert (last.by, last.reason) == ("the-read", "@the-read merged #8")
    assert house.forge.tips == {BRANCH: SHA}


async def test_a_merge_before_the_run_began_to_wait_ends_it() -> None:
    house = Attacked()
    run = await begun(house, opened())
    await closes(house, merged=True)
    assert (await house.store.run(run)).status is RunStatus.CANCELLED


async def test_a_merge_that_ends_a_run_is_told_where_its_work_was() -> None:
    house = Attacked()
    await worked_on(house)
    await closes(house, merged=True)
    for number in (7, 8):
        assert "#8 was merged while it was still being worked on" in said_on(house, number)
        assert "/agent retry" not in said_on(house, number)


async def test_a_close_that_ends_a_run_is_told_where_its_work_was() -> None:
    house = Attacked()
    await worked_on(house)
    await closes(house)
    assert "closed #\u200b8" in said_on(house, 7)
    assert "closed #\u200b8" in said_on(house, 8)


async def test_a_merge_that_was_interrupted_is_brought_to_its_end() -> None:
    house = Attacked()
    run = await worked_on(house)
    await closes(house, "d9", merged=True)
    house.forge.edits.clear()
    await closes(house, "d9", merged=True)
    assert "was merged" in said_on(house, 7)
    rows = [row.entry for row in await house.store.rows(run)]
    assert len([entry for entry in rows if isinstance(entry, Cancelled)]) == 1


@pytest.mark.parametrize("verdict", [Verdict.MERGED, Verdict.APPROVED])
async def test_a_run_that_comes_to_its_end_by_itself_is_not_cancelled_by_a_merge(verdict: Verdict) -> None:
    house = Attacked()
    run = await with_a_pull_request(house)
    await house.store.append(run, 4, [answered(verdict)], None)
    outcome = await closes(house, merged=True)
    assert outcome == Outcome(DeliveryState.IGNORED, f"run {run} does not wait for an answer")
    assert not (await house.store.run(run)).status.ended


async def test_a_merge_after_somebody_stopped_the_run_says_nothing_over_it() -> None:
    house = Attacked()
    await worked_on(house)
    await house.comments(WRITER, "/agent stop not now")
    house.forge.edits.clear()
    assert (await closes(house, merged=True)).state is DeliveryState.IGNORED
    assert house.forge.edits == []


async def test_a_merge_after_the_end_means_nothing() -> None:
    house = Attacked()
    await ended(house)
    assert (await closes(house, merged=True)).state is DeliveryState.IGNORED
    assert house.forge.comments == {}


# --- a pull request that another run goes on with ---------------------------------------------------------


@pytest.mark.parametrize("merged", [True, False])
async def test_what_ends_a_pull_request_ends_the_run_that_has_begun_to_go_on_with_it(merged: bool) -> None:
    house = Attacked()
    first, later = await gone_on_with(house)
    await closes(house, merged=merged)
    assert (await house.store.run(later)).status is RunStatus.CANCELLED
    assert (await house.store.run(first)).status is RunStatus.COMPLETED


@pytest.mark.parametrize("state", ["approved", "changes_requested"])
async def test_a_review_is_told_to_the_run_that_waits_for_it_now(state: str) -> None:
    house = Attacked()
    _first, later = await gone_on_with(house)
    waits = "revise/changes/turn[1]/next/asked/review"
    await house.store.append(later, 1, [Suspended(path=waits, waits_for="Review")], None)
    await reviews(house, state)
    (resumed,) = await told(house, later)
    assert Review.model_validate(resumed.payload).verdict == state.replace("_", " ")


async def test_a_later_run_on_the_issue_with_another_pull_request_is_not_meant() -> None:
    house = Attacked()
    await ended(house)
    later = (await house.labels(WRITER)).run
    other = proposed().model_copy(update={"pull_request": PullRequestRef(ref="9", number=9)})
    done = StepCompleted(path="fix/propose", output=other.model_dump(mode="json"))
    await house.store.append(later, 1, [done, failed()], None)
    again = await house.store.run((await reviews(house, "changes_requested")).run)
    kept = await house.blobs.get(again.trigger.proposed)
    assert Proposed.model_validate_json(kept).pull_request.number == 8


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


async def test_a_question_that_was_answered_is_in_no_retrys_way() -> None:
    house = Attacked()
    first = await begun(house, failed())
    asked = (await house.comments(WRITER, "/agent ask why?")).run
    await house.store.append(asked, 1, [RunCompleted(output={})], None)
    again = await house.store.run((await house.comments(WRITER, "/agent retry")).run)
    assert again.id not in {first, asked}
    assert again.workflow == "fix"


async def test_a_question_is_asked_again_as_it_was() -> None:
    house = Attacked()
    asked = (await house.comments(WRITER, "/agent ask where is the total?")).run
    await house.store.append(asked, 1, [failed()], None)
    again = await house.store.run((await house.comments(WRITER, "/agent retry please")).run)
    assert again.trigger.context == "where is the total?"


@pytest.mark.parametrize("on_pull", [True, False])
async def test_changes_that_failed_are_made_again_on_the_same_pull_request(on_pull: bool) -> None:
    house = Attacked()
    await failed_with_a_pull_request(house)
    says = (
        comments_on_pull(house, "/agent retry now") if on_pull else house.comments(WRITER, "/agent retry now")
    )
    again = await house.store.run((await says).run)
    assert (again.workflow, again.trigger.issue.number) == ("revise", 7)
    assert again.trigger.review is not None
    assert again.trigger.review.said == "not so\n\nnow"
    assert Proposed.model_validate_json(await house.blobs.get(again.trigger.proposed)) == proposed()


async def test_a_stopped_run_whose_pull_request_is_open_is_not_begun_beside_it() -> None:
    house = Attacked()
    await with_a_pull_request(house)
    await comments_on_pull(house, "/agent stop")
    house.forge.comments.clear()
    await house.comments(WRITER, "/agent retry")
    assert "#8 is open and waits for your review" in answer_of(house)
    assert await house.runs() == 1


async def test_a_revision_whose_pull_request_is_over_is_no_revision_any_more() -> None:
    house = Attacked()
    _, later = await gone_on_with(house)
    await house.store.append(later, 1, [failed()], None)
    house.forge.pull_requests[8] = pull_request(is_open=False)
    again = await house.store.run((await house.comments(WRITER, "/agent retry")).run)
    assert (again.workflow, again.trigger.issue.number) == ("fix", 7)


async def test_a_fix_whose_pull_request_is_over_is_begun_anew() -> None:
    house = Attacked()
    await failed_with_a_pull_request(house)
    house.forge.pull_requests[8] = pull_request(is_open=False)
    again = await house.store.run((await house.comments(WRITER, "/agent retry")).run)
    assert again.workflow == "fix"


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


# --- what could not be done -------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["/agent stop", "/agent fix", "/agent status"])
async def test_whoever_asked_for_what_could_not_be_done_is_told(said: str) -> None:
    house = Attacked()
    await house.comments(WRITER, said)
    house.forge.comments.clear()
    await house.reactions.regret(await house.store.delivery("delivery-1"), "Sorry.")
    assert answer_of(house) == "Sorry."


async def test_a_fact_that_could_not_be_acted_on_is_nobody_to_answer() -> None:
    house = Attacked()
    await with_a_pull_request(house)
    await closes(house, "d9")
    house.forge.comments.clear()
    await house.reactions.regret(await house.store.delivery("d9"), "Sorry.")
    assert house.forge.comments == {}


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


def left(
    house: Attacked, number: int, title: str, *, by: str | None = "the-write", ours: str = "", **more: object
) -> None:
    """An issue that the clock finds, with what there is to know of it."""
    who = Actor(id=1, login=by, is_bot=by.endswith("[bot]")) if by else None
    done = (Done(deed=Deed.LABELED, by=who, at=NIGHT),) if who else ()
    house.forge.labels[number] = ("agent:fix",)
    house.forge.left[number] = LeftBehind(
        issue=issue(number, title), done=done, ours=ours, ours_at=NIGHT if ours else None
    )


async def at_night(house: Attacked, delivery: str = "") -> Outcome:
    about = {k: v for k, v in house.about(person("nobody-of-note", 77)).items() if k != "issue"}
    return await house.deliver("schedule", about, delivery)


async def test_the_clock_takes_the_oldest_issue_that_nobody_has_worked_on() -> None:
    house = Attacked(in_job=True)
    left(house, 5, "has a branch")
    left(house, 6, "is free")
    left(house, 9, "is younger")
    house.forge.tips["redfirst/5-has-a-branch"] = SHA
    outcome = await at_night(house)
    assert (await house.store.run(outcome.run)).trigger.issue.number == 6
    assert outcome.passed == ("#5: there is redfirst/5-has-a-branch already",)
    assert house.forge.reactions
    assert house.forge.comments == {}


async def test_the_clock_works_for_whoever_put_the_label_on() -> None:
    house = Attacked(in_job=True)
    left(house, 6, "is free", by="the-maintain")
    trigger = (await house.store.run((await at_night(house)).run)).trigger
    assert (trigger.actor.login, trigger.workflow) == ("the-maintain", "fix")


@pytest.mark.parametrize(
    ("ours", "how"),
    [
        ("### Redfirst stopped\n\nNo.", "stopped without a fix"),
        ("### Redfirst: done\n\nAll.", "is done"),
        ("### Redfirst is working on this\n\n- [x] plan", "did not come to an end"),
        ("### Redfirst: #8 awaits your review\n\n**Green**", "opened a pull request"),
    ],
)
async def test_the_clock_does_not_pay_twice_for_what_came_to_nothing(ours: str, how: str) -> None:
    house = Attacked(in_job=True)
    left(house, 5, "was tried in vain", ours=ours)
    left(house, 6, "is free")
    outcome = await at_night(house)
    assert (await house.store.run(outcome.run)).trigger.issue.number == 6
    assert outcome.passed == (f"#5: the last run on it {how}, and nobody has said anything new since",)


@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("the-triage", "@the-triage put the label on, and only people with write permission may start work"),
        (None, "GitHub does not say who put the label on"),
    ],
)
async def test_the_clock_passes_over_what_nobody_who_may_has_asked_for(by: str | None, why: str) -> None:
    house = Attacked(in_job=True)
    left(house, 5, "is wanted by somebody", by=by)
    outcome = await at_night(house)
    assert (outcome.run, outcome.state) == ("", DeliveryState.IGNORED)
    assert outcome.passed == (f"#5: {why}",)
    # Every night anew, so nothing is said on the issue.
    assert (house.forge.comments, house.forge.reactions) == ({}, {})


async def test_the_clock_that_is_asked_again_about_the_same_night_goes_on_with_the_same_run() -> None:
    house = Attacked(in_job=True)
    left(house, 6, "is free")
    first = (await at_night(house, "d1")).run
    assert (await house.reactions.to(await house.store.delivery("d1"))).run == first
    assert await house.runs() == 1


async def test_the_clock_starts_nothing_beside_what_runs() -> None:
    house = Attacked(in_job=True)
    left(house, 6, "is free")
    run = (await at_night(house)).run
    assert (await at_night(house)).passed == (f"#6: run {run} is active",)


async def test_an_issue_that_is_gone_by_then_is_passed_over() -> None:
    house = Attacked(in_job=True)
    house.forge.labels[6] = ("agent:fix",)
    assert (await at_night(house)).passed == ("#6: there is no issue 6",)


async def test_the_clock_looks_at_so_many_and_says_that_there_are_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(by_clock, "MOST_LOOKED_AT", 1)
    house = Attacked(in_job=True)
    left(house, 5, "one", by=None)
    left(house, 6, "two", by=None)
    assert (await at_night(house)).passed[1:] == ("1 more, which were not looked at",)


async def test_a_job_cannot_wait_for_an_approval() -> None:
    house = Attacked(in_job=True)
    outcome = await house.comments(WRITER, "/agent plan")
    assert outcome.run == ""
    assert "plans need the hosted bot" in answer_of(house)
