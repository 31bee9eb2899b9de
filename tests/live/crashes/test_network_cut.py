"""The network goes, for workers, and comes back: for all of them, or for one while others go on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.crashes.ground import Ground, at_work, ground_at
from tests.live.crashes.judge import faults
from tests.live.crashes.ledger import Line, What
from tests.live.crashes.life import Orders
from tests.live.crashes.soak import SOAK
from tests.live.crashes.trees import GATE, N, gated
from tests.live.crashes.wire import Wire, wire_to
from tests.services.nats import PrivateNats
from tests.services.until import until

CUT_SECONDS = 60.0 if SOAK else 8.0
RUNS = 16


@dataclass(frozen=True)
class Cables:
    """What workers reach the servers by. The test itself stands beside them."""

    database: Wire
    broker: Wire
    near_store: str
    near_bus: str

    def cut(self) -> None:
        self.database.cut()
        self.broker.cut()

    def mend(self, chance: random.Random | None = None) -> None:
        self.database.mend(chance)
        self.broker.mend(chance)


@pytest.fixture
async def cables(postgres_url: str, nats_server: PrivateNats) -> AsyncGenerator[Cables]:
    async with (
        wire_to(postgres_url) as (database, near_store),
        wire_to(nats_server.url) as (broker, near_bus),
    ):
        yield Cables(database, broker, near_store, near_bus)


@pytest.fixture
async def ground(tmp_path: Path, postgres_url: str, nats_server: PrivateNats) -> AsyncGenerator[Ground]:
    orders = Orders(
        who="",
        store=postgres_url,
        bus=nats_server.url,
        ledger=str(tmp_path / "ledger"),
        at_once=2,
        per_tenant=8,
    )
    async with ground_at(tmp_path, orders) as made:
        yield made


async def test_when_the_network_is_cut_for_all_every_run_goes_on_afterwards(
    ground: Ground, cables: Cables
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    async with at_work(ground, workers=3, store=cables.near_store, bus=cables.near_bus):
        plain = await ground.start(0)
        await ground.all_end(30)
        runs = [await ground.start(number) for number in range(1, RUNS + 1)]
        await ground.has_come_to(lambda lines: len({line.run for line in lines}) >= 4)
        cables.cut()
        await asyncio.sleep(1)
        before = len(await all_rows(ground, runs))
        await asyncio.sleep(CUT_SECONDS - 1)
        # Else this would be no cut. Answers come from the test itself, which is not behind it.
        assert len(await all_rows(ground, runs)) - before <= RUNS
        assert len(await ground.store.live_runs()) > RUNS / 2
        cables.mend(random.Random(seed))
        await ground.all_end(60)
    assert await faults(ground, [plain, *runs], await ground.output(plain)) == []


async def all_rows(ground: Ground, runs: list[str]) -> list[object]:
    return [row for run in runs for row in await ground.store.rows(run)]


@pytest.mark.parametrize("heard", [False, True], ids=["unheard", "unanswered"])
async def test_a_worker_that_is_cut_off_at_a_commit_keeps_nobody_from_the_run_and_is_no_danger_afterwards(
    ground: Ground, cables: Cables, heard: bool
) -> None:
    cut_off = await ground.crew.begin(store=cables.near_store, bus=cables.near_bus)
    run = await ground.start(1, gated)
    await ground.has_come_to(lambda lines: Line(cut_off.who, What.DID, run, f"{GATE} begun") in lines)
    cables.database.cut_at(b"INSERT INTO journal", heard=heard)
    ground.ledger.open_gate(cut_off.who)  # it is done, and hears nothing from whom it tells
    await until(lambda: cables.database.is_cut)
    cables.broker.cut()
    other = await ground.crew.begin()
    ground.ledger.open_gate(other.who)
    await ground.all_end(30)
    rows = await ground.store.rows(run)
    believed = N(n=2, by=cut_off.who if heard else other.who)
    assert await ground.output(run) == believed.model_dump()
    await asyncio.sleep(CUT_SECONDS / 4)
    cables.mend()
    # It has learnt so, from the store or by its clock, and what it had said by then arrives too late.
    await ground.has_come_to(lambda lines: Line(cut_off.who, What.PUT_DOWN, run) in lines)
    assert await ground.store.rows(run) == rows
    other.kill(ground.ledger)
    await other.ended()
    second = await ground.start(2, gated)
    await ground.all_end(60)
    assert cut_off.lives
    assert await ground.output(second) == N(n=2, by=cut_off.who).model_dump()
