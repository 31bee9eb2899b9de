"""The words of the journal: one entry a transition. Their names are stored: a new name needs a migration."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from workflows.errors import Failure


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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
    kind: Literal["suspended"] = "suspended"
    path: str
    waits_for: str


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
    | Resumed
    | Cancelled
    | RunCompleted
    | RunFailed,
    Field(discriminator="kind"),
]

ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


class Row(BaseModel):
    """An entry in its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: int
    at: datetime
    entry: Entry
