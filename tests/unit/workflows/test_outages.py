"""What a run shares with others is away: the run waits, and does not fail."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from bot.breakers import Breaker, Breakers, Pace
from bot.store.memory import MemoryStore
from tests.unit.workflows.trees import RUN, N, begun, unit
from workflows.engine.advance import advance
from workflows.engine.context import Context
from workflows.engine.entries import RunCompleted, RunFailed, StepFailed
from workflows.engine.nodes import Workflow, workflow
from workflows.engine.status import RunStatus
from workflows.errors import Interrupted, Passing


class Outside:
    def __init__(self) -> None:
        self.is_away = True
        self.asked = 0

    async def ask(self) -> N:
        self.asked += 1
        if self.is_away:
            raise Passing("503")
        return N(n=7)


def tree(breaker: Breaker, outside: Outside) -> Workflow[None, N, N]:
    async def run(ctx: Context[None], value: N) -> N:
        first = await ctx.record("turn 1", N, _one)
        return first.plus((await ctx.record("turn 2", N, lambda: breaker.call(outside.ask))).n)

    return workflow("w", N).then(unit("think", run))


async def _one() -> N:
    return N(n=1)


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


async def go(tree: Workflow[None, N, N], store: MemoryStore) -> RunStatus | None:
    """As a worker does again and again, whether the run says that it waits or that it was interrupted."""
    try:
        return await advance(tree, RUN, store=store, ports=None, worker="w", now=_now)
    except Interrupted:
        return None


async def test_an_outage_of_an_hour_fails_no_run_and_is_asked_about_rarely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ahead, real = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead[0])
    outside = Outside()
    made = tree(Breakers(Pace(first_rest=15, longest_rest=300)).of("the model m"), outside)
    store = await begun(made, MemoryStore(lambda: time.time()))
    for _ in range(360):
        assert await go(made, store) in {None, RunStatus.SUSPENDED}
        ahead[0] += 10
    outside.is_away = False
    ahead[0] += 600
    assert await go(made, store) is RunStatus.COMPLETED
    entries = [row.entry for row in await store.rows(RUN)]
    assert not [entry for entry in entries if isinstance(entry, RunFailed)]
    assert len([entry for entry in entries if isinstance(entry, StepFailed)]) == 2
    assert isinstance(entries[-1], RunCompleted)
    assert N.model_validate(entries[-1].output).n == 8
    assert outside.asked < 30
