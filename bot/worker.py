"""The worker: takes hints from the bus, does what the store says, and sweeps up what hints were lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot import aside
from bot.bus.port import Bus, Received, Topic
from bot.evidence import standing
from bot.faults import NOT_NOW, is_its_own
from bot.lines import Lines
from bot.messages import endings
from bot.reacting.ground import Outcome, ignored
from bot.reactions import Reactions
from bot.store.port import Delivery, DeliveryState, InHand, InVain, Store, StoreUnavailable
from bot.telemetry.traces import Tracer
from bot.tries import MOST_TRIES, rest
from bot.whose import NOBODYS, whose
from bot.working import taken, working
from workflows.case import Standing
from workflows.engine.advance import advance
from workflows.engine.status import RunStatus
from workflows.errors import Gone, Problem
from workflows.ports.all import Ports
from workflows.registry import WORKFLOWS, Registry

log = logging.getLogger("redfirst.worker")

REAP_SECONDS = 60.0
WAKE_SECONDS = 1.0
AT_A_SWEEP = 1000
A_MOMENT = 0.1
"""A message that comes again shall not come before the rest is over by the store's clock."""

DELIVERIES_AT_ONCE = 8
"""They wait for GitHub most of the time."""

IN_LINE = 1000
"""As many as a broker gives to receivers that have not acknowledged one."""


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
            group.create_task(self._serve_deliveries())
            for _ in range(self.at_once):
                group.create_task(self._serve_runs())
            group.create_task(self._every(self.sweep_seconds, self.sweep))
            group.create_task(self._every(WAKE_SECONDS, self.wake))
            group.create_task(self._every(REAP_SECONDS, self.reap))

    async def handle(self, delivery_id: str) -> None:
        async with taken(self.store, delivery_id, self.name, self.lease_seconds) as delivery:
            if delivery is None:
                return
            outcome = await self._outcome(delivery)
            is_held = outcome.state is DeliveryState.HELD
            if is_held:
                await self.store.hold_delivery(delivery_id, outcome.run, outcome.after, outcome.said)
            else:
                await self.store.finish_delivery(delivery_id, outcome.state, outcome.said)
        log.info("delivery %s (%s): %s", delivery_id, delivery.event, outcome.said)
        # Its run may have come to rest in this very moment; and one that put no run to work lets the next by.
        for run in {outcome.run if is_held else "", delivery.held_for} - {""}:
            await self._release(run)
        if outcome.run and not is_held:
            await self.call_up((await self.store.run(outcome.run)).trigger.tenant.repository)

    async def _outcome(self, delivery: Delivery) -> Outcome:
        if delivery.held_for and await self._was_stopped(delivery.held_for):
            return ignored(f"run {delivery.held_for} was stopped, and all that was to come after it with it")
        try:
            return await self.reactions.to(delivery)
        except NOT_NOW:
            raise
        except Problem as problem:
            await aside.regret(self.reactions, delivery, endings.could_not(problem.failure()))
            return Outcome(DeliveryState.FAILED, problem.sentence)

    async def _was_stopped(self, run: str) -> bool:
        try:
            return (await self.store.run(run)).status is RunStatus.CANCELLED
        except Gone:
            return False

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
        rows = await self.store.rows(run_id)
        self.tracer.export(run_id, rows)
        if status is RunStatus.CANCELLED:
            await aside.end_check(self.ports.effects, run, rows)
        await self._release(run_id)
        await self.call_up(run.trigger.tenant.repository)

    async def call_up(self, tenant: str | None = None) -> None:
        """Announces the runs whose turn it is: one tenant's many do not stand before another's first."""
        ours = self.workflows.definitions
        due_runs = await self.store.due_runs(
            self.per_tenant, definitions=ours, tenant=tenant, limit=AT_A_SWEEP
        )
        for due in due_runs:
            await self.bus.announce(Topic.RUNS, due.id, mark=self._mark(f"{due.id}.{due.fence}"))

    async def _release(self, run: str = "") -> None:
        """What was held for a run that rests now, the next of it."""
        for delivery in await self.store.release_held(run):
            await self.bus.announce(Topic.DELIVERIES, delivery)

    async def sweep(self) -> None:
        await self._release()
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

    async def _serve_runs(self) -> None:
        async for message in self.bus.receive(Topic.RUNS):
            async with working(lambda held=message: [held]):
                await self._do(Topic.RUNS, message, self.advance)

    async def _serve_deliveries(self) -> None:
        """In line by whose they are: 500 of one tenant do not stand before another's first."""
        in_line: dict[str, Received] = {}

        async def do(message: Received) -> None:
            await self._do(Topic.DELIVERIES, message, self.handle)
            del in_line[message.id]

        async with asyncio.TaskGroup() as group, working(in_line.values):
            lines = Lines(group, DELIVERIES_AT_ONCE, IN_LINE)
            async for message in self.bus.receive(Topic.DELIVERIES):
                if message.id in in_line:
                    await message.ack()
                    continue
                in_line[message.id] = message
                await lines.join(await self._whose(message.id), partial(do, message))

    async def _whose(self, delivery_id: str) -> str:
        try:
            return whose((await self.store.delivery(delivery_id)).payload)
        except Problem:
            return NOBODYS
        except Exception:
            # Met again, and counted, when it is acted on.
            log.exception("delivery %s could not be looked at", delivery_id)
            return NOBODYS

    async def _do(self, topic: Topic, message: Received, act: Callable[[str], Awaitable[None]]) -> None:
        fault = ""
        try:
            await act(message.id)
        except InHand as busy:
            await message.again(busy.seconds + A_MOMENT)
            return
        except InVain as vain:
            await self._put_aside(topic, message.id, MOST_TRIES, vain.sentence)
        except Problem as problem:
            log.warning("%s %s: %s", topic, message.id, problem.sentence)
            fault = problem.sentence if is_its_own(problem) else ""
        except Exception as bug:
            # A bug met by one item must not stop all others.
            log.exception("%s %s could not be worked on", topic, message.id)
            fault = f"a bug ({type(bug).__name__}: {bug}), see the worker's log"
        pause = await self._failed(topic, message.id, fault) if fault else None
        await (message.ack() if pause is None else message.again(pause + A_MOMENT))

    async def _failed(self, topic: Topic, item: str, fault: str) -> float | None:
        """How long to leave it alone; None when it was put aside."""
        try:
            tries = await self.store.failed(topic, item)
        except StoreUnavailable:
            return rest(1)
        if tries < MOST_TRIES:
            return rest(tries)
        await self._put_aside(topic, item, tries, fault)
        return None

    async def _put_aside(self, topic: Topic, item: str, times: int, said: str) -> None:
        with contextlib.suppress(Problem):
            await self.store.bury(topic, item, times, said)
            log.error("%s %s was put aside: %s; see `redfirst dead list`", topic, item, said)
            match topic:
                case Topic.RUNS:
                    proves = await self._proves(item)
                    await aside.tell(self.ports.effects, await self.store.run(item), times, proves)
                case Topic.DELIVERIES:
                    await aside.regret(
                        self.reactions, await self.store.delivery(item), endings.command_put_aside()
                    )

    async def _proves(self, run: str) -> Standing | None:
        """What it is put aside for may be that its rows cannot be read: then it is said on its issue."""
        try:
            return standing(await self.store.rows(run))
        except Problem:
            return None

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
