"""What people say moves the work: a plan that is approved, changes that are asked for, checks that fail, a
pull request that is closed. All over real HTTP, as an App, with webhooks that are signed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from pydantic import JsonValue

from bot.demo.scene import LABEL, REPOSITORY, demo_script
from bot.evidence import shown_plan
from bot.models.script import Call, Line, Part, Script
from bot.standin.actions.review_comments import LineComment
from bot.standin.world.repositories import Issue
from tests.acceptance.house import ISSUE, House, house
from workflows.engine.status import RunStatus

BOT = "redfirst[bot]"
BETTER = "    full, rest = divmod(len(items), per_page)\n    return full + (rest > 0)\n"
FIRST = "    return -(-len(items) // per_page)  # rounded up: a page that is not full is a page\n"


def _turn(tool: str, **arguments: str) -> Line:
    return Line(calls=(Call(tool=tool, arguments=dict(arguments)),))


def _script() -> Script:
    """The demo's, by somebody who can also be asked for more, and for answers and reviews."""
    again = Part(
        role="fixer",
        when="More is wanted",
        lines=(
            _turn("replace", path="shelf/pages.py", old=FIRST, new=BETTER),
            _turn("submit", summary="It says what it does now."),
        ),
    )
    noted = Part(
        role="fixer",
        when="and note it",
        lines=(
            _turn("write_file", path="shelf/notes.py", content="NOTED = True\n"),
            _turn("submit", summary="It is noted."),
        ),
    )
    reference: JsonValue = {"path": "shelf/pages.py", "line": 8, "shows": "the division"}
    answers = Part(
        role="answerer",
        lines=(
            Line(
                calls=(
                    Call(tool="submit", arguments={"answer": "It rounds down.", "references": [reference]}),
                )
            ),
        ),
    )
    remark: JsonValue = {"path": "shelf/pages.py", "line": 8, "body": "This hides what it does."}
    reviews = Part(
        role="reviewer",
        lines=(
            Line(calls=(Call(tool="submit", arguments={"summary": "It rounds up.", "remarks": [remark]}),)),
        ),
    )
    return Script(parts=(noted, again, answers, reviews, *demo_script().parts))


async def _until(here: House, what: Callable[[], bool], *, within: float = 240) -> None:
    async with asyncio.timeout(within):
        while not what():
            await asyncio.sleep(0.1)


def _pull(here: House) -> Issue:
    (pull,) = here.stage.standin.pulls(REPOSITORY)
    return pull


def _head(here: House) -> str:
    pull = _pull(here).pull
    assert pull is not None
    return pull.head_sha


async def _proposed(here: House) -> str:
    """A run that waits for the review of its pull request."""
    await here.stage.standin.label(REPOSITORY, ISSUE, LABEL, by="maintainer")
    run = await here.rests((await here.run_of()).id)
    assert run.status is RunStatus.SUSPENDED, here.sticky()
    return run.id


async def _pushed(here: House, before: str) -> None:
    await _until(here, lambda: _head(here) != before)


async def test_a_plan_is_made_sent_back_approved_and_becomes_a_pull_request(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        await standin.comment(REPOSITORY, ISSUE, "/agent plan", by="maintainer")
        run = await here.rests((await here.run_of()).id)
        assert standin.pulls(REPOSITORY) == []
        digest = shown_plan(await here.store.rows(run.id))
        assert digest is not None
        (plan,) = [c.body for c in standin.comments(REPOSITORY, ISSUE) if "/agent approve" in c.body]
        assert f"/agent approve {digest}" in plan
        await standin.comment(REPOSITORY, ISSUE, f"/agent approve {digest}", by="reader")
        await standin.comment(REPOSITORY, ISSUE, "/agent approve 0000000", by="maintainer")
        await standin.comment(REPOSITORY, ISSUE, f"/agent approve {digest}", by="maintainer")
        await _until(here, lambda: bool(standin.pulls(REPOSITORY)))
        assert (await here.rests(run.id)).status is RunStatus.SUSPENDED
        assert "Round up in page_count" in plan


async def test_requested_changes_become_a_commit_and_an_approval_makes_it_ready(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        first, number = _head(here), _pull(here).number
        remark = LineComment("shelf/pages.py", "two steps, please", 8)
        await standin.request_changes(REPOSITORY, number, "Say it.", by="maintainer", comments=[remark])
        await _pushed(here, first)
        assert (await here.rests(run)).status is RunStatus.SUSPENDED
        branch = _pull(here).pull
        assert branch is not None
        content = await standin.read_file(REPOSITORY, branch.head, "shelf/pages.py")
        assert content is not None
        assert "divmod" in content.decode()
        assert branch.draft
        await standin.approve(REPOSITORY, number, by="maintainer")
        await _until(here, lambda: not branch.draft)
        await _until(here, lambda: "ready to be merged" in here.sticky())
        assert (await here.rests(run)).status is RunStatus.COMPLETED
        assert _pull(here).state == "open"


async def test_a_failed_check_becomes_another_commit(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        first = _head(here)
        await standin.fail_check(
            REPOSITORY, _pull(here).number, by="maintainer", summary="too clever by half"
        )
        await _pushed(here, first)
        assert (await here.rests(run)).status is RunStatus.SUSPENDED


async def test_statuses_that_fail_become_one_more_commit_however_many_they_are(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        number, first = _pull(here).number, _head(here)
        for name in ("ci/lint", "ci/unit", "ci/docs"):
            for state in ("pending", "failure"):
                await standin.set_status(REPOSITORY, number, name, state, by="maintainer")
        await _pushed(here, first)
        assert (await here.rests(run)).status is RunStatus.SUSPENDED
        second = _head(here)
        outcomes = [
            await here.outcome(one.guid) for one in await standin.deliveries() if one.event == "status"
        ]
        assert len([said for said in outcomes if said == f"resumed run {run}"]) == 1
        assert _head(here) == second


async def test_a_closed_pull_request_ends_the_run_and_removes_the_branch(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        pull = _pull(here).pull
        assert pull is not None
        await standin.close(REPOSITORY, _pull(here).number, by="maintainer")
        await _until(here, lambda: "Redfirst stopped" in here.sticky())
        assert (await here.rests(run)).status is RunStatus.CANCELLED
        async with asyncio.timeout(30):
            while await standin.read_file(REPOSITORY, pull.head, "shelf/pages.py") is not None:
                await asyncio.sleep(0.1)


async def test_a_commit_of_a_person_is_kept_and_worked_on_top_of(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        pull = _pull(here).pull
        assert pull is not None
        mine = {"NOTES.md": b"mine\n"}
        theirs = await standin.push(REPOSITORY, pull.head, mine, "Note it", by="maintainer")
        await standin.comment(REPOSITORY, _pull(here).number, "/agent revise say it", by="maintainer")
        await _pushed(here, theirs)
        assert (await here.rests(run)).status is RunStatus.SUSPENDED
        assert await standin.read_file(REPOSITORY, pull.head, "NOTES.md") == b"mine\n"
        content = await standin.read_file(REPOSITORY, pull.head, "shelf/pages.py")
        assert content is not None
        assert "divmod" in content.decode()


async def test_what_is_said_while_it_works_comes_next_and_none_of_it_is_lost(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        first, number = _head(here), _pull(here).number
        await standin.request_changes(REPOSITORY, number, "Say it.", by="maintainer")
        await standin.comment(REPOSITORY, number, "/agent revise and note it", by="maintainer")
        await standin.approve(REPOSITORY, number, by="maintainer")
        pull = _pull(here).pull
        assert pull is not None
        await _until(here, lambda: not pull.draft)
        assert (await here.rests(run)).status is RunStatus.COMPLETED
        said = [c.body for c in standin.comments(REPOSITORY, number)]
        assert sum("yours comes next" in body for body in said) == 1
        content = await standin.read_file(REPOSITORY, pull.head, "shelf/pages.py")
        assert content is not None
        assert "divmod" in content.decode()
        assert await standin.read_file(REPOSITORY, pull.head, "shelf/notes.py") == b"NOTED = True\n"
        assert _head(here) != first


async def test_a_branch_that_a_person_brought_up_to_date_is_worked_on_and_proved_on_its_new_base(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        number = _pull(here).number
        news = {"LOGO": b"\x00\xff", "NEWS.md": b"new\n"}
        base = await standin.push(REPOSITORY, "main", news, "More", by="maintainer")
        await standin.update_branch(REPOSITORY, number, by="maintainer")
        updated = _head(here)
        await standin.comment(REPOSITORY, number, "/agent revise and note it", by="maintainer")
        await _pushed(here, updated)
        assert (await here.rests(run)).status is RunStatus.SUSPENDED
        body = _pull(here).body or ""
        assert f"| base | `{base}` |" in body


async def test_what_cannot_be_done_leaves_the_pull_request_to_people_who_may_still_approve_it(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        number, pull = _pull(here).number, _pull(here).pull
        assert pull is not None
        await standin.review(REPOSITORY, number, "COMMENT", "/agent revise", by="maintainer")
        said = "nothing was said that could be read"
        await _until(here, lambda: any(said in c.body for c in standin.comments(REPOSITORY, number)))
        assert (await here.rests(run)).status is RunStatus.SUSPENDED
        await standin.approve(REPOSITORY, number, by="maintainer")
        await _until(here, lambda: not pull.draft)
        assert (await here.rests(run)).status is RunStatus.COMPLETED


async def test_a_question_is_answered_and_a_pull_request_remarked_on(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        await standin.comment(REPOSITORY, ISSUE, "/agent ask why is a page lost?", by="maintainer")
        await _until(
            here,
            lambda: any("It rounds down." in c.body for c in standin.comments(REPOSITORY, ISSUE)),
        )
        await _proposed(here)
        number = _pull(here).number
        await standin.comment(REPOSITORY, number, "/agent review", by="maintainer")
        await _until(here, lambda: bool(standin.line_comments(REPOSITORY, number)))
        (remark,) = standin.line_comments(REPOSITORY, number)
        assert (remark.path, remark.line, remark.body) == ("shelf/pages.py", 8, "This hides what it does.")


async def test_a_failing_test_alone_is_a_comment(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        await standin.comment(REPOSITORY, ISSUE, "/agent repro", by="maintainer")
        run = await here.rests((await here.run_of()).id)
        assert run.status is RunStatus.COMPLETED, here.sticky()
        said = [c.body for c in standin.comments(REPOSITORY, ISSUE)]
        assert any("A test that fails for" in body for body in said)
        assert standin.pulls(REPOSITORY) == []


async def test_a_pull_request_is_gone_on_with_after_its_repository_was_renamed(tmp_path: Path) -> None:
    async with house(tmp_path, script=_script(), as_app=True) as here:
        standin = here.stage.standin
        run = await _proposed(here)
        (pull,) = standin.pulls(REPOSITORY)
        assert pull.pull is not None
        first = pull.pull.head_sha
        standin.rename(REPOSITORY, "bookshelf", by="maintainer")
        await standin.request_changes("maintainer/bookshelf", pull.number, "too clever", by="maintainer")
        await _until(here, lambda: pull.pull is not None and pull.pull.head_sha != first)
        assert (await here.rests(run)).status is RunStatus.SUSPENDED
        assert (await here.store.run(run)).trigger.tenant.repository == "maintainer/bookshelf"
