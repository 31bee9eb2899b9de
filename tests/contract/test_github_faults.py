"""A GitHub that breaks in the middle of things: what did happen is found, and never done twice."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable

import pytest

from bot.github import once, transport
from bot.github.forge import GitHubForge
from bot.standin.faults import Fault, What
from policies.effects import (
    AddLabels,
    AddReaction,
    AskForReview,
    Conclusion,
    Done,
    EditPullRequest,
    Effect,
    MarkReady,
    PostComment,
    RemoveBranch,
    ReportCheck,
    SubmitReview,
)
from policies.facts import Permission
from tests.contract.github_here import BRANCH, REPOSITORY, TENANT, Here, github, proposal, push
from workflows.errors import Passing

REPO = f"/repos/{REPOSITORY}"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(once, "SETTLING", (0.0, 0.0))


@pytest.fixture
async def here() -> AsyncGenerator[Here]:
    async with github(as_app=True) as made:
        yield made


def _comment(**more: object) -> PostComment:
    return PostComment.model_validate(
        {"key": "d1/a", "repository": REPOSITORY, "issue": 1, "body": "Hello", **more}
    )


# --- each write, whose effect happens though we are told that it did not


Made = Callable[[Here, int, str], Effect[Done]]
WRITES: dict[str, tuple[str, str, Made]] = {
    "comment": ("POST", f"{REPO}/issues/1/comments", lambda _h, _n, _s: _comment()),
    "sticky": ("POST", f"{REPO}/issues/1/comments", lambda _h, _n, _s: _comment(sticky="r1")),
    "reaction": (
        "POST",
        f"{REPO}/issues/1/reactions",
        lambda _h, _n, _s: AddReaction(key="d1/seen", repository=REPOSITORY, issue=1),
    ),
    "commit": ("PATCH", f"{REPO}/git/refs/*", lambda _h, _n, sha: push(sha, "r2/c", "P = 2\n", goes_on=True)),
    "branch": (
        "POST",
        f"{REPO}/git/refs",
        lambda _h, _n, sha: push(sha, "r3/c", "P = 3\n", branch="redfirst/2-other"),
    ),
    "text": (
        "PATCH",
        f"{REPO}/pulls/*",
        lambda _h, number, _s: EditPullRequest(
            key="r2/text", repository=REPOSITORY, number=number, body="Better"
        ),
    ),
    "ready": (
        "POST",
        "/graphql",
        lambda _h, number, _s: MarkReady(key="r1/ready", repository=REPOSITORY, number=number),
    ),
    "people": (
        "POST",
        f"{REPO}/pulls/*/requested_reviewers",
        lambda _h, number, _s: AskForReview(
            key="r1/ask", repository=REPOSITORY, number=number, people=("writer",)
        ),
    ),
    "labels": (
        "POST",
        f"{REPO}/issues/*/labels",
        lambda _h, number, _s: AddLabels(
            key="r1/l", repository=REPOSITORY, issue=number, names=("agent:fix",)
        ),
    ),
    "check": (
        "POST",
        f"{REPO}/check-runs",
        lambda _h, _n, sha: ReportCheck(
            key="r1/check", repository=REPOSITORY, sha=sha, name="redfirst",
            conclusion=Conclusion.SUCCESS, title="t", summary="s",
        ),
    ),
    "review": (
        "POST",
        f"{REPO}/pulls/*/reviews",
        lambda _h, number, sha: SubmitReview(
            key="r1/review", repository=REPOSITORY, number=number, sha=sha, body="Hm"
        ),
    ),
}  # fmt: skip


def left(here: Here, number: int) -> dict[str, object]:
    """All that can be seen of what was done."""
    issue, pull = here.standin.repository(REPOSITORY).pull(number)
    return {
        "comments": [comment.body for comment in here.comments()],
        "reactions": [one.content for one in here.standin.reactions(REPOSITORY, 1)],
        "text": issue.body,
        "draft": pull.draft,
        "head": pull.head_sha,
        "asked": [user.login for user in pull.requested_reviewers],
        "labels": [label.name for label in issue.labels],
        "reviews": [review.body for review in pull.reviews],
        "checks": [run.name for run in here.checks()],
        "pulls": len(here.standin.pulls(REPOSITORY)),
    }


BROKEN = [
    Fault("answer", status=502, when="after"),
    Fault("reset", when="after"),
    Fault("truncated"),
    Fault("malformed"),
]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        *((name, BROKEN[0]) for name in WRITES),
        *((name, fault) for name in ("comment", "ready") for fault in BROKEN[1:]),
    ],
    ids=lambda given: given if isinstance(given, str) else given.what,
)
async def test_a_write_that_happened_though_github_broke_is_not_done_twice(name: str, fault: Fault) -> None:
    method, path, make = WRITES[name]
    async with github(as_app=True) as here:
        number, sha = await here.proposed()
        effect = make(here, number, sha)
        here.fault(Fault(fault.what, method, path, when=fault.when, status=fault.status))
        with contextlib.suppress(Passing):  # a few need no answer; for the others the step tries again
            await here.forge.write(TENANT, effect)
        between = left(here, number)
        await here.forge.write(TENANT, effect)
        assert left(here, number) == between


@pytest.mark.parametrize("fault", BROKEN[:2], ids=lambda fault: fault.what)
async def test_a_pull_request_that_was_opened_though_github_broke_is_found(fault: Fault) -> None:
    async with github(as_app=True) as here:
        await here.forge.write(TENANT, await here.commit())
        here.fault(Fault(fault.what, "POST", f"{REPO}/pulls", when=fault.when, status=fault.status))
        opened = await here.forge.write(TENANT, proposal())
        (made,) = here.standin.pulls(REPOSITORY)
        assert opened.number == made.number
        assert len(here.standin.pulls(REPOSITORY)) == 1


async def test_a_branch_that_was_removed_though_github_broke_is_gone(here: Here) -> None:
    made = await here.forge.write(TENANT, await here.commit())
    here.fault(Fault("answer", "DELETE", f"{REPO}/git/refs/*", when="after", status=502))
    removal = RemoveBranch(key="r1/x", repository=REPOSITORY, branch=BRANCH, sha=made.sha)
    with pytest.raises(Passing):
        await here.forge.write(TENANT, removal)
    assert not (await here.forge.write(TENANT, removal)).removed
    assert await here.forge.tip(TENANT, BRANCH) == ""


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_is_sent_once_in_one_attempt(name: str) -> None:
    method, path, make = WRITES[name]
    async with github(as_app=True) as here:
        number, sha = await here.proposed()
        here.fault(Fault("answer", method, path, status=502, times=None))
        with pytest.raises(Passing, match="502"):
            await here.forge.write(TENANT, make(here, number, sha))
        ((_, times),) = here.standin.faults.seen()
        assert times == 1


async def test_a_pull_request_that_the_list_does_not_show_yet_is_waited_for(here: Here) -> None:
    await here.forge.write(TENANT, await here.commit())
    await here.forge.write(TENANT, proposal())
    said = "A pull request already exists for maintainer:redfirst/1-last-page."
    here.fault(Fault("answer", "POST", f"{REPO}/pulls", status=422, message=said))
    here.standin.repository(REPOSITORY).issues.pop(2)
    other = GitHubForge(here.settings)
    with pytest.raises(Passing, match="does not show yet"):
        await other.write(TENANT, proposal())
    await other.close()


async def test_a_branch_that_was_moved_in_between_is_looked_at_again(here: Here) -> None:
    first = await here.forge.write(TENANT, await here.commit())
    more = push(first.sha, "r2/c", "P = 2\n", goes_on=True)
    said = "Update is not a fast forward"
    here.fault(Fault("answer", "PATCH", f"{REPO}/git/refs/*", status=422, message=said, when="after"))
    made = await here.forge.write(TENANT, more)
    assert await here.forge.tip(TENANT, BRANCH) == made.sha


# --- reading


@pytest.mark.parametrize(
    "fault",
    [
        Fault("answer", status=500),
        Fault("answer", status=502),
        Fault("answer", status=503),
        Fault("answer", status=504),
        Fault("reset"),
        Fault("reset", when="after"),
        Fault("truncated"),
    ],
    ids=lambda fault: f"{fault.what}-{fault.status}-{fault.when}",
)
async def test_a_question_is_asked_again_at_once_and_a_third_time(here: Here, fault: Fault) -> None:
    def spoil(who: str, times: int) -> None:
        path = f"{REPO}/collaborators/{who}/permission"
        here.fault(Fault(fault.what, "GET", path, times=times, when=fault.when, status=fault.status))

    spoil("writer", 2)
    assert await here.forge.permission(TENANT, "writer") is Permission.WRITE
    spoil("reader", 3)
    with pytest.raises(Passing):
        await here.forge.permission(TENANT, "reader")
    assert [seen for _, seen in here.standin.faults.seen()] == [3, 3]


async def test_an_answer_that_cannot_be_read_may_be_readable_the_next_time(here: Here) -> None:
    here.fault(Fault("malformed", "GET", f"{REPO}/collaborators/*"))
    with pytest.raises(Passing, match="cannot be read"):
        await here.forge.permission(TENANT, "writer")
    assert await here.forge.permission(TENANT, "writer") is Permission.WRITE


@pytest.mark.parametrize("path", ["/-/codeload/*", f"{REPO}/tarball/*"])
@pytest.mark.parametrize("what", ["reset", "truncated"])
async def test_a_tarball_that_breaks_off_is_no_tarball(here: Here, path: str, what: What) -> None:
    head = await here.forge.head(TENANT)
    here.fault(Fault(what, "GET", path, times=None, when="after"))
    with pytest.raises(Passing):
        await here.forge.tarball(TENANT, head.sha)


# --- limits


async def test_a_secondary_limit_says_how_long_and_the_write_did_not_happen(here: Here) -> None:
    here.fault(Fault("secondary_limit", "POST", f"{REPO}/issues/1/comments", retry_after=30))
    with pytest.raises(Passing, match="rate limit") as raised:
        await here.forge.write(TENANT, _comment())
    assert raised.value.wait is not None
    assert 30 <= raised.value.wait <= 34
    assert here.comments() == []
    await here.forge.write(TENANT, _comment())
    assert len(here.comments()) == 1


@pytest.mark.parametrize("status", [403, 429])
async def test_a_primary_limit_says_when_it_is_over(here: Here, status: int) -> None:
    here.fault(Fault("primary_limit", "GET", f"{REPO}/collaborators/*", status=status, retry_after=600))
    with pytest.raises(Passing, match="rate limit") as raised:
        await here.forge.permission(TENANT, "writer")
    assert raised.value.wait is not None
    assert 595 <= raised.value.wait <= 661


async def test_a_limit_that_does_not_say_how_long_is_a_minute(here: Here) -> None:
    here.fault(Fault("secondary_limit", "GET", f"{REPO}/collaborators/*", retry_after=None))
    with pytest.raises(Passing) as raised:
        await here.forge.permission(TENANT, "writer")
    assert raised.value.wait is not None
    assert 60 <= raised.value.wait <= 67


# --- what is known already


async def test_what_has_not_changed_costs_no_rate_limit(here: Here) -> None:
    await here.forge.permission(TENANT, "writer")
    here.standin.world.rate_limit = 2
    for _ in range(5):
        assert await here.forge.permission(TENANT, "writer") is Permission.WRITE
    await here.forge.permission(TENANT, "reader")
    with pytest.raises(Passing, match="rate limit"):
        await here.forge.permission(TENANT, "maintainer")


async def test_what_has_changed_is_read_anew(here: Here) -> None:
    first = await here.forge.tip(TENANT, "main")
    second = await here.standin.push(REPOSITORY, "main", {"a": b"b"}, "More", by="maintainer")
    assert first != second
    assert await here.forge.tip(TENANT, "main") == second
