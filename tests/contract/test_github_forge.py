"""What only the GitHub forge does, against the stand-in over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot import marker
from bot.github.forge import GitHubForge
from bot.listening import serving
from policies.effects import (
    AddReaction,
    AskForReview,
    Conclusion,
    EditPullRequest,
    MarkReady,
    PostComment,
    RemoveBranch,
    ReportCheck,
    StartRun,
    SubmitReview,
)
from policies.effects import Remark as On
from policies.facts import Permission
from tests.contract.github_here import BRANCH, REPOSITORY, TENANT, Here, github, proposal, push
from workflows.errors import Gone, OperatorProblem, Passing, UserProblem
from workflows.trigger import Tenant


@pytest.fixture(params=["root", "enterprise"])
async def here(request: pytest.FixtureRequest) -> AsyncGenerator[Here]:
    """With the API at the root, as on api.github.com, and below /api/v3, as on a GitHub of one's own."""
    async with github(as_app=True, enterprise=request.param == "enterprise") as made:
        yield made


@pytest.fixture
async def one() -> AsyncGenerator[Here]:
    async with github() as made:
        yield made


def _sticky(body: str) -> PostComment:
    return PostComment(key=f"r1/{body}", repository=REPOSITORY, issue=1, body=body, sticky="r1")


def _check(sha: str, key: str = "r1/check") -> ReportCheck:
    return ReportCheck(
        key=key,
        repository=REPOSITORY,
        sha=sha,
        name="redfirst",
        conclusion=Conclusion.SUCCESS,
        title="Red, then green",
        summary="It was seen.",
    )


# --- comments and reactions


async def test_a_sticky_comment_is_edited_in_place(here: Here) -> None:
    first = await here.forge.write(TENANT, _sticky("working"))
    second = await here.forge.write(TENANT, _sticky("done"))
    assert first.ref == second.ref
    (comment,) = here.comments()
    assert comment.body.startswith("done")


async def test_a_sticky_comment_is_edited_by_another_process_too(here: Here) -> None:
    await here.forge.write(TENANT, _sticky("working"))
    other = GitHubForge(here.settings)
    await other.write(TENANT, _sticky("done"))
    await other.close()
    (comment,) = here.comments()
    assert comment.body.startswith("done")


async def test_a_sticky_comment_that_somebody_deleted_is_written_again(one: Here) -> None:
    first = await one.forge.write(TENANT, _sticky("working"))
    await one.standin.delete_comment(REPOSITORY, int(first.ref), by="maintainer")
    await one.forge.write(TENANT, _sticky("done"))
    (comment,) = one.comments()
    assert comment.body.startswith("done")


async def test_our_last_comment_is_known_though_the_list_does_not_show_it(one: Here) -> None:
    await one.forge.write(TENANT, _sticky("working"))
    listed = one.asked("GET", f"/repos/{REPOSITORY}/issues/1/comments")
    await one.forge.write(TENANT, _sticky("done"))
    assert listed.times() == 0
    assert len(one.comments()) == 1


async def test_two_that_write_the_same_comment_at_once_write_one(one: Here) -> None:
    import asyncio

    await asyncio.gather(*(one.forge.write(TENANT, _sticky(f"step {number}")) for number in range(5)))
    assert len(one.comments()) == 1


async def test_a_comment_with_our_marker_by_somebody_else_is_not_ours(one: Here) -> None:
    forged = f"nice try\n{marker.mark(sticky='r1')}"
    await one.standin.comment(REPOSITORY, 1, forged, by="reader")
    await one.forge.write(TENANT, _sticky("working"))
    assert one.comments()[0].body == forged
    assert one.comments()[1].body.startswith("working")


async def test_our_comment_is_found_behind_a_hundred_others(one: Here) -> None:
    for number in range(101):
        await one.standin.comment(REPOSITORY, 1, f"chatter {number}", by="reader")
    await one.forge.write(TENANT, _sticky("working"))
    other = GitHubForge(one.settings)
    await other.write(TENANT, _sticky("done"))
    await other.close()
    assert len(one.comments()) == 102


async def test_a_comment_that_is_too_long_is_cut_and_keeps_its_marker(one: Here) -> None:
    await one.forge.write(TENANT, _sticky("x" * 70_000))
    (comment,) = one.comments()
    assert len(comment.body) < 65_536
    assert marker.has(comment.body, "sticky", "r1")


async def test_a_reaction_is_given_once(here: Here) -> None:
    comment = await here.standin.comment(REPOSITORY, 1, "/agent fix", by="maintainer")
    effect = AddReaction(key="d1/seen", repository=REPOSITORY, issue=1, comment=comment.id)
    await here.forge.write(TENANT, effect)
    await here.forge.write(TENANT, effect)
    assert [reaction.content for reaction in comment.reactions] == ["eyes"]


async def test_a_comment_on_a_line_is_reacted_to_and_answered_in_its_thread_once(here: Here) -> None:
    number, _ = await here.theirs()
    asked = await here.standin.comment_on_line(
        REPOSITORY, number, "shelf/more.py", 2, "/agent ask", by="writer"
    )
    seen = AddReaction(key="d1/seen", repository=REPOSITORY, issue=number, comment=asked.id, in_review=True)
    reply = PostComment(key="d1/a", repository=REPOSITORY, issue=number, body="So.", in_reply_to=asked.id)
    for _ in range(2):
        await here.forge.write(TENANT, seen)
        await here.forge.write(TENANT, reply)
    assert [reaction.content for reaction in asked.reactions] == ["eyes"]
    first, answer = here.standin.line_comments(REPOSITORY, number)
    assert (first.id, answer.in_reply_to) == (asked.id, asked.id)
    assert here.comments(number) == []


async def test_an_answer_to_an_answer_goes_to_the_beginning_of_the_thread(one: Here) -> None:
    number, _ = await one.theirs()
    first = await one.standin.comment_on_line(REPOSITORY, number, "shelf/more.py", 2, "Why?", by="writer")
    second = await one.standin.reply(REPOSITORY, number, first.id, "/agent ask", by="maintainer")
    replies = one.asked("POST", f"/repos/{REPOSITORY}/pulls/{number}/comments/{first.id}/replies")
    await one.forge.write(
        TENANT, PostComment(key="d", repository=REPOSITORY, issue=number, body="So.", in_reply_to=second.id)
    )
    assert replies.times() == 1


# --- commits and branches


async def test_a_branch_goes_on_with_one_more_commit(here: Here) -> None:
    first = await here.forge.write(TENANT, await here.commit())
    more = push(first.sha, "r2/revise/commit", "PAGES = 2\n", goes_on=True)
    second = await here.forge.write(TENANT, more)
    assert await here.forge.write(TENANT, more) == second
    assert await here.forge.tip(TENANT, BRANCH) == second.sha
    assert await here.standin.read_file(REPOSITORY, BRANCH, "shelf/pages.py") == b"PAGES = 2\n"


async def test_a_branch_that_somebody_has_pushed_to_is_left_as_it_is(one: Here) -> None:
    first = await one.forge.write(TENANT, await one.commit())
    theirs = await one.standin.push(REPOSITORY, BRANCH, {"hello": b"from me"}, "Mine", by="writer")
    with pytest.raises(UserProblem, match="somebody has pushed"):
        await one.forge.write(TENANT, push(first.sha, "r2/c", "PAGES = 2\n", goes_on=True))
    assert await one.forge.tip(TENANT, BRANCH) == theirs


async def test_our_commit_is_found_below_what_others_have_pushed_on_it(one: Here) -> None:
    first = await one.forge.write(TENANT, await one.commit())
    more = push(first.sha, "r2/c", "PAGES = 2\n", goes_on=True)
    second = await one.forge.write(TENANT, more)
    await one.standin.push(REPOSITORY, BRANCH, {"hello": b"from me"}, "Mine", by="writer")
    assert await one.forge.write(TENANT, more) == second


async def test_a_commit_with_our_key_and_other_content_is_not_ours(one: Here) -> None:
    first = await one.forge.write(TENANT, await one.commit())
    said = "Mine\n\nRedfirst-Key: r2/c"
    await one.standin.push(REPOSITORY, BRANCH, {"hello": b"from me"}, said, by="writer")
    with pytest.raises(UserProblem, match="somebody has pushed"):
        await one.forge.write(TENANT, push(first.sha, "r2/c", "PAGES = 2\n", goes_on=True))


async def test_a_branch_that_is_gone_cannot_go_on(one: Here) -> None:
    first = await one.forge.write(TENANT, await one.commit())
    await one.standin.delete_branch(REPOSITORY, BRANCH, by="maintainer")
    with pytest.raises(UserProblem, match="is gone"):
        await one.forge.write(TENANT, push(first.sha, "r2/c", "PAGES = 2\n", goes_on=True))


async def test_a_branch_that_somebody_has_pushed_to_is_not_removed(one: Here) -> None:
    made = await one.forge.write(TENANT, await one.commit())
    await one.standin.push(REPOSITORY, BRANCH, {"hello": b"from me"}, "Mine", by="writer")
    removal = RemoveBranch(key="r1/x", repository=REPOSITORY, branch=BRANCH, sha=made.sha)
    assert not (await one.forge.write(TENANT, removal)).removed
    assert await one.forge.tip(TENANT, BRANCH)


async def test_a_branch_with_an_odd_name_is_looked_for_by_that_name(one: Here) -> None:
    odd = "feature#1&x=%20y"
    sha = await one.standin.push(REPOSITORY, odd, {"a": b"b"}, "Odd", by="maintainer")
    assert await one.forge.tip(TENANT, odd) == sha
    removal = RemoveBranch(key="r1/x", repository=REPOSITORY, branch=odd, sha=sha)
    assert (await one.forge.write(TENANT, removal)).removed


# --- pull requests


async def test_an_open_pull_request_by_others_for_the_branch_is_named(one: Here) -> None:
    number, _ = await one.proposed()
    with pytest.raises(UserProblem, match=f"#{number}"):
        await one.forge.write(TENANT, proposal("r2/other"))


async def test_a_pull_request_for_nothing_new_is_the_users_move(one: Here) -> None:
    head = await one.forge.head(TENANT)
    same = await one.standin.read_file(REPOSITORY, "main", "shelf/pages.py")
    assert same is not None
    await one.standin.push(REPOSITORY, "ahead", {"x": b"y"}, "Ahead", by="maintainer")
    with pytest.raises(UserProblem, match="changes nothing"):
        await one.forge.write(TENANT, proposal(head="main"))
    assert await one.forge.head(TENANT) == head


async def test_the_text_is_renewed_and_the_marker_of_the_first_run_stays(here: Here) -> None:
    number, _ = await here.proposed()
    edit = EditPullRequest(key="r2/revise/text", repository=REPOSITORY, number=number, body="Better now.")
    await here.forge.write(TENANT, edit)
    found = await here.forge.pull_request(TENANT, number)
    assert found.body.startswith("Better now.")
    assert (marker.find(found.body, "run"), marker.find(found.body, "key")) == ("r1", "r1/fix/pull-request")
    assert found.title == "Fix #1"


async def test_the_text_of_somebody_elses_pull_request_is_not_ours_to_change(one: Here) -> None:
    number, _ = await one.theirs()
    for effect in (
        EditPullRequest(key="k", repository=REPOSITORY, number=number, body="Mine"),
        MarkReady(key="k", repository=REPOSITORY, number=number),
    ):
        with pytest.raises(UserProblem, match="somebody else"):
            await one.forge.write(TENANT, effect)


async def test_a_draft_is_made_ready(here: Here) -> None:
    number, _ = await here.proposed()
    assert (await here.forge.pull_request(TENANT, number)).is_draft
    await here.forge.write(TENANT, MarkReady(key="r1/ready", repository=REPOSITORY, number=number))
    assert not (await here.forge.pull_request(TENANT, number)).is_draft


async def test_what_is_no_draft_is_not_marked_again(one: Here) -> None:
    number, _ = await one.proposed()
    ready = MarkReady(key="r1/ready", repository=REPOSITORY, number=number)
    await one.forge.write(TENANT, ready)
    asked = one.asked("POST", "/graphql")
    await one.forge.write(TENANT, ready)
    assert asked.times() == 0


async def test_who_cannot_be_asked_for_a_review_is_left_out(here: Here) -> None:
    number, _ = await here.proposed()
    people = ("writer", "stranger", "redfirst[bot]")
    ask = AskForReview(key="r1/ask", repository=REPOSITORY, number=number, people=people)
    await here.forge.write(TENANT, ask)
    _, pull = here.standin.repository(REPOSITORY).pull(number)
    assert [user.login for user in pull.requested_reviewers] == ["writer"]


# --- checks and reviews


async def test_an_app_reports_a_check_once(here: Here) -> None:
    _, sha = await here.proposed()
    first = await here.forge.write(TENANT, _check(sha))
    assert await here.forge.write(TENANT, _check(sha)) == first
    (run,) = here.checks()
    assert (run.conclusion, run.external_id, run.title) == ("success", "r1/check", "Red, then green")


async def test_a_check_of_other_evidence_is_another() -> None:
    async with github(as_app=True) as here:
        _, sha = await here.proposed()
        await here.forge.write(TENANT, _check(sha))
        await here.forge.write(TENANT, _check(sha, "r2/check"))
        assert len(here.checks()) == 2


async def test_a_token_reports_a_status_once(one: Here) -> None:
    _, sha = await one.proposed()
    first = await one.forge.write(TENANT, _check(sha))
    assert await one.forge.write(TENANT, _check(sha)) == first
    (status,) = one.standin.repository(REPOSITORY).checks.statuses
    assert (status.state, status.context, status.description) == ("success", "redfirst", "Red, then green")


async def test_an_app_without_checks_goes_on_without() -> None:
    given = {"metadata": "read", "contents": "write", "issues": "write", "pull_requests": "write"}
    async with github(as_app=True, given=given) as here:
        _, sha = await here.proposed()
        assert (await here.forge.write(TENANT, _check(sha))).ref == ""
        assert await here.forge.failed_checks(TENANT, sha) == ()


async def test_a_review_with_remarks_is_submitted_once(here: Here) -> None:
    number, sha = await here.theirs()
    effect = SubmitReview(
        key="r1/review",
        repository=REPOSITORY,
        number=number,
        sha=sha,
        body="Two things",
        remarks=(
            On(path="shelf/more.py", line=2, body="This"),
            On(path="shelf/more.py", line=9, body="That"),
        ),
    )
    first = await here.forge.write(TENANT, effect)
    assert await here.forge.write(TENANT, effect) == first
    (review,) = here.reviews(number)
    assert (review.state, review.commit_id) == ("COMMENTED", sha)
    assert [(one.line, one.body) for one in review.comments] == [(2, "This"), (9, "That")]


async def test_a_remark_on_a_line_that_is_not_shown_goes_into_the_text(here: Here) -> None:
    number, sha = await here.theirs()
    effect = SubmitReview(
        key="r1/review",
        repository=REPOSITORY,
        number=number,
        sha=sha,
        body="Some things",
        remarks=(
            On(path="shelf/more.py", line=2, body="This"),
            On(path="shelf/more.py", line=99, body="That"),
            On(path="shelf/pages.py", line=1, body="There"),
        ),
    )
    await here.forge.write(TENANT, effect)
    (review,) = here.reviews(number)
    assert [(one.line, one.body) for one in review.comments] == [(2, "This")]
    assert "`shelf/more.py`, line 99: That" in review.body
    assert "`shelf/pages.py`, line 1: There" in review.body
    await here.forge.write(TENANT, effect)
    assert len(here.reviews(number)) == 1


async def test_an_effect_that_is_not_githubs_is_refused(one: Here) -> None:
    start = StartRun(key="k", repository=REPOSITORY, workflow="fix", subject=f"{REPOSITORY}#1")
    with pytest.raises(OperatorProblem, match="StartRun"):
        await one.forge.write(TENANT, start)


# --- who may, and what is refused


@pytest.mark.parametrize(
    ("login", "permission"),
    [("maintainer", Permission.ADMIN), ("reader", Permission.READ), ("nobody-known", Permission.NONE)],
)
async def test_permission_is_what_github_says_now(one: Here, login: str, permission: Permission) -> None:
    assert await one.forge.permission(TENANT, login) is permission


async def test_permission_that_was_taken_away_is_gone_at_once(one: Here) -> None:
    assert await one.forge.permission(TENANT, "writer") is Permission.WRITE
    del one.standin.repository(REPOSITORY).collaborators["writer"]
    assert await one.forge.permission(TENANT, "writer") is not Permission.WRITE


async def test_a_repository_that_may_not_be_seen_is_gone(one: Here) -> None:
    with pytest.raises(Gone, match="may not see it"):
        await one.forge.head(Tenant(repository="nobody/nothing"))


async def test_a_wrong_token_is_the_operators_move() -> None:
    async with github(github_token="wrong") as here:
        with pytest.raises(OperatorProblem, match="renew the token"):
            await here.forge.head(TENANT)


async def test_no_credentials_say_which_variable_to_set() -> None:
    async with github(github_token="") as here:
        with pytest.raises(OperatorProblem, match="REDFIRST_GITHUB_TOKEN"):
            await here.forge.head(TENANT)


async def test_who_we_are_is_asked_for_where_nobody_said() -> None:
    for as_app in (True, False):
        async with github(as_app=as_app, bot_id=0, github_token="maintainer-token") as here:
            await here.forge.write(TENANT, _sticky("working"))
            other = GitHubForge(here.settings)
            await other.write(TENANT, _sticky("done"))
            await other.close()
            assert len(here.comments()) == 1


async def test_a_token_that_cannot_say_who_it_is_needs_to_be_told() -> None:
    async with github(bot_id=0) as here:
        with pytest.raises(OperatorProblem, match="REDFIRST_BOT_ID"):
            await here.forge.write(TENANT, _sticky("working"))


async def test_a_server_error_may_pass(one: Here) -> None:
    async def broken(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 502, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"{}"})  # type: ignore[operator]

    async with serving(broken) as url:  # pyright: ignore[reportArgumentType] - the least that is an application
        forge = GitHubForge(one.settings.model_copy(update={"github_api_url": url}))
        with pytest.raises(Passing, match="502"):
            await forge.head(TENANT)
        await forge.close()


async def test_an_unreachable_github_may_come_back(one: Here) -> None:
    forge = GitHubForge(one.settings.model_copy(update={"github_api_url": "http://127.0.0.1:9"}))
    with pytest.raises(Passing, match="cannot be reached"):
        await forge.head(TENANT)
    await forge.close()
