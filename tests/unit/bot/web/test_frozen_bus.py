"""A real broker that neither answers nor goes away: deliveries are taken as if nothing were."""

from __future__ import annotations

import asyncio
import functools
import signal
import time

from bot.bus.nats import NatsBus
from bot.bus.port import Topic
from bot.listening import serving
from bot.store.memory import MemoryStore
from bot.web.webhook import Webhook
from tests.services.nats import PrivateNats
from tests.unit.bot.signed import BODY, SECRET, headers
from tests.unit.bot.web.lines import calling, head

DELIVERIES = 200


async def test_a_frozen_broker_holds_up_no_answer(nats_server: PrivateNats) -> None:
    bus, store = NatsBus(nats_server.url), MemoryStore()
    await bus.open()

    announce = functools.partial(bus.announce, Topic.DELIVERIES)
    assert nats_server.process
    slowest = 0.0
    try:
        async with serving(Webhook([SECRET], store.keep_delivery, announce)) as url, calling(url) as caller:
            nats_server.process.send_signal(signal.SIGSTOP)
            for number in range(DELIVERIES):
                began = time.monotonic()
                await caller.send(head(headers(delivery=f"d-{number}")) + BODY)
                assert await caller.status() == 202
                slowest = max(slowest, time.monotonic() - began)
    finally:
        nats_server.process.send_signal(signal.SIGCONT)
        heralds = [task for task in asyncio.all_tasks() if task.get_name() == "herald"]
        if heralds:
            await asyncio.wait(heralds)
        await bus.close()
    print(f"the slowest of {DELIVERIES} answers: {slowest * 1000:.0f} ms")
    # A bus that is waited for takes two seconds to give up.
    assert slowest < 1
    assert len(await store.waiting_deliveries(limit=DELIVERIES)) == DELIVERIES
