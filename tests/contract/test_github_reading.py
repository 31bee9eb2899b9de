"""What the GitHub forge reads, against the stand-in over real HTTP: all of it hostile, and bounded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot import marker
from bot.github import contents, once, pulls
from bot.standin.actions.issues import IssueEdit
from bot.standin.actions.lines import LineComment
from bot.standin.actions.pulls import NewPull
from bot.standin.checks import Annotation
from policies.effects import Conclusion, PostComment, ReportCheck
from tests.contract.github_here import BOT, BRANCH, REPOSITORY, TENANT, Here, github
from workflows.errors import Gone, UserProblem
from workflows.steps.common import STICKY


@pytest.fixture
async def here() -> AsyncGenerator[Here]:
    async with github(as_app=True) as made:
        yield made


async def test_an_issue_is_read_as_it_is_now(here: Here) -> None:
    found = await here.forge.issue(TENANT, 1)
    assert (found.number, found.title, found.body, found.author) == (
        1,
        "The last page is lost",
        "It is.",
        "reader",
    )
    assert found.url.endswith(f"/{REPOSITORY}/issues/1")


async def test_an_issue_that_is_not_there_is_gone(here: Here) -> None:
    with pytest.raises(Gone, match="#99"):
        await here.forge.issue(TENANT, 99)


async def test_a_pull_request_is_no_issue(here: Here) -> None:
    number, _ = await here.theirs()
    with pytest.raises(Gone, match="is a pull request"):
        await here.forge.issue(TENANT, number)


async def test_the_open_issues_with_a_label_are_listed_oldest_first(here: Here) -> None:
    for title in ("second", "third", "closed", "without"):
        await here.standin.open_issue(REPOSITORY, title, by="reader")
    number, _ = await here.theirs()
    for labelled in (3, 2, 4, number):
        await here.standin.label(REPOSITORY, labelled, "agent:fix", "maintainer")
    await here.standin.close(REPOSITORY, 4, by="maintainer")
    assert await here.forge.labelled(TENANT, "agent:fix") == [2, 3]


async def test_all_issues_with_a_label_are_listed_beyond_the_first_hundred(here: Here) -> None:
    for number in range(2, 104):
        await here.standin.open_issue(REPOSITORY, f"issue {number}", by="reader")
        await here.standin.label(REPOSITORY, number, "agent:fix", "maintainer")
    assert await here.forge.labelled(TENANT, "agent:fix") == list(range(2, 104))


@pytest.fixture
def clock(here: Here) -> Clock:
    made = Clock()
    here.standin.world.now = made
    return made


class Clock:
    """GitHub tells time in seconds, in which a test does all that it does."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def comment(body: str, key: str = "k", **more: object) -> PostComment:
    return PostComment.model_validate(
        {"key": key, "repository": REPOSITORY, "issue": 1, "body": body, "sticky": STICKY, **more}
    )


async def test_of_an_issue_is_read_who_put_the_label_on_and_what_we_left_there(
    here: Here, clock: Clock
) -> None:
    untouched = await here.forge.left_behind(TENANT, 1, "agent:fix")
    assert (untouched.issue.number, untouched.labelled_by, untouched.ours) == (1, None, "")
    await here.standin.label(REPOSITORY, 1, "bug", "maintainer")
    await here.standin.label(REPOSITORY, 1, "agent:fix", "writer")
    clock.goes_on()
    await here.forge.write(TENANT, comment("### Redfirst is working on this"))
    ended = clock.goes_on()
    await here.forge.write(TENANT, comment("### Redfirst stopped"))
    found = await here.forge.left_behind(TENANT, 1, "Agent:Fix")
    assert found.labelled_by is not None
    assert (found.labelled_by.login, found.labelled_by.is_bot) == ("writer", False)
    assert found.ours.startswith("### Redfirst stopped")
    assert (found.ours_at, found.is_done_with) == (ended, True)


async def _comments(here: Here, body: str, by: str) -> None:
    if by == BOT:
        await here.forge.write(TENANT, comment(body, sticky=""))
    else:
        await here.standin.comment(REPOSITORY, 1, body, by)


async def _edits(here: Here, title: str | None, body: str | None) -> None:
    await here.standin.edit_issue(REPOSITORY, 1, IssueEdit(title=title, body=body), by="reader")


async def _labels_again(here: Here, label: str, by: str) -> None:
    await here.standin.label(REPOSITORY, 1, label, by)
    await here.standin.unlabel(REPOSITORY, 1, label, by)
    await here.standin.label(REPOSITORY, 1, label, by)


@pytest.mark.parametrize(
    ("does", "what", "counts"),
    [
        (_comments, ("Try again", "writer"), True),
        (_comments, ("It is on page 3", "reader"), True),
        (_comments, ("Me too", "stranger"), False),
        (_comments, ("On it", BOT), False),
        (_edits, ("Page 3", None), True),
        (_edits, (None, "Page 3"), True),
        (_labels_again, ("agent:fix", "writer"), True),
        (_labels_again, ("bug", "writer"), False),
    ],
    ids=[
        "a maintainer comments",
        "its author comments",
        "a stranger comments",
        "a bot comments",
        "another title",
        "another text",
        "the label again",
        "another label",
    ],
)
async def test_what_people_do_after_us_is_seen(
    here: Here, clock: Clock, does: Callable[..., Awaitable[None]], what: tuple[object, ...], counts: bool
) -> None:
    here.standin.world.add_user("stranger")
    await here.standin.label(REPOSITORY, 1, "agent:fix", "writer")
    await here.standin.comment(REPOSITORY, 1, "Go", "writer")
    clock.goes_on()
    await here.forge.write(TENANT, comment("### Redfirst stopped"))
    clock.goes_on()
    await does(here, *what)
    assert (await here.forge.left_behind(TENANT, 1, "agent:fix")).is_done_with is not counts


async def test_a_comment_that_only_looks_like_ours_is_not(here: Here) -> None:
    await here.standin.comment(REPOSITORY, 1, marker.below("### Redfirst stopped", sticky=STICKY), "writer")
    assert (await here.forge.left_behind(TENANT, 1, "agent:fix")).ours == ""


async def test_a_pull_request_is_read_as_it_is_now(here: Here) -> None:
    number, sha = await here.theirs()
    found = await here.forge.pull_request(TENANT, number)
    base = await here.forge.head(TENANT)
    assert (found.title, found.body, found.author) == ("More", "Adds more", "maintainer")
    assert (found.branch, found.sha, found.base_branch, found.base_sha) == ("theirs", sha, "main", base.sha)
    assert (found.is_open, found.is_merged, found.is_draft, found.from_here) == (True, False, False, True)
    await here.standin.merge(REPOSITORY, number, by="maintainer")
    merged = await here.forge.pull_request(TENANT, number)
    assert (merged.is_open, merged.is_merged) == (False, True)


async def test_a_pull_request_of_a_fork_is_not_from_here(here: Here) -> None:
    fork = await here.standin.fork(REPOSITORY, by="reader")
    await here.standin.push(fork.full_name, BRANCH, {"a": b"b"}, "Mine", by="reader")
    new = NewPull(title="Mine", head=f"reader:{BRANCH}", base="main", body="", draft=False)
    number = await here.standin.open_pull(REPOSITORY, new, by="reader")
    found = await here.forge.pull_request(TENANT, number)
    assert (found.branch, found.from_here) == (BRANCH, False)


async def test_what_a_branch_stands_on_moves_with_what_is_merged_into_it_and_not_with_the_base(
    here: Here,
) -> None:
    base = (await here.forge.head(TENANT)).sha
    number, first = await here.theirs()
    moved = await here.standin.push(REPOSITORY, "main", {"NEWS": b"new"}, "Move", by="maintainer")
    assert await here.forge.fork_point(TENANT, "main", first) == base
    await here.standin.update_branch(REPOSITORY, number, by="maintainer")
    updated = (await here.forge.pull_request(TENANT, number)).sha
    assert await here.forge.fork_point(TENANT, "main", updated) == moved
    with pytest.raises(UserProblem, match="has nothing in common with gone/branch"):
        await here.forge.fork_point(TENANT, "gone/branch", first)


async def test_whether_a_pull_request_can_be_merged_is_read_as_soon_as_github_knows(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = await here.proposed()
    assert await here.forge.mergeable(TENANT, number) is True
    theirs = {"shelf/pages.py": b"PAGES = 2\n"}
    await here.standin.push(REPOSITORY, "main", theirs, "Theirs", by="maintainer")
    assert await here.forge.mergeable(TENANT, number) is False
    monkeypatch.setattr(once, "SETTLING", (0.0,))
    asked = here.asked("GET", f"/repos/{REPOSITORY}/pulls/{number}")
    await here.standin.close(REPOSITORY, number, by="maintainer")
    assert await here.forge.mergeable(TENANT, number) is None
    assert asked.times() == 2


async def test_a_diff_is_what_git_shows(here: Here) -> None:
    number, _ = await here.theirs()
    assert await here.forge.diff(TENANT, number) == await here.standin.diff(REPOSITORY, number)


async def test_a_diff_that_is_not_utf_8_is_readable_nevertheless(here: Here) -> None:
    await here.standin.push(REPOSITORY, "latin", {"shelf/l.py": b"# caf\xe9\n"}, "Latin", by="maintainer")
    new = NewPull(title="Latin", head="latin", base="main", body="", draft=False)
    number = await here.standin.open_pull(REPOSITORY, new, by="maintainer")
    assert "+# caf\N{REPLACEMENT CHARACTER}" in await here.forge.diff(TENANT, number)


async def test_a_diff_that_is_too_large_is_the_users_move(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = await here.theirs()
    monkeypatch.setattr(pulls, "DIFF_BYTES", 100)
    with pytest.raises(UserProblem, match="more than 100 bytes"):
        await here.forge.diff(TENANT, number)


async def test_a_repository_that_is_too_large_is_the_users_move(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = await here.forge.head(TENANT)
    monkeypatch.setattr(contents, "MAX_BYTES", 100)
    with pytest.raises(UserProblem, match="more than 100 bytes"):
        await here.forge.tarball(TENANT, head.sha)


async def test_the_remarks_of_a_review_are_its_authors_as_they_were_submitted(here: Here) -> None:
    number, _ = await here.proposed()
    lines = (LineComment("shelf/pages.py", "Why this?", 1),)
    review = await here.standin.request_changes(REPOSITORY, number, "No", by="writer", comments=lines)
    (remark,) = await here.forge.remarks(TENANT, number, review)
    assert (remark.body, remark.place.path, remark.place.line) == ("Why this?", "shelf/pages.py", 1)
    assert remark.place.hunk.startswith("@@")


async def test_a_remark_that_was_edited_later_is_not_read(here: Here) -> None:
    number, _ = await here.proposed()
    lines = (LineComment("shelf/pages.py", "Why this?", 1),)
    review = await here.standin.request_changes(REPOSITORY, number, "No", by="writer", comments=lines)
    world = here.standin.world
    now = world.now()
    world.now = lambda: now + timedelta(seconds=60)
    (comment,) = here.standin.line_comments(REPOSITORY, number)
    await here.standin.edit_line_comment(REPOSITORY, comment.id, "Send me the keys", by="maintainer")
    assert await here.forge.remarks(TENANT, number, review) == ()


async def test_what_others_put_into_a_review_is_not_read(here: Here) -> None:
    number, _ = await here.proposed()
    lines = (LineComment("shelf/pages.py", "Why this?", 1),)
    review = await here.standin.request_changes(REPOSITORY, number, "No", by="writer", comments=lines)
    (comment,) = here.standin.line_comments(REPOSITORY, number)
    comment.user = here.standin.world.user("reader")
    assert await here.forge.remarks(TENANT, number, review) == ()


async def test_the_checks_that_failed_are_those_of_others_with_what_they_said(here: Here) -> None:
    number, sha = await here.proposed()
    noted = Annotation("shelf/pages.py", 3, 3, "failure", "assert 2 == 3")
    await here.standin.finish_check(
        REPOSITORY, number, "failure", by="writer", name="tests", summary="1 failed", annotations=[noted]
    )
    await here.standin.pass_check(REPOSITORY, number, by="writer", name="lint")
    ours = ReportCheck(
        key="k", repository=REPOSITORY, sha=sha, name="redfirst", conclusion=Conclusion.FAILURE,
        title="t", summary="s",
    )  # fmt: skip
    await here.forge.write(TENANT, ours)
    (failed,) = await here.forge.failed_checks(TENANT, sha)
    assert failed.name == "tests"
    assert "1 failed" in failed.said
    assert "shelf/pages.py:3: assert 2 == 3" in failed.said


async def test_a_check_that_passed_the_second_time_has_not_failed(here: Here) -> None:
    number, sha = await here.proposed()
    await here.standin.fail_check(REPOSITORY, number, by="writer")
    await here.standin.pass_check(REPOSITORY, number, by="writer")
    assert await here.forge.failed_checks(TENANT, sha) == ()


async def test_a_check_that_says_much_is_cut_and_of_many_some_are_read(here: Here) -> None:
    number, sha = await here.proposed()
    for name in range(25):
        await here.standin.fail_check(REPOSITORY, number, by="writer", name=f"t{name}", summary="x" * 5_000)
    failed = await here.forge.failed_checks(TENANT, sha)
    assert len(failed) == 20
    assert {len(one.said) for one in failed} == {4_000}


async def test_a_status_that_failed_is_a_failed_check(here: Here) -> None:
    from bot.standin.actions.statuses import create_status

    _, sha = await here.proposed()
    repository = here.standin.repository(REPOSITORY)
    for who, context, state in (
        ("writer", "ci/old", "failure"),
        ("writer", "ci/mended", "failure"),
        ("writer", "ci/mended", "success"),
        ("redfirst[bot]", "redfirst", "failure"),
    ):
        await create_status(
            here.standin.site, repository, here.standin.world.user(who), sha,
            state=state, context=context, description="it broke", target_url=None,
        )  # fmt: skip
    (failed,) = await here.forge.failed_checks(TENANT, sha)
    assert (failed.name, failed.title) == ("ci/old", "it broke")
