"""The words of the journal: one entry a transition. Their names are stored: a new name needs a migration."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from workflows.errors import Failure


class _Entry(BaseModel):
    # Built when they are first needed: most commands never are.
    # What is no number in JSON is kept as what it is: a run that goes on must find what it left.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, ser_json_inf_nan="constants")


class RunStarted(_Entry):
    kind: Literal["run.started"] = "run.started"
    workflow: str
    definition: str
    """Digest of the tree as it was; another tree may not go on with this journal unasked."""
    release: str
    input: JsonValue


class StepStarted(_Entry):
    kind: Literal["step.started"] = "step.started"
    path: str
    attempt: int = 1


class StepFailed(_Entry):
    kind: Literal["step.failed"] = "step.failed"
    path: str
    attempt: int
    failure: Failure
    again: bool | None = None
    """Whether the step may be tried again. Release 0.1.0 did not say."""


class StepCompleted(_Entry):
    kind: Literal["step.completed"] = "step.completed"
    path: str
    output: JsonValue


class Recorded(_Entry):
    """Something inside a step that must not happen twice: a model turn, a tool call, an effect."""

    kind: Literal["recorded"] = "recorded"
    path: str
    name: str
    value: JsonValue


class Suspended(_Entry):
    """A place in the run waits for an answer. Others may go on meanwhile."""

    kind: Literal["suspended"] = "suspended"
    path: str
    waits_for: str
    until: datetime | None = None
    """When it stops waiting; None is never."""


class Slept(_Entry):
    """A place in the run waits for a time to come."""

    kind: Literal["slept"] = "slept"
    path: str
    until: datetime


class Woke(_Entry):
    """That time has come: a sleep is over, or an answer is too late."""

    kind: Literal["woke"] = "woke"
    path: str


class RunParked(_Entry):
    """Every place that could go on has: the run holds no worker and no lease until it is told or woken."""

    kind: Literal["run.parked"] = "run.parked"
    wake_at: datetime | None = None
    """The first of the times that its places wait for; None when only an answer helps."""
    why: str = ""
    """What is away, where that is what it waits for."""


class Resumed(_Entry):
    kind: Literal["resumed"] = "resumed"
    path: str
    key: str
    """The same answer given twice is one answer."""
    by: str
    payload: JsonValue


class Cancelled(_Entry):
    kind: Literal["cancelled"] = "cancelled"
    by: str
    reason: str


class RunCompleted(_Entry):
    kind: Literal["run.completed"] = "run.completed"
    output: JsonValue


class RunFailed(_Entry):
    kind: Literal["run.failed"] = "run.failed"
    failure: Failure


Entry = Annotated[
    RunStarted
    | StepStarted
    | StepFailed
    | StepCompleted
    | Recorded
    | Suspended
    | Slept
    | Woke
    | RunParked
    | Resumed
    | Cancelled
    | RunCompleted
    | RunFailed,
    Field(discriminator="kind"),
]

ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry, config=ConfigDict(defer_build=True))


class Row(BaseModel):
    """An entry in its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: int
    at: datetime
    entry: Entry
