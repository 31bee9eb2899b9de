"""A command that runs once waits with its run for what is a matter of time, and for nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.patience import to_rest
from bot.store.memory import MemoryStore
from bot.store.port import NewRun
from tests.unit.fakes import ports, trigger
from workflows.engine.context import Context
from workflows.engine.definition import digest
from workflows.engine.entries import RunParked, RunStarted, StepFailed
from workflows.engine.nodes import workflow
from workflows.engine.status import RunStatus
from workflows.engine.step import Step
from workflows.errors import Unreachable
from workflows.ports.all import Ports
from workflows.registry import AnyWorkflow
from workflows.trigger import Trigger


async def begun(tree: AnyWorkflow) -> MemoryStore:
    store = MemoryStore()
    asked = trigger().model_dump(mode="json")
    started = RunStarted(workflow=tree.name, definition=digest(tree), release="0.1.0", input=asked)
    await store.create_run(NewRun(id="r1", trigger=trigger(), started=started))
    return store


async def test_it_goes_on_by_itself_when_what_was_away_is_back(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    asked = 0

    async def ask(ctx: Context[Ports], value: Trigger) -> Trigger:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise Unreachable("the model m does not answer", datetime.now(UTC) + timedelta(seconds=0.2))
        return value

    tree = workflow("fix", Trigger).then(Step("ask", Trigger, Trigger, ask))
    store = await begun(tree)
    assert await to_rest(tree, "r1", store=store, ports=ports(), worker="w") is RunStatus.COMPLETED
    entries = [row.entry for row in await store.rows("r1")]
    assert [entry.why for entry in entries if isinstance(entry, RunParked)] == ["the model m does not answer"]
    assert not any(isinstance(entry, StepFailed) for entry in entries)
    assert "the model m does not answer" in caplog.text


async def test_it_does_not_wait_for_a_person_however_soon_that_is_too_late() -> None:
    async def give_up(ctx: Context[Ports], value: Trigger) -> Trigger:
        return value

    late = Step("give_up", Trigger, Trigger, give_up)
    tree = (
        workflow("fix", Trigger)
        .then(Step("begin", Trigger, Trigger, give_up))
        .suspend("ask", waits_for=Trigger, within=timedelta(hours=1), late=late)
    )
    store = await begun(tree)
    assert await to_rest(tree, "r1", store=store, ports=ports(), worker="w") is RunStatus.SUSPENDED
