"""Workers are killed at random, all the time: no run is lost, and nothing is done twice that counts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.live.crashes.ground import Ground, at_work, ground_at, store_url
from tests.live.crashes.judge import faults, repeats
from tests.live.crashes.life import Orders
from tests.live.crashes.soak import SOAK
from tests.services.nats import PrivateNats

RUNS = 1000 if SOAK else 60
PATIENCE_SECONDS = 3600.0 if SOAK else 200.0
WORKERS = 4
TENANTS = 8
EVERY_SECONDS = 0.2


@pytest.fixture(params=["sqlite", "postgresql"])
async def ground(
    request: pytest.FixtureRequest, tmp_path: Path, start_nats: Callable[..., PrivateNats]
) -> AsyncGenerator[Ground]:
    orders = Orders(
        who="",
        store=store_url(request.param, tmp_path, request),
        bus=start_nats().url,
        ledger=str(tmp_path / "ledger"),
        at_once=4,
        per_tenant=4,
        lease_seconds=1.0,
        sweep_seconds=0.3,
    )
    async with ground_at(tmp_path, orders) as made:
        yield made


async def kill_on(ground: Ground, chance: random.Random) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await ground.crew.kill_one(chance)


async def test_in_a_storm_of_kills_no_run_is_lost_and_none_is_doubled(
    ground: Ground, request: pytest.FixtureRequest
) -> None:
    seed = random.randrange(2**32)
    async with at_work(ground, WORKERS):
        plain = await ground.start(0)
        await ground.all_end(30)
        output = await ground.output(plain)
        runs = [
            await ground.start(number, tenant=f"octo/{number % TENANTS}") for number in range(1, RUNS + 1)
        ]
        killing = asyncio.create_task(kill_on(ground, random.Random(seed)))
        try:
            seconds = await ground.all_end(PATIENCE_SECONDS)
        finally:
            killing.cancel()
            await asyncio.wait([killing])
    print(
        f"storm on {request.node.callspec.id}: {RUNS} runs, {ground.crew.kills} kills, {seconds:.0f} s, "
        f"{RUNS / seconds:.1f} runs/s, {repeats(ground.ledger.lines())} doings repeated (seed {seed})"
    )
    assert await faults(ground, [plain, *runs], output) == []
    assert ground.crew.kills >= seconds / EVERY_SECONDS / 3
