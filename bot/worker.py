"""The worker: takes hints from the bus, does what the store says, and sweeps up what hints were lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from bot.bus.port import Bus, BusUnavailable, Received, Topic
from bot.bus.rules import MAX_DELIVERIES
from bot.reactions import Outcome, Reactions
from bot.store.port import DeliveryState, Store, StoreUnavailable
from bot.telemetry.traces import Tracer
from workflows.engine.advance import advance
from workflows.errors import Gone, Interrupted, JournalUnwritten, Passing, Problem
from workflows.ports import Ports
from workflows.registry import WORKFLOWS, Registry

log = logging.getLogger("redfirst.worker")

WORKING_SECONDS = 10.0
LONGEST_PAUSE = 60.0
REAP_SECONDS = 60.0
WAKE_SECONDS = 1.0
AT_A_SWEEP = 1000

# Not the fault of what was in hand. It is put down, and the sweep takes it up again when all is well.
NOT_NOW = (Passing, Interrupted, StoreUnavailable, BusUnavailable)


@dataclass(frozen=True, slots=True)
class Worker:
    name: str
    store: Store
    bus: Bus
    reactions: Reactions
    ports: Ports
    tracer: Tracer
    at_once: int
    per_tenant: int
    lease_seconds: float
    sweep_seconds: float
    workflows: Registry = WORKFLOWS

    async def work(self) -> None:
        """Until cancelled. What is in hand then goes on elsewhere."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._serve(Topic.DELIVERIES, self.handle))
            for _ in range(self.at_once):
                group.create_task(self._serve(Topic.RUNS, self.advance))
            group.create_task(self._bury())
            group.create_task(self._every(self.sweep_seconds, self.sweep))
            group.create_task(self._every(WAKE_SECONDS, self.wake))
            group.create_task(self._every(REAP_SECONDS, self.reap))

    async def handle(self, delivery_id: str) -> None:
        delivery = await self.store.delivery(delivery_id)
        if delivery.state is not DeliveryState.WAITING:
            return
        try:
            outcome = await self.reactions.to(delivery)
        except NOT_NOW:
            raise
        except Problem as problem:
            outcome = Outcome(DeliveryState.FAILED, problem.sentence)
        await self.store.finish_delivery(delivery_id, outcome.state, outcome.said)
        log.info("delivery %s (%s): %s", delivery_id, delivery.event, outcome.said)
        if outcome.run:
            run = await self.store.run(outcome.run)
            await self.call_up(run.trigger.tenant.repository)

    async def advance(self, run_id: str) -> None:
        run = await self.store.run(run_id)
        if not self.workflows.can_finish(run.workflow, run.definition):
            # Workers of the release that can call it up.
            log.warning("run %s is of a definition that this release cannot finish", run_id)
            return
        status = await advance(
            self.workflows.find(run.workflow),
            run_id,
            store=self.store,
            ports=self.ports,
            worker=self.name,
            lease_seconds=self.lease_seconds,
        )
        if status is None:
            return
        log.info("run %s: %s", run_id, status)
        self.tracer.export(run_id, await self.store.rows(run_id))
        await self.call_up(run.trigger.tenant.repository)

    async def call_up(self, tenant: str | None = None) -> None:
        """Announces the runs whose turn it is: one tenant's many do not stand before another's first."""
        ours = self.workflows.definitions
        due_runs = await self.store.due_runs(
            self.per_tenant, definitions=ours, tenant=tenant, limit=AT_A_SWEEP
        )
        for due in due_runs:
            await self.bus.announce(Topic.RUNS, due.id, mark=self._mark(f"{due.id}.{due.fence}"))

    async def sweep(self) -> None:
        for delivery in await self.store.waiting_deliveries(older_than=self.sweep_seconds, limit=AT_A_SWEEP):
            await self.bus.announce(Topic.DELIVERIES, delivery, mark=self._mark(delivery))
        await self.call_up()

    async def wake(self) -> None:
        if await self.store.next_wake() == 0:
            await self.call_up()

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
                if _is_its_own_fault(problem):
                    await self._again(topic, message, problem.sentence)
                else:
                    await self._done(topic, message)
            except Exception as bug:
                # A bug met by one item must not stop all others.
                log.exception("%s %s could not be worked on", topic, message.id)
                await self._again(
                    topic, message, f"a bug ({type(bug).__name__}: {bug}), see the worker's log"
                )
            else:
                await self._done(topic, message)

    async def _done(self, topic: Topic, message: Received) -> None:
        if message.times > 1:
            with contextlib.suppress(StoreUnavailable):
                await self.store.unbury(topic, message.id)
        await message.ack()

    async def _again(self, topic: Topic, message: Received, said: str) -> None:
        """Put aside from the first time on: else the sweep would have it tried beside its own message."""
        with contextlib.suppress(StoreUnavailable):
            await self._put_aside(topic, message.id, message.times, said)
        if message.times < MAX_DELIVERIES:
            await message.again(_pause(message.times))
        else:
            await message.ack()

    async def _bury(self) -> None:
        """Of what killed each worker that took it up, only the broker can tell."""
        async for letter in self.bus.given_up():
            said = "each worker that took it up died of it or was stopped"
            with contextlib.suppress(StoreUnavailable):
                await self._put_aside(letter.topic, letter.id, letter.times, said)
                await letter.ack()

    async def _put_aside(self, topic: Topic, item: str, times: int, said: str) -> None:
        await self.store.bury(topic, item, times, said)
        if times >= MAX_DELIVERIES:
            log.error("%s %s was put aside: %s; see `redfirst dead list`", topic, item, said)

    def _mark(self, of: str) -> str:
        """The sweep repeats itself once in a while, and not each time."""
        return f"{of}.{time.time() // (2 * self.sweep_seconds):.0f}"

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await act()
            except Problem as problem:
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
        # Not awaited as such: it would swallow a cancellation that is meant for us.
        await asyncio.wait([heart])


def _is_its_own_fault(problem: Problem) -> bool:
    """What could not be written though the store is there will not be written the next time either."""
    if isinstance(problem, JournalUnwritten):
        return not isinstance(problem.__cause__, StoreUnavailable)
    return not isinstance(problem, (Gone, *NOT_NOW))


def _pause(times: int) -> float:
    return min(2.0**times, LONGEST_PAUSE)
