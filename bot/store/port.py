"""The store: deliveries, runs and their journals. The truth; what the bus says is only a hint."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from workflows.engine.entries import RunStarted
from workflows.engine.journal import JournalStore
from workflows.errors import OperatorProblem
from workflows.ports import RunStatus
from workflows.trigger import Trigger


class StoreUnavailable(OperatorProblem):
    """The database cannot be reached, is locked, read-only or full. The sentence says what to do."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    HANDLED = "handled"
    """A handler decided; `outcome` says what."""
    IGNORED = "ignored"
    FAILED = "failed"
    """It could not be acted on; `outcome` says whose move it is. Sent again, it is tried again."""


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
    status: RunStatus
    path: str
    """Where it is: the path of the last entry that has one."""
    trigger: Trigger
    created_at: datetime
    updated_at: datetime


class Store(JournalStore, Protocol):
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

    async def finish_delivery(self, delivery_id: str, state: DeliveryState, outcome: str) -> None: ...

    async def waiting_deliveries(self, older_than: float = 0.0, limit: int = 100) -> Sequence[str]:
        """Ids of those not handled for so many seconds, oldest first: what a lost message left behind."""
        ...

    async def create_run(self, run: NewRun) -> tuple[Run, bool]:
        """The run and whether it is new. The same trigger key gives the same run, and so does a subject
        that has a run which has not ended."""
        ...

    async def run(self, run_id: str) -> Run:
        """Gone when it is unknown."""
        ...

    async def runs(self, limit: int = 20) -> Sequence[Run]:
        """Newest first."""
        ...

    async def last_run(self, subject: str) -> Run | None:
        """The newest run of `owner/name#7`."""
        ...

    async def idle_runs(self, limit: int = 100) -> Sequence[str]:
        """Runs that could go on and that nobody holds: queued or running without a valid lease."""
        ...

    async def live_runs(self) -> frozenset[str]:
        """Ids of all runs that have not ended."""
        ...
