"""A run that kills each worker that takes it up, while the broker forgets that it ever did."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.bus.port import Topic
from bot.tries import MOST_TRIES
from tests.live.crashes.ground import Ground, at_work, ground_at, store_url
from tests.live.crashes.ledger import What
from tests.live.crashes.life import Orders
from tests.live.crashes.trees import deadly
from tests.services.nats import PrivateNats
from tests.services.until import until


@pytest.fixture(params=["sqlite", "postgresql"])
async def ground(
    request: pytest.FixtureRequest, tmp_path: Path, nats_server: PrivateNats
) -> AsyncGenerator[Ground]:
    orders = Orders(
        who="",
        store=store_url(request.param, tmp_path, request),
        bus=nats_server.url,
        ledger=str(tmp_path / "ledger"),
        lease_seconds=0.5,
        sweep_seconds=0.2,
    )
    async with ground_at(tmp_path, orders) as made:
        yield made


async def test_it_is_put_aside_after_so_many_deaths_and_others_end(
    ground: Ground, nats_server: PrivateNats
) -> None:
    def deaths() -> int:
        return sum(line.what is What.CLAIMED and line.run == run for line in ground.ledger.lines())

    async with at_work(ground, workers=3):
        run = await ground.start(1, deadly)
        await until(lambda: deaths() >= MOST_TRIES // 2, 60)
        nats_server.stop(signal.SIGKILL)
        shutil.rmtree(nats_server.store)
        nats_server.start()
        other = await ground.start(2)
        await until(lambda: deaths() >= MOST_TRIES, 60)
        while not await ground.store.dead_letters():
            await asyncio.sleep(0.05)
        # With what is left of it, nobody is killed any more.
        while other in await ground.store.live_runs():
            await asyncio.sleep(0.05)
    [letter] = await ground.store.dead_letters()
    assert (letter.topic, letter.item, letter.times) == (Topic.RUNS, run, MOST_TRIES)
    assert deaths() == MOST_TRIES
