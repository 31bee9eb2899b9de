"""The worker: takes hints from the bus, does what the store says, and sweeps up what hints were lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from bot.bus.port import Bus, BusUnavailable, Received, Topic
from bot.reactions import Outcome, Reactions
from bot.store.port import DeliveryState, Store
from bot.telemetry.traces import Tracer
from workflows import registry
from workflows.engine.advance import advance
from workflows.errors import Passing, Problem
from workflows.ports import Ports, RunStatus

log = logging.getLogger("redfirst.worker")

WORKING_SECONDS = 10.0
LONGEST_PAUSE = 60.0
REAP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Worker:
    name: str
    store: Store
    bus: Bus
    reactions: Reactions
    ports: Ports
    tracer: Tracer
    at_once: int
    lease_seconds: float
    sweep_seconds: float

    async def work(self) -> None:
        """Until cancelled. What is in hand then goes on elsewhere."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._serve(Topic.DELIVERIES, self.handle))
            for _ in range(self.at_once):
                group.create_task(self._serve(Topic.RUNS, self.advance))
            group.create_task(self._every(self.sweep_seconds, self.sweep))
            group.create_task(self._every(REAP_SECONDS, self.reap))

    async def handle(self, delivery_id: str) -> None:
        delivery = await self.store.delivery(delivery_id)
        if delivery.state is not DeliveryState.WAITING:
            return
        try:
            outcome = await self.reactions.to(delivery)
        except Passing:
            raise
        except Problem as problem:
            outcome = Outcome(DeliveryState.FAILED, problem.sentence)
        await self.store.finish_delivery(delivery_id, outcome.state, outcome.said)
        log.info("delivery %s (%s): %s", delivery_id, delivery.event, outcome.said)
        if outcome.run:
            await self.bus.announce(Topic.RUNS, outcome.run)

    async def advance(self, run_id: str) -> None:
        run = await self.store.run(run_id)
        status = await advance(
            registry.find(run.workflow),
            run_id,
            store=self.store,
            ports=self.ports,
            worker=self.name,
            lease_seconds=self.lease_seconds,
        )
        if status is None:
            return
        log.info("run %s: %s", run_id, status)
        if status is not RunStatus.RUNNING:
            self.tracer.export(run_id, await self.store.rows(run_id))

    async def sweep(self) -> None:
        for delivery in await self.store.waiting_deliveries(older_than=self.sweep_seconds):
            await self.bus.announce(Topic.DELIVERIES, delivery)
        for run in await self.store.idle_runs():
            await self.bus.announce(Topic.RUNS, run)

    async def reap(self) -> None:
        reaped = await self.ports.sandboxes.reap(await self.store.live_runs())
        if reaped:
            log.info("%s sandboxes were left behind and are gone now", reaped)

    async def _serve(self, topic: Topic, act: Callable[[str], Awaitable[None]]) -> None:
        async for message in self.bus.receive(topic):
            try:
                async with _working(message):
                    await act(message.id)
            except Problem as problem:
                log.warning("%s %s: %s", topic, message.id, problem.sentence)
                await message.again(_pause(message.times))
            except Exception:
                # A bug met by one item must not stop all others. After some tries it is a dead letter.
                log.exception("%s %s could not be worked on", topic, message.id)
                await message.again(_pause(message.times))
            else:
                await message.ack()

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await act()
            except (Problem, BusUnavailable) as problem:
                log.warning("%s", problem.sentence)
            await asyncio.sleep(seconds)


@contextlib.asynccontextmanager
async def _working(message: Received) -> AsyncGenerator[None]:
    async def beat() -> None:
        while True:
            await asyncio.sleep(WORKING_SECONDS)
            await message.working()

    heart = asyncio.create_task(beat())
    try:
        yield
    finally:
        heart.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await heart


def _pause(times: int) -> float:
    return min(2.0**times, LONGEST_PAUSE)
