"""Payloads are read narrowly: the few fields we need, and a reason kept for whatever is not for us."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.github.reading import Unread, read
from handlers.events import (
    BranchPushed,
    IssueCommented,
    IssueLabeled,
    PullRequestClosed,
    PullRequestPushed,
    RepositoryMoved,
    StatusFailed,
)
from workflows.trigger import Actor, IssueSnapshot, Tenant

Payload = dict[str, object]

SENDER: Payload = {"id": 1, "login": "maintainer", "type": "User", "site_admin": False}
COMMON: Payload = {
    "sender": SENDER,
    "repository": {"id": 9, "full_name": "octo/reds", "private": True},
    "installation": {"id": 5, "node_id": "x"},
}
ISSUE: Payload = {
    "number": 7,
    "title": "Total is off",
    "body": "It says 3.",
    "html_url": "https://github.com/octo/reds/issues/7",
    "user": {"id": 2, "login": "reporter"},
    "labels": [],
}
LABELED: Payload = COMMON | {
    "action": "labeled",
    "issue": ISSUE,
    "label": {"name": "agent:fix", "color": "f00"},
}
COMMENTED: Payload = COMMON | {
    "action": "created",
    "issue": ISSUE,
    "comment": {"id": 42, "body": "/agent fix"},
}
PULL: Payload = {
    "number": 8,
    "merged": True,
    "body": "Fixes #7\n\n<!-- redfirst run=r1 -->\n<!-- redfirst key=r1/fix/propose/pull-request -->",
    "head": {"ref": "redfirst/7-total", "sha": "c" * 40, "repo": {"full_name": "octo/reds"}},
}
CLOSED: Payload = COMMON | {"action": "closed", "pull_request": PULL}


def raw(payload: object) -> bytes:
    return json.dumps(payload).encode()


def without(payload: Mapping[str, object], *names: str) -> Payload:
    return {name: value for name, value in payload.items() if name not in names}


def test_a_new_label_is_read() -> None:
    assert read("d1", "issues", raw(LABELED)) == IssueLabeled(
        delivery="d1",
        tenant=Tenant(repository="octo/reds", installation=5),
        actor=Actor(id=1, login="maintainer"),
        issue=IssueSnapshot(
            number=7,
            title="Total is off",
            body="It says 3.",
            author="reporter",
            url="https://github.com/octo/reds/issues/7",
        ),
        label="agent:fix",
    )


def test_a_new_comment_is_read() -> None:
    event = read("d1", "issue_comment", raw(COMMENTED))
    assert isinstance(event, IssueCommented)
    assert (event.comment, event.body, event.on_pull_request) == (42, "/agent fix", False)


def test_a_comment_on_a_pull_request_is_known_as_such() -> None:
    on_pull = COMMENTED | {"issue": ISSUE | {"pull_request": {"url": "…"}}}
    event = read("d1", "issue_comment", raw(on_pull))
    assert isinstance(event, IssueCommented)
    assert event.on_pull_request


def test_the_end_of_a_pull_request_is_read_with_its_branch() -> None:
    event = read("d1", "pull_request", raw(CLOSED))
    assert isinstance(event, PullRequestClosed)
    assert (event.number, event.branch, event.merged) == (8, "redfirst/7-total", True)


@pytest.mark.parametrize("repository", [{"full_name": "stranger/reds"}, None])
def test_the_branch_of_a_pull_request_from_elsewhere_is_none_of_ours_whatever_it_is_called(
    repository: object,
) -> None:
    from_fork = PULL | {"head": {"ref": "redfirst/7-total", "repo": repository}}
    event = read("d1", "pull_request", raw(CLOSED | {"pull_request": from_fork}))
    assert isinstance(event, PullRequestClosed)
    assert event.branch == ""


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_a_comment_that_is_changed_later_is_never_a_command(action: str) -> None:
    with pytest.raises(Unread, match="of issue_comment events, only created is read"):
        read("d1", "issue_comment", raw(COMMENTED | {"action": action}))


@pytest.mark.parametrize("action", ["opened", "unlabeled", "edited", "closed", ""])
def test_of_issues_only_labels_are_read(action: str) -> None:
    with pytest.raises(Unread, match="of issues events, only labeled and assigned is read"):
        read("d1", "issues", raw(LABELED | {"action": action}))


@pytest.mark.parametrize("action", ["opened", "labeled", "reopened"])
def test_of_pull_requests_only_their_commits_and_their_end_are_read(action: str) -> None:
    with pytest.raises(
        Unread, match="of pull_request events, only closed and synchronize and edited is read"
    ):
        read("d1", "pull_request", raw(CLOSED | {"action": action}))


def test_of_edits_only_another_base_is_read() -> None:
    with pytest.raises(Unread, match="of edits, only another base is read"):
        read("d1", "pull_request", raw(CLOSED | {"action": "edited", "changes": {"body": {"from": "x"}}}))


@pytest.mark.parametrize(
    "what",
    [{"action": "synchronize"}, {"action": "edited", "changes": {"base": {"ref": {"from": "main"}}}}],
    ids=["commit", "base"],
)
def test_another_commit_or_base_of_a_pull_request_is_read_with_its_branch(what: Payload) -> None:
    event = read("d1", "pull_request", raw(CLOSED | what))
    assert isinstance(event, PullRequestPushed)
    assert (event.number, event.branch, event.sha) == (8, "redfirst/7-total", "c" * 40)


PUSHED: Payload = COMMON | {"ref": "refs/heads/a/b", "after": "d" * 40, "deleted": False}


def test_a_commit_on_a_branch_is_read() -> None:
    event = read("d1", "push", raw(PUSHED))
    assert isinstance(event, BranchPushed)
    assert (event.branch, event.sha) == ("a/b", "d" * 40)


@pytest.mark.parametrize("other", [{"ref": "refs/tags/v1"}, {"deleted": True}, {"ref": "refs/heads/"}])
def test_of_pushes_tags_and_branches_that_go_are_not_read(other: Payload) -> None:
    with pytest.raises(Unread, match="only commits on branches are read"):
        read("d1", "push", raw(PUSHED | other))


@pytest.mark.parametrize("event", ["workflow_run", "ping", "issue", ""])
def test_other_events_are_not_read(event: str) -> None:
    with pytest.raises(Unread, match="events are not read"):
        read("d1", event, raw(LABELED))


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (without(LABELED, "sender"), "sender: Field required"),
        (without(LABELED, "repository"), "repository: Field required"),
        (without(LABELED, "issue"), "issue: Field required"),
        (without(LABELED, "label"), "label: Field required"),
        (LABELED | {"issue": without(ISSUE, "number")}, "issue.number: Field required"),
        (LABELED | {"sender": {"login": "ghost"}}, "sender.id: Field required"),
        (LABELED | {"sender": None}, "sender"),
        ([], "Input should be a valid dictionary"),
        (None, "Input should be a valid dictionary"),
    ],
)
def test_what_lacks_a_field_that_we_need_is_left_with_the_reason(payload: object, complaint: str) -> None:
    with pytest.raises(Unread, match="the issues payload lacks what we read") as raised:
        read("d1", "issues", raw(payload))
    assert complaint in str(raised.value)


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff", b'{"a": "\\ud800"}', b'{"a":' + b"[" * 100_000])
def test_what_is_no_json_is_left_with_the_reason(broken: bytes) -> None:
    with pytest.raises(Unread):
        read("d1", "issues", broken)


def test_fields_that_may_be_missing_are_forgiven() -> None:
    spare = COMMON | {"action": "labeled", "issue": {"number": 7, "title": "t"}, "label": {"name": "x"}}
    event = read("d1", "issues", raw(without(spare, "installation")))
    assert isinstance(event, IssueLabeled)
    assert (event.issue.body, event.issue.author, event.tenant.installation) == ("", "", None)


@pytest.mark.parametrize(("kind", "bot"), [("User", False), ("Bot", True), ("Organization", False)])
def test_a_bot_is_known_by_what_github_says_it_is(kind: str, bot: bool) -> None:
    event = read("d1", "issues", raw(LABELED | {"sender": SENDER | {"type": kind}}))
    assert event.actor.is_bot is bot


@settings(deadline=None)
@given(st.binary(max_size=100), st.sampled_from(["issues", "issue_comment", "pull_request", "x"]))
def test_no_payload_raises_anything_else(payload: bytes, event: str) -> None:
    with pytest.raises(Unread):
        read("d1", event, payload)


def status(state: str, *branches: tuple[str, str]) -> Payload:
    tips = [{"name": name, "commit": {"sha": sha, "url": "x"}, "protected": False} for name, sha in branches]
    return COMMON | {"sha": "c" * 40, "state": state, "context": "ci/jenkins", "branches": tips}


@pytest.mark.parametrize("state", ["failure", "error"])
def test_a_failed_status_is_read_for_the_branch_of_ours_that_is_at_its_commit(state: str) -> None:
    branches = (("main", "c" * 40), ("redfirst/6-old", "d" * 40), ("redfirst/7-total", "c" * 40))
    seen = read("d", "status", raw(status(state, *branches)))
    assert isinstance(seen, StatusFailed)
    assert (seen.branch, seen.sha, seen.app) == ("redfirst/7-total", "c" * 40, "ci/jenkins")


@pytest.mark.parametrize("branches", [(), (("main", "c" * 40),), (("redfirst/7-total", "d" * 40),)])
def test_a_status_of_a_commit_that_no_branch_of_ours_is_at_is_of_none(
    branches: tuple[tuple[str, str], ...],
) -> None:
    seen = read("d", "status", raw(status("failure", *branches)))
    assert isinstance(seen, StatusFailed)
    assert not seen.branch.startswith("redfirst/")


@pytest.mark.parametrize("state", ["pending", "success"])
def test_a_status_that_did_not_fail_is_not_read(state: str) -> None:
    with pytest.raises(Unread, match="only failures are read"):
        read("d", "status", raw(status(state, ("redfirst/7-total", "c" * 40))))


@pytest.mark.parametrize(
    ("action", "changes", "before"),
    [
        ("renamed", {"repository": {"name": {"from": "blues"}}}, "octo/blues"),
        ("transferred", {"owner": {"from": {"user": {"id": 3, "login": "cat"}}}}, "cat/reds"),
        ("transferred", {"owner": {"from": {"organization": {"id": 3, "login": "cats"}}}}, "cats/reds"),
    ],
)
def test_a_repository_that_moved_says_what_it_was_called(action: str, changes: Payload, before: str) -> None:
    seen = read("d", "repository", raw(COMMON | {"action": action, "changes": changes}))
    assert isinstance(seen, RepositoryMoved)
    assert (seen.before, seen.tenant.repository) == (before, "octo/reds")
