"""What was detected is put right with one comment, while a run goes on or after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.messages.words import Messages
from tests.security.house import Attacked
from tests.unit.bot.test_steering import (
    READER,
    WRITER,
    answer_of,
    begun,
    failed,
    with_a_plan,
    with_a_pull_request,
)
from workflows.engine.entries import Cancelled
from workflows.progress import Progress, Stage
from workflows.project.detect import detect
from workflows.project.model import Project, Stack, Text
from workflows.project.unfit import Unfit
from workflows.tree import File, Tree

RETRY = '/agent retry --setup="uv sync --locked" --test=pytest'
OPTIONS = (("setup", "uv sync --locked"), ("test", "pytest"))


async def test_what_failed_is_begun_anew_with_what_the_comment_says() -> None:
    house = Attacked()
    await begun(house, failed())
    again = await house.store.run((await house.comments(WRITER, RETRY)).run)
    assert again.trigger.options == OPTIONS


async def test_what_was_said_before_stays_where_it_is_not_said_anew() -> None:
    house = Attacked()
    await house.comments(WRITER, "/agent fix --plan --setup=one --setup=two --path=api")
    (first,) = await house.store.runs()
    await house.store.append(first.id, 1, [failed()], None)
    again = await house.store.run((await house.comments(WRITER, "/agent retry --setup=three")).run)
    assert again.trigger.options == (("plan", ""), ("path", "api"), ("setup", "three"))


@pytest.mark.parametrize("begin", [begun, with_a_plan])
async def test_what_goes_on_makes_way_for_it(begin: Callable[[Attacked], Awaitable[str]]) -> None:
    house = Attacked()
    first = await begin(house)
    outcome = await house.comments(WRITER, RETRY)
    last = (await house.store.rows(first))[-1].entry
    assert isinstance(last, Cancelled)
    assert last.reason == "@the-write had it begun anew with other options"
    again = await house.store.run(outcome.run)
    assert again.trigger.options == OPTIONS
    assert not again.status.ended
    assert await house.runs() == 2


async def test_by_one_delivery_it_is_begun_anew_once() -> None:
    house = Attacked()
    await begun(house)
    outcome = await house.comments(WRITER, RETRY)
    kept = await house.store.delivery("delivery-2")
    assert await house.reactions.to(kept) == outcome
    assert await house.runs() == 2


async def test_what_has_proposed_something_does_not_make_way() -> None:
    house = Attacked()
    first = await with_a_pull_request(house)
    await house.comments(WRITER, RETRY)
    assert not (await house.store.run(first)).status.ended
    assert "no second one was started" in answer_of(house)


async def test_a_reader_makes_nothing_begin_anew() -> None:
    house = Attacked()
    first = await begun(house)
    outcome = await house.comments(READER, RETRY)
    assert outcome.said.startswith("refused")
    assert not (await house.store.run(first)).status.ended
    assert await house.runs() == 1


# --- what is shown ----------------------------------------------------------------------------------------


def shown(project: Project, stage: Stage = Stage.RED) -> str:
    return Messages().progress(Progress(run="r1", stage=stage, project=project))


def test_what_was_detected_is_shown_with_the_words_to_put_it_right() -> None:
    files = {"pyproject.toml": "[project]\nname='x'\n", "uv.lock": "", "environment.yml": ""}
    project = detect(Tree({path: File(text.encode()) for path, text in files.items()}))
    said = shown(project)
    assert "<details><summary>Detected: Python with uv</summary>\n\n" in said
    assert (
        "\nPython with uv: set up by `uv sync --locked`, `uv pip install pytest` (uv.lock), tested by" in said
    )
    assert '\nNot right? `/agent retry --setup="…" --test="…" --path="…"` begins anew' in said


@pytest.mark.parametrize("stage", list(Stage))
def test_nothing_is_said_of_a_project_that_is_not_known(stage: Stage) -> None:
    assert "etected" not in shown(Project(), stage)


def test_what_a_repository_says_notifies_and_closes_nothing() -> None:
    hostile = "@octo </details> #7 <img src=x> [a](//b.org)"
    said = shown(
        Project(
            stack=Stack.NODE,
            path=Text(value=f"`{hostile}`"),
            test=Text(value=hostile, source=hostile),
            notes=(hostile,),
        )
    )
    outside = said.replace(f"`'{hostile}'`", "").replace(f"`{hostile}`", "")
    assert len(outside) < len(said)
    assert outside.count("</details>") == 1
    assert "@octo" not in outside
    assert "<img" not in outside
    assert "(//" not in outside


def test_whoever_is_told_of_a_failure_is_told_what_was_detected() -> None:
    failure = Unfit(
        "it does not run", Project(stack=Stack.GO, manager="go", notes=("a note",)), "said"
    ).failure()
    assert failure.feedback.splitlines() == [
        "said",
        "",
        "Detected: Go with go: nothing to set up, no test command found.",
        "a note.",
        'If that is not right, say what is after the same command: --setup="…" --test="…" --path="…"',
    ]
    assert failure.feedback in Messages().progress(Progress(run="r1", stage=Stage.DONE, failure=failure))
