"""The store: deliveries, runs and their journals. The truth; what the bus says is only a hint."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from bot.bus.port import Topic
from workflows.engine.entries import RunStarted
from workflows.engine.journal import JournalStore
from workflows.engine.status import RunStatus
from workflows.errors import OperatorProblem, Problem, Who
from workflows.trigger import Trigger


class StoreUnavailable(OperatorProblem):
    """The database cannot be reached, is locked, read-only or full. The sentence says what to do."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    HELD = "held"
    """For a run that was at work: it is decided again once more has come of it. `outcome` says which."""
    HANDLED = "handled"
    """A handler decided; `outcome` says what."""
    IGNORED = "ignored"
    FAILED = "failed"
    """It could not be acted on; `outcome` says whose move it is. Sent again, it is tried again."""


class InVain(Problem):
    """Taken up as often as anything is, and nothing came of it: each who had it died or was stopped."""

    who = Who.OPERATOR


class InHand(Problem):
    """Somebody else is at it. It is worth asking again when their lease is over."""

    who = Who.NOBODY

    def __init__(self, delivery_id: str, seconds: float) -> None:
        super().__init__(f"delivery {delivery_id} is in the hands of another worker")
        self.seconds = seconds


class NewDelivery(BaseModel):
    """One webhook as received, after its signature was verified."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    event: str
    payload: bytes


class Delivery(NewDelivery):
    received_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    outcome: str = ""
    held_for: str = ""
    """The run that it was held for, or is."""


class ListedDelivery(BaseModel):
    """A delivery as the lists show it: without what was in it, which may be megabytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    event: str
    received_at: datetime
    state: DeliveryState
    outcome: str


class NewRun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    trigger: Trigger
    started: RunStarted


class Run(BaseModel):
    """A run as the lists show it. Status and place are read off the journal as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    workflow: str
    definition: str
    """Digest of the tree that it was started with."""
    status: RunStatus
    path: str
    """Where it is: the path of the last entry that has one."""
    trigger: Trigger
    created_at: datetime
    updated_at: datetime


class DueRun(BaseModel):
    """A run whose turn it is: it can go on, nobody holds it, and its tenant has room for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    workflow: str
    definition: str
    fence: int
    """Of its last lease. As long as it stays the same, nobody has taken the run up since."""


class DeadLetter(BaseModel):
    """What was tried again and again and put aside, until a person says what to do with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Topic
    item: str
    """Id of a delivery or of a run."""
    times: int
    said: str
    """What went wrong the last time."""
    at: datetime


class Store(JournalStore, Protocol):
    """A claim counts as a take, a release gives it back, and any row but that a step was begun says that
    something came of it. A run that is among the dead letters is not given, and InVain is raised for one that
    was claimed too often."""

    async def open(self) -> None:
        """Connects and brings the schema up to date; StoreUnavailable says what to do."""
        ...

    async def close(self) -> None: ...

    async def check(self) -> str:
        """A sentence on what is there, for `doctor` and `/readyz`."""
        ...

    async def keep_delivery(self, delivery: NewDelivery) -> bool:
        """Durable when it returns. False when the id is known: a redelivery, recognised for good.

        Only one that failed waits again when it is redelivered: then somebody has put right what was wrong.
        """
        ...

    async def delivery(self, delivery_id: str) -> Delivery:
        """Gone when it is unknown."""
        ...

    async def take_delivery(self, delivery_id: str, worker: str, seconds: float) -> Delivery | None:
        """For whoever acts on it, alone and for so long: counts the take. None when it does not wait, or is
        among the dead letters; InHand while another has it; InVain when it was taken too often."""
        ...

    async def renew_delivery(self, delivery_id: str, worker: str, seconds: float) -> None:
        """Conflict when another worker has taken it over. Nothing when it was given back, or finished."""
        ...

    async def give_back_delivery(self, delivery_id: str, worker: str) -> None:
        """Put down through no fault of its own: the take does not count. Nothing when another has it."""
        ...

    async def finish_delivery(self, delivery_id: str, state: DeliveryState, outcome: str) -> None: ...

    async def hold_delivery(self, delivery_id: str, run: str, after: int, outcome: str) -> None:
        """Until there are more rows of this run than so many, and it rests."""
        ...

    async def release_held(self, run: str = "") -> Sequence[str]:
        """Of each run that rests, or only of this one, the delivery that has been held for the longest waits
        again: their ids. Only one of each, since it may put the run to work."""
        ...

    async def waiting_deliveries(self, older_than: float = 0.0, limit: int = 100) -> Sequence[str]:
        """Ids of those not handled for so many seconds and in nobody's hands, oldest first: what a lost
        message left behind."""
        ...

    async def deliveries(
        self, limit: int = 20, *, state: DeliveryState | None = None
    ) -> Sequence[ListedDelivery]:
        """Newest first, as they came; only those in this state, when asked so."""
        ...

    async def create_run(self, run: NewRun) -> tuple[Run, bool]:
        """The run and whether it is new. The same trigger key gives the same run, and so does a subject
        that has a run which has not ended."""
        ...

    async def run(self, run_id: str) -> Run:
        """Gone when it is unknown."""
        ...

    async def runs(self, limit: int = 20, *, ended: bool | None = None) -> Sequence[Run]:
        """Newest first; only those that have ended, or only those that have not, when asked so."""
        ...

    async def runs_about(self, about: str, limit: int = 20) -> Sequence[Run]:
        """Those that were asked for on `owner/name#7`, newest first: questions too."""
        ...

    async def last_run(self, about: str) -> Run | None:
        """The newest of them that is no question."""
        ...

    async def move_runs(self, before: str, now: str) -> int:
        """Of a repository that is called so from now on: how many. They are found by its new name, and a run
        that is active there already stays the only one."""
        ...

    async def due_runs(
        self,
        per_tenant: int,
        *,
        definitions: Collection[str] | None = None,
        tenant: str | None = None,
        limit: int = 100,
    ) -> Sequence[DueRun]:
        """Runs that can go on and that nobody holds: queued, running, or parked until a time that has come.

        At most `per_tenant` of a tenant (its repository) count as going on at once: those held first, then
        what somebody asked for, and then the oldest; what is beyond that is not due yet. Round robin: the
        first of each tenant before the second of any. Never what is among the dead letters, and only of these
        definitions where they are given: what nobody here can finish is in nobody's way.
        """
        ...

    async def next_wake(self) -> float | None:
        """Seconds until the next parked run wants to be woken, 0 when one is overdue; None when none does."""
        ...

    async def failed(self, topic: Topic, item: str) -> int:
        """Counts a take that came to nothing by its own fault, after it was given back; how many there were.

        A run is given to nobody for a while, and takes no place of its tenant's.
        """
        ...

    async def bury(self, topic: Topic, item: str, times: int, said: str) -> None:
        """Puts a delivery or a run aside: nobody is given it or told of it any more, until it is unburied.

        Again for the same item: the newest words count.
        """
        ...

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        """Oldest first."""
        ...

    async def unbury(self, topic: Topic, item: str) -> bool:
        """To be tried as often as something new. False when it was not among the dead letters."""
        ...

    async def live_runs(self) -> frozenset[str]:
        """Ids of all runs that have not ended."""
        ...
