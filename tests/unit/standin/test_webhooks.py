from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot.standin.actions.lines import LineComment
from bot.standin.people import StandIn

from .commits import FIXED
from .receiver import Receiver, receiving
from .support import REPO


@pytest.fixture
async def receiver(standin: StandIn) -> AsyncGenerator[Receiver]:
    async with receiving() as made:
        standin.connect_hook(made.url, "secret")
        yield made


async def _after(standin: StandIn, receiver: Receiver, begun: int) -> list[str]:
    await standin.deliveries()
    return receiver.names[begun:]


async def test_what_happens_to_an_issue_is_told_in_order(standin: StandIn, receiver: Receiver) -> None:
    number = await standin.open_issue(REPO, "t", by="reader")
    await standin.label(REPO, number, "never seen", by="maintainer")
    await standin.unlabel(REPO, number, "never seen", by="maintainer")
    await standin.assign(REPO, number, "writer", by="maintainer")
    await standin.unassign(REPO, number, "writer", by="maintainer")
    comment = await standin.comment(REPO, number, "a", by="reader")
    await standin.edit_comment(REPO, comment.id, "b", by="reader")
    await standin.delete_comment(REPO, comment.id, by="reader")
    await standin.close(REPO, number, by="maintainer")
    await standin.reopen(REPO, number, by="maintainer")
    await standin.lock(REPO, number, by="maintainer")
    assert await _after(standin, receiver, 0) == [
        "issues.opened",
        "label.created",
        "issues.labeled",
        "issues.unlabeled",
        "issues.assigned",
        "issues.unassigned",
        "issue_comment.created",
        "issue_comment.edited",
        "issue_comment.deleted",
        "issues.closed",
        "issues.reopened",
        "issues.locked",
    ]
    told = {one.name: one.payload for one in receiver.received}
    assert told["issues.assigned"]["assignee"]["login"] == "writer"
    assert told["issue_comment.edited"]["changes"] == {"body": {"from": "a"}}


async def test_what_happens_to_a_pull_request_is_told_in_order(
    standin: StandIn, receiver: Receiver, pull: int
) -> None:
    await standin.deliveries()
    begun = len(receiver.received)
    await standin.ready(REPO, pull, by="maintainer")
    await standin.draft(REPO, pull, by="maintainer")
    await standin.request_review(REPO, pull, "writer", by="maintainer")
    await standin.comment(REPO, pull, "/agent status", by="writer")
    await standin.force_push(REPO, "bot/x", {"a": b"a"}, "Again", by="writer", start="main")
    await standin.delete_branch(REPO, "bot/x", by="maintainer")
    assert await _after(standin, receiver, begun) == [
        "pull_request.ready_for_review",
        "pull_request.converted_to_draft",
        "pull_request.review_requested",
        "issue_comment.created",
        "push",
        "pull_request.synchronize",
        "delete",
        "push",
        "pull_request.closed",
    ]
    told = {one.name: one.payload for one in receiver.received[begun:]}
    assert told["pull_request.review_requested"]["requested_reviewer"]["login"] == "writer"
    assert "pull_request" in told["issue_comment.created"]["issue"]
    assert (told["delete"]["ref"], told["delete"]["ref_type"]) == ("bot/x", "branch")
    assert told["pull_request.closed"]["pull_request"]["merged"] is False


async def test_a_review_is_told_with_each_of_its_comments(
    standin: StandIn, receiver: Receiver, pull: int
) -> None:
    await standin.deliveries()
    begun = len(receiver.received)
    lines = [LineComment("long.txt", "a", 20), LineComment("long.txt", "b", 21)]
    number = await standin.request_changes(REPO, pull, "no", by="writer", comments=lines)
    await standin.edit_review(REPO, pull, number, "not yet", by="writer")
    first = standin.line_comments(REPO, pull)[0]
    await standin.edit_line_comment(REPO, first.id, "c", by="writer")
    await standin.reply(REPO, pull, first.id, "d", by="reader")
    await standin.dismiss(REPO, pull, number, "done", by="maintainer")
    await standin.approve(REPO, pull, by="writer")
    assert await _after(standin, receiver, begun) == [
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "pull_request_review_comment.created",
        "pull_request_review.edited",
        "pull_request_review_comment.edited",
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "pull_request_review.dismissed",
        "pull_request_review.submitted",
    ]
    submitted, comment = (one.payload for one in receiver.received[begun : begun + 2])
    assert (submitted["review"]["state"], submitted["review"]["body"]) == ("changes_requested", "no")
    assert comment["comment"]["pull_request_review_id"] == number
    assert comment["comment"]["diff_hunk"].endswith("+line twenty")
    assert receiver.received[-1].payload["review"]["body"] is None


async def test_a_failed_check_is_told_from_its_beginning_to_its_end(
    standin: StandIn, receiver: Receiver, pull: int
) -> None:
    await standin.deliveries()
    begun = len(receiver.received)
    run = await standin.fail_check(REPO, pull, by="writer", summary="1 failed")
    await standin.rerequest_check(REPO, run.id, by="writer")
    assert await _after(standin, receiver, begun) == [
        "workflow_run.requested",
        "workflow_run.in_progress",
        "check_run.created",
        "check_run.completed",
        "check_suite.completed",
        "workflow_run.completed",
        "check_run.rerequested",
    ]
    told = {one.name: one.payload for one in receiver.received[begun:]}
    check = told["check_run.completed"]["check_run"]
    assert (check["conclusion"], check["app"]["slug"]) == ("failure", "github-actions")
    assert [one["number"] for one in check["pull_requests"]] == [pull]
    assert (check["check_suite"]["head_branch"], check["output"]["summary"]) == ("bot/x", "1 failed")
    assert told["check_suite.completed"]["check_suite"]["conclusion"] == "failure"
    assert told["workflow_run.completed"]["workflow_run"]["conclusion"] == "failure"


async def test_a_dispatch_tells_its_inputs(standin: StandIn, receiver: Receiver) -> None:
    flow = {".github/workflows/fix.yml": b"on: workflow_dispatch\n"}
    await standin.push(REPO, "main", flow, "Workflow", by="maintainer")
    await standin.dispatch(REPO, "fix.yml", "main", {"issue": "1"}, by="writer")
    assert await _after(standin, receiver, 0) == ["push", "workflow_dispatch", "workflow_run.requested"]
    told = receiver.received[1].payload
    assert (told["inputs"], told["ref"], told["workflow"]) == (
        {"issue": "1"},
        "refs/heads/main",
        ".github/workflows/fix.yml",
    )


async def test_the_app_hears_of_a_fork_only_through_its_pull_request(
    standin: StandIn, receiver: Receiver
) -> None:
    await standin.fork(REPO, by="stranger")
    await standin.push("stranger/fizz", "mine", {"fizz.py": FIXED}, "Fix", by="stranger")
    assert await _after(standin, receiver, 0) == []
