"""What nobody asked for has a place of its own, and lets what people asked for go first."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.store.port import NewRun, Store
from tests.contract.stores import EVERY, held, new_run, opened


@pytest.fixture(params=EVERY)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    async with opened(request.param, request, tmp_path) as made:
        yield made


def unasked(run: str, number: int) -> NewRun:
    made = new_run(run, number=number)
    return made.model_copy(update={"trigger": made.trigger.model_copy(update={"workflow": "reverify"})})


async def test_what_people_asked_for_goes_before_what_nobody_did_unless_that_is_at_work(store: Store) -> None:
    for number in range(3):
        await store.create_run(unasked(f"r{number}", number))
    await held(store, "r0")
    await store.create_run(new_run("asked", number=9))
    assert [run.id for run in await store.due_runs(3)] == ["asked", "r1"]


async def test_it_is_found_by_its_own_subject_and_stands_in_no_other_runs_way(store: Store) -> None:
    for made in (new_run("asked"), unasked("again", 7)):
        _, is_new = await store.create_run(made)
        assert is_new
    last = await store.last_run("octo/reds#7")
    assert last is not None
    assert last.id == "asked"
    assert [run.id for run in await store.runs_about("octo/reds#7/proof")] == ["again"]
    _, is_new = await store.create_run(unasked("once more", 7))
    assert not is_new
