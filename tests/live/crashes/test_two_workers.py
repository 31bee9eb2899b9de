"""Two workers that both believe that a run is theirs: only one of them can write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.live.crashes.crew import Life
from tests.live.crashes.ground import Ground, ground_at
from tests.live.crashes.ledger import Line, What
from tests.live.crashes.life import Orders, named
from tests.live.crashes.trees import GATE, N, gated
from tests.services.nats import PrivateNats
from workflows.engine.entries import StepStarted
from workflows.engine.status import RunStatus

STARTED = named(StepStarted(path=GATE))


@pytest.fixture
async def ground(tmp_path: Path, postgres_url: str, nats_server: PrivateNats) -> AsyncGenerator[Ground]:
    orders = Orders(
        who="",
        store=postgres_url,
        bus=nats_server.url,
        ledger=str(tmp_path / "ledger"),
        lease_seconds=0.5,
        sweep_seconds=0.2,
    )
    async with ground_at(tmp_path, orders) as made:
        yield made


async def is_at_the_gate(ground: Ground, life: Life, run: str) -> None:
    """And whatever it wrote by then is written."""
    begun = Line(life.who, What.DID, run, f"{GATE} begun"), Line(life.who, What.KEPT, run, STARTED)
    await ground.has_come_to(lambda lines: all(line in lines for line in begun))


async def was_refused(ground: Ground, life: Life, run: str) -> None:
    await ground.has_come_to(lambda lines: Line(life.who, What.REFUSED, run) in lines)


async def goes_on_with_another(ground: Ground, life: Life, others: Life) -> None:
    """Alone, so that nobody else can have done it."""
    others.kill(ground.ledger)
    await others.ended()
    ground.ledger.open_gate(life.who)
    run = await ground.start(2, gated)
    await ground.all_end(30)
    assert life.lives
    assert await ground.output(run) == N(n=2, by=life.who).model_dump()


async def test_a_worker_whose_lease_ran_out_in_the_middle_of_a_step_can_write_nothing(ground: Ground) -> None:
    first = await ground.crew.begin(renews=False)
    run = await ground.start(1, gated)
    await is_at_the_gate(ground, first, run)
    second = await ground.crew.begin()
    await is_at_the_gate(ground, second, run)
    rows = await ground.store.rows(run)
    # Both are at it now, and the first is done with it first.
    ground.ledger.open_gate(first.who)
    await was_refused(ground, first, run)
    assert await ground.store.rows(run) == rows
    assert (await ground.store.run(run)).status is RunStatus.RUNNING
    ground.ledger.open_gate(second.who)
    await ground.all_end(30)
    assert await ground.output(run) == N(n=2, by=second.who).model_dump()
    await goes_on_with_another(ground, first, second)


async def test_that_another_has_the_lease_is_enough_to_refuse_what_the_first_would_write(
    ground: Ground,
) -> None:
    first = await ground.crew.begin(renews=False)
    run = await ground.start(1, gated)
    await is_at_the_gate(ground, first, run)
    second = await ground.crew.begin(stops_at_claim=True, lease_seconds=30.0)
    await ground.has_come_to(
        lambda lines: any((line.who, line.what) == (second.who, What.CLAIMED) for line in lines)
    )
    # No row of another tells the first that it comes too late: only the fence does.
    rows = await ground.store.rows(run)
    ground.ledger.open_gate(first.who)
    await was_refused(ground, first, run)
    assert await ground.store.rows(run) == rows
    ground.ledger.open_gate(second.who)
    second.thaw()
    await ground.all_end(30)
    assert await ground.output(run) == N(n=2, by=second.who).model_dump()
    await goes_on_with_another(ground, first, second)


async def test_a_frozen_worker_that_thaws_writes_nothing_on_what_another_has_finished(ground: Ground) -> None:
    first = await ground.crew.begin()
    run = await ground.start(1, gated)
    await is_at_the_gate(ground, first, run)
    first.freeze()
    second = await ground.crew.begin()
    await is_at_the_gate(ground, second, run)
    ground.ledger.open_gate(second.who)
    await ground.all_end(30)
    rows = await ground.store.rows(run)
    ground.ledger.open_gate(first.who)
    first.thaw()
    await ground.has_come_to(lambda lines: Line(first.who, What.PUT_DOWN, run) in lines)
    await asyncio.sleep(0.5)
    assert await ground.store.rows(run) == rows
    assert await ground.output(run) == N(n=2, by=second.who).model_dump()
    await goes_on_with_another(ground, first, second)
