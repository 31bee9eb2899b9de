"""The main job over real HTTP, and the same with the server killed in the middle of every step."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.demo.scene import LABEL, REPOSITORY
from bot.evidence import proof_of
from bot.wiring import blobs_of
from tests.acceptance.house import ISSUE, House, house
from workflows.engine.entries import Recorded, StepCompleted
from workflows.engine.status import RunStatus

EVERY_STEP = [
    "step.completed fix/prepare",
    "recorded fix/plan turn 2",
    "step.completed fix/plan",
    "recorded fix/reproduce[1]/write_test turn 1",
    "step.completed fix/reproduce[1]/write_test",
    "step.completed fix/reproduce[1]/check_red",
    "step.completed fix/reproduce[2]/write_test",
    "step.completed fix/reproduce[2]/check_red",
    "recorded fix/repair[1]/write_fix turn 2 call 1",
    "step.completed fix/repair[1]/write_fix",
    "step.completed fix/repair[1]/check_green",
    "step.completed fix/repair[1]/check_suite",
    "step.completed fix/prove",
    "recorded fix/propose commit",
    "recorded fix/propose pull-request",
    "step.completed fix/propose",
    "suspended fix/review",
    "step.completed fix/conclude",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """One machine, and many: the default that needs nothing, and PostgreSQL with NATS."""
    if request.param == "sqlite":
        return {"REDFIRST_DATABASE_URL": "", "NATS_URL": ""}
    return {
        "REDFIRST_DATABASE_URL": request.getfixturevalue("postgres_url"),
        "NATS_URL": request.getfixturevalue("nats_url"),
    }


async def test_a_label_becomes_one_draft_pull_request_with_its_proof(
    tmp_path: Path, backend: Mapping[str, str]
) -> None:
    async with house(tmp_path, environment=backend) as here:
        await _label(here)
        run = await here.rests((await here.run_of()).id)
        assert run.status is RunStatus.SUSPENDED
        await _assert_one_pull_request(here, run.id)
        assert "awaits your review" in here.sticky()


@pytest.mark.timeout(600)
async def test_a_server_killed_in_every_step_still_makes_exactly_one_pull_request(
    tmp_path: Path, backend: Mapping[str, str]
) -> None:
    async with house(tmp_path, environment=backend, kill_at=EVERY_STEP) as here:
        await _label(here)
        run = await here.rests((await here.run_of()).id)
        assert run.status is RunStatus.SUSPENDED
        await _assert_one_pull_request(here, run.id)
        await here.stage.standin.ready(REPOSITORY, _number(here), by="maintainer")
        await here.stage.standin.merge(REPOSITORY, _number(here), by="maintainer")
        ended = await _completed(here, run.id)
        assert ended.status is RunStatus.COMPLETED
        assert list(here.kills()) == EVERY_STEP
        assert "was merged" in here.sticky()
        await _assert_nothing_was_recorded_twice(here, run.id)


async def _label(here: House) -> None:
    await here.stage.standin.label(REPOSITORY, ISSUE, LABEL, by="maintainer")
    (delivery,) = [one for one in await here.stage.standin.deliveries() if one.event == "issues"]
    assert delivery.status_code == 202


def _number(here: House) -> int:
    (pull,) = here.stage.standin.pulls(REPOSITORY)
    return pull.number


async def _completed(here: House, run: str):

    async with asyncio.timeout(60):
        while not (await here.store.run(run)).status.ended:
            await asyncio.sleep(0.1)
    return await here.store.run(run)


async def _assert_one_pull_request(here: House, run: str) -> None:
    standin = here.stage.standin
    (pull,) = standin.pulls(REPOSITORY)
    assert pull.pull is not None
    assert pull.pull.draft
    assert pull.state == "open"
    proof = await proof_of(await here.store.rows(run), blobs_of(here.settings))
    assert proof is not None
    assert pull.pull.head_sha == proof.head_sha
    assert proof.red.tests == ("tests/test_last_page.py::test_a_last_page_that_is_not_full_is_kept",)
    assert proof.head_sha in (pull.body or "")
    fixed = await standin.read_file(REPOSITORY, proof.head_sha, "shelf/pages.py")
    assert b"rounded up" in (fixed or b"")
    base = await standin.read_file(REPOSITORY, "main", "shelf/pages.py")
    assert b"rounded up" not in (base or b"")


async def _assert_nothing_was_recorded_twice(here: House, run: str) -> None:
    rows = await here.store.rows(run)
    recorded = [
        (row.entry.path, row.entry.name if isinstance(row.entry, Recorded) else "")
        for row in rows
        if isinstance(row.entry, Recorded | StepCompleted)
    ]
    assert len(recorded) == len(set(recorded))
