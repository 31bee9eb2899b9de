"""A store that forgets, for tests and for trying things out; in every other way like the real one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.bus.port import Topic
from bot.store.port import (
    DeadLetter,
    Delivery,
    DeliveryState,
    DueRun,
    InHand,
    ListedDelivery,
    NewDelivery,
    NewRun,
    Run,
)
from bot.store.projection import standing
from bot.store.refusals import append_refused, in_vain, still_ours, taken_over
from bot.store.stored import called, storable, text
from bot.tries import MOST_TRIES, rest
from workflows.engine.entries import Entry, Row, StepStarted
from workflows.engine.journal import Lease
from workflows.engine.status import RunStatus
from workflows.errors import Gone


@dataclass
class _Kept:
    run: Run
    rows: list[Row] = field(default_factory=list[Row])
    fence: int = 0
    worker: str = ""
    lease_until: float = 0.0
    wake_at: float = 0.0
    tries: int = 0
    taken_at: int = 0

    def can_go_on(self, now: float) -> bool:
        return self.run.status in {RunStatus.QUEUED, RunStatus.RUNNING} or 0 < self.wake_at <= now

    def is_held(self, now: float) -> bool:
        return self.lease_until > now and self.worker != ""

    @property
    def something_came(self) -> bool:
        return any(not isinstance(row.entry, StepStarted) for row in self.rows[self.taken_at :])

    @property
    def tenant(self) -> str:
        return self.run.trigger.tenant.repository


class MemoryStore:
    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._deliveries: dict[str, Delivery] = {}
        self._runs: dict[str, _Kept] = {}
        self._dead: dict[tuple[Topic, str], DeadLetter] = {}
        self._tries: Counter[str] = Counter()
        """Of deliveries; a run has its own."""
        self._in_hand: dict[str, tuple[str, float]] = {}
        """Deliveries, by whom and until when."""
        self._held_after: dict[str, int] = {}

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def check(self) -> str:
        return "in memory: nothing outlives this process"

    async def keep_delivery(self, delivery: NewDelivery) -> bool:
        known = self._deliveries.get(delivery.id)
        if known is not None and known.state is not DeliveryState.FAILED:
            return False
        self._deliveries[delivery.id] = Delivery(**dict(delivery), received_at=self._now())
        return True

    async def delivery(self, delivery_id: str) -> Delivery:
        if delivery_id not in self._deliveries:
            raise Gone(f"there is no delivery {delivery_id}")
        return self._deliveries[delivery_id]

    async def take_delivery(self, delivery_id: str, worker: str, seconds: float) -> Delivery | None:
        found = self._deliveries.get(delivery_id)
        waits = found is not None and found.state is DeliveryState.WAITING
        if not waits or (Topic.DELIVERIES, delivery_id) in self._dead:
            return None
        now = self._clock()
        if self._lease_until(delivery_id) > now:
            raise InHand(delivery_id, self._lease_until(delivery_id) - now)
        if self._tries[delivery_id] >= MOST_TRIES:
            raise in_vain(Topic.DELIVERIES, delivery_id)
        self._tries[delivery_id] += 1
        self._in_hand[delivery_id] = (worker, now + seconds)
        return found

    async def renew_delivery(self, delivery_id: str, worker: str, seconds: float) -> None:
        last, until = self._in_hand.get(delivery_id, ("", 0.0))
        if last != worker:
            raise taken_over(delivery_id)
        if until:
            self._in_hand[delivery_id] = (worker, self._clock() + seconds)

    async def give_back_delivery(self, delivery_id: str, worker: str) -> None:
        last, until = self._in_hand.get(delivery_id, ("", 0.0))
        if last == worker and until:
            self._tries[delivery_id] = max(self._tries[delivery_id] - 1, 0)
            self._in_hand[delivery_id] = (worker, 0.0)

    async def finish_delivery(self, delivery_id: str, state: DeliveryState, outcome: str) -> None:
        await self._decided(delivery_id, state=state, outcome=storable(outcome), held_for="")

    async def hold_delivery(self, delivery_id: str, run: str, after: int, outcome: str) -> None:
        held = DeliveryState.HELD
        await self._decided(delivery_id, state=held, outcome=storable(outcome), held_for=run)
        self._held_after[delivery_id] = after

    async def _decided(self, delivery_id: str, **changed: object) -> None:
        before = await self.delivery(delivery_id)
        del self._tries[delivery_id]
        self._in_hand[delivery_id] = (self._in_hand.get(delivery_id, ("", 0.0))[0], 0.0)
        self._deliveries[delivery_id] = before.model_copy(update=changed)

    async def release_held(self, run: str = "") -> Sequence[str]:
        first: dict[str, str] = {}
        for each in self._deliveries.values():
            if each.state is DeliveryState.HELD and run in {"", each.held_for} and self._rests(each):
                first.setdefault(each.held_for, each.id)
        for name in first.values():
            waits = {"state": DeliveryState.WAITING}
            self._deliveries[name] = self._deliveries[name].model_copy(update=waits)
        return list(first.values())

    def _rests(self, held: Delivery) -> bool:
        kept = self._runs.get(held.held_for)
        if kept is None:
            return True
        at_work = kept.run.status in {RunStatus.QUEUED, RunStatus.RUNNING}
        return not at_work and len(kept.rows) > self._held_after[held.id]

    def _lease_until(self, delivery_id: str) -> float:
        return self._in_hand.get(delivery_id, ("", 0.0))[1]

    async def waiting_deliveries(self, older_than: float = 0.0, limit: int = 100) -> Sequence[str]:
        until = self._clock() - older_than
        waiting = [each for each in self._deliveries.values() if each.state is DeliveryState.WAITING]
        old = [each.id for each in waiting if each.received_at.timestamp() <= until]
        old = [each for each in old if self._lease_until(each) <= self._clock()]
        return [each for each in old if (Topic.DELIVERIES, each) not in self._dead][:limit]

    async def deliveries(
        self, limit: int = 20, *, state: DeliveryState | None = None
    ) -> Sequence[ListedDelivery]:
        newest = [each for each in reversed(self._deliveries.values()) if state in {None, each.state}]
        listed = set(ListedDelivery.model_fields)
        return [ListedDelivery(**each.model_dump(include=listed)) for each in newest[:limit]]

    async def create_run(self, run: NewRun) -> tuple[Run, bool]:
        for kept in self._runs.values():
            same = kept.run.trigger.key == run.trigger.key
            if same or (kept.run.trigger.subject == run.trigger.subject and not kept.run.status.ended):
                return kept.run, False
        now = self._now()
        new = Run(
            id=run.id,
            workflow=run.trigger.workflow,
            definition=run.started.definition,
            status=RunStatus.QUEUED,
            path="",
            trigger=run.trigger,
            created_at=now,
            updated_at=now,
        )
        self._runs[run.id] = _Kept(new, [Row(seq=1, at=now, entry=run.started)])
        return new, True

    async def run(self, run_id: str) -> Run:
        return self._kept(run_id).run

    async def runs(self, limit: int = 20, *, ended: bool | None = None) -> Sequence[Run]:
        newest = [kept.run for kept in reversed(self._runs.values())]
        return [run for run in newest if ended is None or run.status.ended is ended][:limit]

    async def runs_about(self, about: str, limit: int = 20) -> Sequence[Run]:
        newest = (kept.run for kept in reversed(self._runs.values()))
        return [run for run in newest if run.trigger.about == about][:limit]

    async def last_run(self, about: str) -> Run | None:
        of_it = await self.runs_about(about, len(self._runs))
        return next((run for run in of_it if run.workflow != "ask"), None)

    async def move_runs(self, before: str, now: str) -> int:
        moved = 0
        for kept in self._runs.values():
            run = kept.run
            if run.trigger.tenant.repository != before:
                continue
            trigger = called(run.trigger, now)
            others = (each.run for each in self._runs.values() if not each.run.status.ended)
            if run.status.ended or all(other.trigger.subject != trigger.subject for other in others):
                kept.run = run.model_copy(update={"trigger": trigger})
                moved += 1
        return moved

    async def due_runs(
        self,
        per_tenant: int,
        *,
        definitions: Collection[str] | None = None,
        tenant: str | None = None,
        limit: int = 100,
    ) -> Sequence[DueRun]:
        now = self._clock()
        going: dict[str, list[_Kept]] = {}
        for kept in self._runs.values():
            ours = definitions is None or kept.run.definition in definitions
            free = kept.lease_until <= now
            counts = kept.is_held(now) or (free and ours and (Topic.RUNS, kept.run.id) not in self._dead)
            if counts and kept.can_go_on(now) and tenant in {None, kept.tenant}:
                going.setdefault(kept.tenant, []).append(kept)
        turns: list[tuple[int, _Kept]] = []
        for of_one in going.values():
            of_one.sort(key=lambda kept: (kept.lease_until <= now, kept.run.workflow == "reverify"))
            turns += enumerate(of_one[:per_tenant])
        order = {run: number for number, run in enumerate(self._runs)}
        turns.sort(key=lambda turn: (turn[0], order[turn[1].run.id]))
        free = [kept for _, kept in turns if kept.lease_until <= now]
        return [
            DueRun(
                id=kept.run.id, workflow=kept.run.workflow, definition=kept.run.definition, fence=kept.fence
            )
            for kept in free[:limit]
        ]

    async def next_wake(self) -> float | None:
        now = self._clock()
        wakes = [
            kept.wake_at
            for kept in self._runs.values()
            if kept.wake_at and kept.lease_until <= now and (Topic.RUNS, kept.run.id) not in self._dead
        ]
        return max(min(wakes) - now, 0.0) if wakes else None

    async def failed(self, topic: Topic, item: str) -> int:
        if topic is Topic.DELIVERIES:
            self._tries[item] += item in self._deliveries
            return self._tries[item]
        kept = self._runs.get(item)
        if kept is None:
            return 0
        kept.tries += 1
        now = self._clock()
        if kept.lease_until <= now:
            kept.worker, kept.fence, kept.lease_until = "", kept.fence + 1, now + rest(kept.tries)
        return kept.tries

    async def bury(self, topic: Topic, item: str, times: int, said: str) -> None:
        letter = DeadLetter(topic=topic, item=item, times=times, said=storable(said), at=self._now())
        self._dead[topic, item] = letter

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        return sorted(self._dead.values(), key=lambda dead: (dead.at, dead.topic, dead.item))[:limit]

    async def unbury(self, topic: Topic, item: str) -> bool:
        if self._dead.pop((topic, item), None) is None:
            return False
        if topic is Topic.DELIVERIES:
            del self._tries[item]
        elif item in self._runs:
            self._runs[item].tries = 0
        return True

    async def live_runs(self) -> frozenset[str]:
        return frozenset(kept.run.id for kept in self._runs.values() if not kept.run.status.ended)

    async def claim(self, run: str, worker: str, seconds: float) -> Lease | None:
        kept = self._runs.get(run)
        now = self._clock()
        if kept is None or not kept.can_go_on(now) or kept.lease_until > now:
            return None
        if (Topic.RUNS, run) in self._dead:
            return None
        came = kept.something_came
        if kept.tries >= MOST_TRIES and not came:
            raise in_vain(Topic.RUNS, run)
        kept.tries = 1 if came else kept.tries + 1
        kept.taken_at = len(kept.rows)
        kept.fence += 1
        kept.worker = worker
        kept.lease_until = now + seconds
        return Lease(run=run, worker=worker, fence=kept.fence)

    async def renew(self, lease: Lease, seconds: float) -> None:
        kept = self._kept(lease.run)
        if kept.fence == lease.fence and kept.lease_until > 0:
            kept.lease_until = self._clock() + seconds
        else:
            still_ours(lease, kept.fence, kept.worker, kept.run.status)

    async def release(self, lease: Lease) -> None:
        kept = self._runs.get(lease.run)
        if kept is not None and kept.fence == lease.fence and kept.lease_until > 0:
            kept.lease_until = 0.0
            kept.tries -= 1

    async def rows(self, run: str, after: int = 0) -> list[Row]:
        return self._kept(run).rows[after:]

    async def last(self, run: str) -> tuple[int, RunStatus]:
        kept = self._kept(run)
        return len(kept.rows), kept.run.status

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        kept = self._kept(run)
        last = len(kept.rows)
        stale = fence is not None and fence != kept.fence
        if after != last or stale or kept.run.status.ended:
            raise append_refused(run, after, fence, kept.fence, kept.worker, kept.run.status, last)
        now = self._now()
        for entry in entries:
            text(entry)  # what the others could not keep is not kept here
        kept.rows.extend(Row(seq=seq, at=now, entry=entry) for seq, entry in enumerate(entries, after + 1))
        new = standing(entries)
        path = kept.run.path if new.path is None else new.path
        kept.run = kept.run.model_copy(update={"status": new.status, "path": path, "updated_at": now})
        kept.wake_at = new.wake_at / 1000
        if new.frees:
            kept.lease_until = 0.0

    def _kept(self, run: str) -> _Kept:
        if run not in self._runs:
            raise Gone(f"there is no run {run}")
        return self._runs[run]

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
