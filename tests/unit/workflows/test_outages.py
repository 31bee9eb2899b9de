"""What a run shares with others is away: the run waits, and does not fail."""

from __future__ import annotations

import asyncio
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
from workflows.engine.step import Step
from workflows.engine.values import Failed, Nothing
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


class Flaky(Outside):
    """Away once, and when it is back it needs some tries."""

    def __init__(self, hiccups: int) -> None:
        super().__init__()
        self.hiccups = hiccups

    async def ask(self) -> N:
        if not self.is_away and self.hiccups:
            self.hiccups -= 1
            raise Passing("busy")
        return await super().ask()


async def test_by_what_an_outage_was_found_out_is_no_attempt_of_the_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ahead, real = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead[0])
    outside = Flaky(hiccups=2)
    breaker = Breakers(Pace(failures=3)).of("the model m")

    async def run(ctx: Context[None], value: N) -> N:
        # Asked twice, so that the breaker is closed by the first, and the second fails like any other.
        if not outside.is_away and outside.hiccups == 2:
            await breaker.call(_one)
        return await breaker.call(outside.ask)

    made = workflow("w", N).then(unit("think", run))
    store = await begun(made, MemoryStore(lambda: time.time()))
    assert await go(made, store) is RunStatus.SUSPENDED
    assert [e.attempt for e in await failures(store)] == [1, 2]
    outside.is_away = False
    ahead[0] += 600
    assert await go(made, store) is RunStatus.COMPLETED
    assert [e.attempt for e in await failures(store)] == [1, 2, 1, 2]


async def failures(store: MemoryStore) -> list[StepFailed]:
    return [row.entry for row in await store.rows(RUN) if isinstance(row.entry, StepFailed)]


async def test_what_failed_for_good_before_an_outage_is_not_tried_again_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ahead, real = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead[0])
    outside, tried = Outside(), list[int]()
    breaker = Breakers(Pace(failures=1)).of("the forge")

    async def fails(ctx: Context[None], value: N) -> N:
        tried.append(ctx.attempt)
        raise Passing("busy")

    async def tell(ctx: Context[None], value: Failed[N]) -> Nothing:
        await breaker.call(outside.ask)
        return Nothing()

    made = workflow("w", N).then(unit("fails", fails)).rescue(Step("tell", Failed[N], Nothing, tell))
    store = await begun(made, MemoryStore(lambda: time.time()))
    assert await go(made, store) is RunStatus.SUSPENDED
    outside.is_away = False
    ahead[0] += 600
    assert await go(made, store) is RunStatus.FAILED
    assert tried == [1, 2, 3]


async def test_an_outage_that_is_over_while_a_part_beside_it_works_used_up_no_attempt() -> None:
    """Nothing was parked, so no row tells of it."""
    outside, back = Flaky(hiccups=2), asyncio.Event()
    breaker = Breakers(Pace(failures=3, first_rest=0.01)).of("the model m")

    async def asks(ctx: Context[None], value: N) -> N:
        if outside.asked >= 3 and outside.is_away:
            outside.is_away = False
            await breaker.call(_one)
        given = await breaker.call(outside.ask)
        back.set()
        return given

    async def works(ctx: Context[None], value: N) -> N:
        await back.wait()
        return value

    made = workflow("w", N).then(unit("one", _same)).parallel(
        "both", unit("asks", asks), unit("works", works, timeout=5)
    )  # fmt: skip
    store = await begun(made, MemoryStore(lambda: time.time()))
    status = await advance(made, RUN, store=store, ports=None, worker="w", now=_now)
    assert status is RunStatus.COMPLETED
    assert [entry.attempt for entry in await failures(store)] == [1, 2, 1, 2]


async def _same(ctx: Context[None], value: N) -> N:
    return value
