"""One life of a worker: told where the store and the bus are, and to go on until it is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from bot.bus.nats import NatsBus
from bot.reactions import Reactions
from bot.store import store_at
from bot.store.sql import SqlStore
from bot.telemetry.traces import NoTracer
from bot.worker import Worker
from tests.live.crashes.ledger import Held, Ledger, Line, What
from tests.live.crashes.trees import LEDGER, TREES, WHO, here
from tests.unit.fakes import RecordingEffects, ground, ports
from workflows.engine.entries import Entry, Recorded, RunParked, StepFailed, StepStarted
from workflows.engine.journal import Lease
from workflows.errors import Conflict, Problem


class Orders(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    who: str
    store: str
    bus: str
    ledger: str
    at_once: int = 1
    per_tenant: int = 1000
    lease_seconds: float = 1.0
    sweep_seconds: float = 0.3
    renews: bool = True
    stops_at_claim: bool = False
    """Frozen by itself as soon as it has a lease, before it writes a row."""


def live(orders: Orders) -> None:
    os.environ[LEDGER], os.environ[WHO] = orders.ledger, orders.who
    _watch(*here(), orders)
    asyncio.run(_work(orders))


async def _work(orders: Orders) -> None:
    store = store_at(orders.store)
    bus = NatsBus(orders.bus)
    await store.open()
    await bus.open()
    await Watched(
        name=orders.who,
        store=store,
        bus=bus,
        reactions=Reactions(ground(store, effects=RecordingEffects())),
        ports=ports(),
        tracer=NoTracer(),
        at_once=orders.at_once,
        per_tenant=orders.per_tenant,
        lease_seconds=orders.lease_seconds,
        sweep_seconds=orders.sweep_seconds,
        workflows=TREES,
    ).work()


class Watched(Worker):
    async def advance(self, run_id: str) -> None:
        try:
            await Worker.advance(self, run_id)
        except Problem:
            here()[0].say(Line(self.name, What.PUT_DOWN, run_id))
            raise


def _watch(ledger: Ledger, who: str, orders: Orders) -> None:
    """Writes down what the store said, and dies where it was ordered: the commit is done, or not yet."""
    append = SqlStore.append
    claim, renew, release = SqlStore.claim, SqlStore.renew, SqlStore.release

    def die(run: str, when: str, names: Sequence[str]) -> None:
        # Rows that share a commit share the kill.
        due = {f"{when} {name}" for name in names}.intersection(ledger.ordered(run))
        if due:
            ledger.obey(run, due)
            ledger.say(Line(who, What.KILLED))
            os.kill(os.getpid(), signal.SIGKILL)

    async def watched(
        self: SqlStore, run: str, after: int, entries: Sequence[Entry], fence: int | None
    ) -> None:
        names = [named(entry) for entry in entries]
        die(run, BEFORE, names)
        try:
            await append(self, run, after, entries, fence)
        except Conflict:
            ledger.say(Line(who, What.REFUSED, run))
            raise
        ledger.say(*(Line(who, What.KEPT, run, name) for name in names))
        die(run, AFTER, names)

    async def watched_claim(self: SqlStore, run: str, worker: str, seconds: float) -> Lease | None:
        until = time.time() + seconds
        lease = await claim(self, run, worker, seconds)
        if lease is not None:
            ledger.say(Line(who, What.CLAIMED, run, str(Held(time.time(), until))))
            if orders.stops_at_claim:
                os.kill(os.getpid(), signal.SIGSTOP)
        return lease

    async def watched_renew(self: SqlStore, lease: Lease, seconds: float) -> None:
        if not orders.renews:
            return
        until = time.time() + seconds
        try:
            await renew(self, lease, seconds)
        except Conflict:
            ledger.say(Line(who, What.REFUSED, lease.run))
            raise
        ledger.say(Line(who, What.RENEWED, lease.run, str(Held(time.time(), until))))

    async def watched_release(self: SqlStore, lease: Lease) -> None:
        ledger.say(Line(who, What.RELEASED, lease.run))
        await release(self, lease)

    SqlStore.append = watched
    SqlStore.claim = watched_claim
    SqlStore.renew = watched_renew
    SqlStore.release = watched_release


BEFORE, AFTER = "before", "after"


def named(entry: Entry) -> str:
    """The same in each run of a workflow, and no two entries that are written once have the same."""
    name = f"{entry.kind} {getattr(entry, 'path', '')}"
    match entry:
        case Recorded():
            return f"{name} {entry.name}"
        case StepStarted() | StepFailed():
            return f"{name} {entry.attempt}"
        case RunParked():
            return f"{name}{'asleep' if entry.wake_at else 'waiting'}"
        case _:
            return name
