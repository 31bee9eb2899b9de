"""What a model hands in counts only if the harness sees it: three poor efforts, each refused to the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from bot.demo.scene import LABEL, REPOSITORY
from bot.models.script import Call, Line, Part, Script, part, say
from tests.acceptance.house import House, house
from workflows.case import Repairing, Reproducing
from workflows.engine.entries import RunFailed, StepCompleted
from workflows.engine.status import RunStatus

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALREADY = "The first page is wrong"
BROKEN = "The page module is wrong"
IDLE = "The last page is lost"

PASSES_AT_ONCE = """from shelf.pages import pages


def test_first():
    assert pages([1, 2], 2) == [[1, 2]]
"""
TOKEN = "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz"
FAILS_BY_IMPORT = f"""from shelf.pages import {TOKEN} as sheets


def test_sheets():
    assert sheets([1]) == [[1]]
"""
FAILS_RIGHTLY = """from shelf.pages import pages


def test_last():
    assert pages([1, 2, 3], 2)[-1] == [3]
"""


def writes(path: str, content: str) -> Line:
    return say("", Call(tool="write_file", arguments={"path": path, "content": content}))


def hands_in(**answer: str) -> Line:
    return say("", Call(tool="submit", arguments={**answer}))


def author(title: str, content: str) -> Part:
    path = "tests/test_repro.py"
    return part("test author", [writes(path, content), hands_in(shows="it")], when=title)


SCRIPT = Script(
    parts=(
        part("planner", [hands_in(cause="unknown", test="something", fix="something")]),
        author(ALREADY, PASSES_AT_ONCE),
        author(BROKEN, FAILS_BY_IMPORT),
        author(IDLE, FAILS_RIGHTLY),
        part(
            "fixer",
            [
                say(
                    "",
                    Call(
                        tool="replace",
                        arguments={
                            "path": "shelf/pages.py",
                            "old": '"""Pages of a list."""',
                            "new": '"""The pages of a list."""',
                        },
                    ),
                ),
                hands_in(summary="Better now."),
            ],
        ),
    )
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with house(tmp_path_factory.mktemp("refusals"), script=SCRIPT) as made:
        yield made


async def _fails(here: House, title: str) -> tuple[str, str]:
    """The run and what our one comment says, once it has come to its limit."""
    number = await here.stage.standin.open_issue(REPOSITORY, title, "Please mend it.", by="reader")
    await here.stage.standin.label(REPOSITORY, number, LABEL, by="maintainer")
    run = await here.rests((await here.run_of(number)).id)
    assert run.status is RunStatus.FAILED
    assert not here.stage.standin.pulls(REPOSITORY)
    assert not [ref for ref in await _branches(here) if ref.startswith("redfirst/")]
    return run.id, here.sticky(number)


async def _branches(here: House) -> list[str]:
    import httpx

    async with httpx.AsyncClient(headers={"authorization": "Bearer maintainer-token"}) as client:
        answer = await client.get(f"{here.stage.standin.api_url}/repos/{REPOSITORY}/git/matching-refs/heads/")
        return [ref["ref"].removeprefix("refs/heads/") for ref in answer.json()]


async def _refusals(here: House, run: str, step: str) -> list[str]:
    model = Reproducing if step == "check_red" else Repairing
    return [
        model.model_validate(row.entry.output).feedback
        for row in await here.store.rows(run)
        if isinstance(row.entry, StepCompleted) and row.entry.path.endswith(f"/{step}")
    ]


def _assert_clear(comment: str, because: str) -> None:
    assert "Redfirst stopped" in comment
    assert "limit of 3 attempts" in comment
    assert because in comment
    assert "`/agent retry` tries again" in comment


async def test_a_test_that_passes_at_once_is_refused_three_times_and_said_so(here: House) -> None:
    run, comment = await _fails(here, ALREADY)
    refusals = await _refusals(here, run, "check_red")
    assert len(refusals) == 3
    assert all("passes on the unfixed code" in refusal for refusal in refusals)
    _assert_clear(comment, "passes on the unfixed code")


async def test_a_test_that_fails_by_an_import_error_is_refused_three_times_and_said_so(here: House) -> None:
    run, comment = await _fails(here, BROKEN)
    refusals = await _refusals(here, run, "check_red")
    assert len(refusals) == 3
    assert all("cannot be loaded" in refusal for refusal in refusals)
    _assert_clear(comment, "cannot be loaded")
    assert "[redacted: a GitHub token]" in comment
    assert TOKEN not in comment


async def test_a_fix_that_does_nothing_is_refused_three_times_and_said_so(here: House) -> None:
    run, comment = await _fails(here, IDLE)
    refusals = await _refusals(here, run, "check_green")
    assert len(refusals) == 3
    assert all("still fails" in refusal for refusal in refusals)
    _assert_clear(comment, "still fails")


async def test_what_was_refused_is_fed_back_to_whoever_wrote_it(here: House) -> None:
    run, _ = await _fails(here, f"{ALREADY}, again")
    rows = await here.store.rows(run)
    assert isinstance(rows[-1].entry, RunFailed)
    assert rows[-1].entry.failure.count == 3
    assert rows[-1].entry.failure.path == "fix/reproduce"
    assert "passes on the unfixed code" in rows[-1].entry.failure.feedback
