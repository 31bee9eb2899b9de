"""Servers that die under the workers' hands: the broker with all that it held, and the database."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.live.crashes.ground import Ground, at_work, ground_at
from tests.live.crashes.judge import faults
from tests.live.crashes.life import Orders
from tests.services.nats import PrivateNats
from tests.services.postgres import PrivatePostgres

RUNS = 16


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


async def in_the_middle(ground: Ground) -> list[str]:
    """The runs, of which some have gone on and none has ended."""
    runs = [await ground.start(number) for number in range(1, RUNS + 1)]
    await ground.has_come_to(lambda lines: len({line.run for line in lines}) >= 4)
    return runs


async def test_a_broker_that_dies_and_forgets_everything_loses_no_run(
    ground: Ground, nats_server: PrivateNats
) -> None:
    async with at_work(ground, workers=3):
        plain = await ground.start(0)
        await ground.all_end(30)
        runs = await in_the_middle(ground)
        nats_server.stop(signal.SIGKILL)
        shutil.rmtree(nats_server.store)
        assert await ground.store.live_runs()
        await asyncio.sleep(0.5)
        nats_server.start()
        await ground.all_end(60)
    assert await faults(ground, [plain, *runs], await ground.output(plain)) == []


async def test_a_database_that_dies_loses_no_run(ground: Ground, postgres_server: PrivatePostgres) -> None:
    async with at_work(ground, workers=3):
        plain = await ground.start(0)
        await ground.all_end(30)
        runs = await in_the_middle(ground)
        assert await ground.store.live_runs()
        postgres_server.stop(signal.SIGQUIT)  # at once, as a crash
        postgres_server.start()
        await ground.all_end(60)
    assert await faults(ground, [plain, *runs], await ground.output(plain)) == []
