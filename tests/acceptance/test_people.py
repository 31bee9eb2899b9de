"""Who may start what, and what is answered."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from bot.demo.scene import LABEL, REPOSITORY
from bot.models.script import Script
from tests.acceptance.house import House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    """The model has nothing to say: what starts comes no further than planning."""
    async with house(tmp_path_factory.mktemp("people"), script=Script(parts=())) as made:
        yield made


async def _issue(here: House) -> int:
    return await here.stage.standin.open_issue(REPOSITORY, "Something", "is wrong", by="reader")


async def _outcome(here: House, event: str) -> str:
    """What was decided about the newest delivery of that kind that is not about our own doing."""
    newest = [
        one
        for one in await here.stage.standin.deliveries()
        if one.event == event and json.loads(one.request_body)["sender"]["type"] == "User"
    ][-1]
    return await here.outcome(newest.guid)


def _ours(here: House, number: int) -> list[str]:
    return [
        comment.body
        for comment in here.stage.standin.comments(REPOSITORY, number)
        if comment.user.login == "redfirst[bot]"
    ]


async def test_a_reader_is_told_that_only_writers_may_start_work(here: House) -> None:
    number = await _issue(here)
    await here.stage.standin.comment(REPOSITORY, number, "/agent fix", by="reader")
    assert "only people with write permission" in await _outcome(here, "issue_comment")
    assert "only people with write permission" in _ours(here, number)[0]
    assert await here.store.last_run(f"{REPOSITORY}#{number}") is None


async def test_another_label_starts_nothing(here: House) -> None:
    number = await _issue(here)
    await here.stage.standin.label(REPOSITORY, number, "bug", by="maintainer")
    assert await _outcome(here, "issues") == f"the label is not {LABEL}"
    assert await here.store.last_run(f"{REPOSITORY}#{number}") is None


async def test_a_writers_comment_starts_a_run_and_is_seen(here: House) -> None:
    number = await _issue(here)
    comment = await here.stage.standin.comment(
        REPOSITORY, number, "/agent fix\nlook at pages.py", by="maintainer"
    )
    assert (await _outcome(here, "issue_comment")).startswith("started run")
    run = await here.run_of(number)
    assert run.trigger.context == "look at pages.py"
    assert [reaction.content for reaction in comment.reactions] == ["eyes"]


async def test_a_model_that_refuses_fails_the_run_and_the_comment_says_whose_move_it_is(here: House) -> None:
    number = await _issue(here)
    await here.stage.standin.label(REPOSITORY, number, LABEL, by="maintainer")
    run = await here.rests((await here.run_of(number)).id)
    assert run.status == "failed"
    assert "whoever runs this bot" in here.sticky(number)


async def test_status_says_how_far_the_run_is(here: House) -> None:
    number = await _issue(here)
    await here.stage.standin.comment(REPOSITORY, number, "/agent status", by="reader")
    assert await _outcome(here, "issue_comment") == "answered: status"
    assert "There has been no run here yet" in _ours(here, number)[0]


async def test_an_unknown_verb_is_answered_with_the_nearest_one(here: House) -> None:
    number = await _issue(here)
    await here.stage.standin.comment(REPOSITORY, number, "/agent fixx", by="maintainer")
    await _outcome(here, "issue_comment")
    (reply,) = _ours(here, number)
    assert "Did you mean `/agent fix`" in reply


async def test_a_redelivery_is_known_and_does_nothing_again(here: House) -> None:
    number = await _issue(here)
    await here.stage.standin.comment(REPOSITORY, number, "/agent help", by="maintainer")
    await _outcome(here, "issue_comment")
    first = next(one for one in await here.stage.standin.deliveries() if b"/agent help" in one.request_body)
    again = await here.stage.standin.redeliver(first.id)
    await here.stage.standin.deliveries()
    assert again.guid == first.guid
    assert len(_ours(here, number)) == 1
