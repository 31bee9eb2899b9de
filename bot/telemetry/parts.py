"""What a trace shows of a journal: the parts that took time, and what happened to the run as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue, ValidationError

from workflows.engine.entries import (
    Cancelled,
    Recorded,
    Resumed,
    Row,
    RunFailed,
    RunParked,
    Slept,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
    Woke,
)
from workflows.ports.model import Turn

Attributes = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Part:
    """A length of time in a run, with a name of its own."""

    name: str
    begin: Row
    end: Row
    parent: str = ""
    """The path of the step that it is in, where that came to its end; else it is of the run."""
    failed: str = ""
    attributes: Attributes = field(default_factory=dict[str, str | int])

    @property
    def is_of_a_model(self) -> bool:
        return "gen_ai.operation.name" in self.attributes


@dataclass(frozen=True, slots=True)
class Happened:
    row: Row
    attributes: Attributes


def whole(run: str, rows: Sequence[Row]) -> Part:
    last = rows[-1].entry
    failed = last.failure.sentence if isinstance(last, RunFailed) else ""
    return Part(f"run {run}", rows[0], rows[-1], failed=failed)


def parts(rows: Sequence[Row]) -> Iterator[Part]:
    ended = {row.entry.path for row in rows if isinstance(row.entry, StepCompleted)}
    began: dict[str, Row] = {}
    tries: dict[str, int] = {}
    before = rows[0]
    for row in rows:
        match row.entry:
            case StepStarted(path=path) | Suspended(path=path) | Slept(path=path):
                began[path] = row
            case StepCompleted(path=path):
                yield Part(path, began.get(path, before), row)
            case StepFailed(path=path, failure=failure):
                # Counted here: after an outage the attempts of a step begin anew.
                tries[path] = tries.get(path, 0) + 1
                name = f"{path} attempt {tries[path]}"
                yield Part(name, began.get(path, before), row, failed=failure.sentence)
            case Recorded(path=path, name=name, value=value):
                parent = path if path in ended else ""
                yield Part(f"{path}: {name}", before, row, parent, attributes=_of_a_model(value))
            case Resumed(path=path, by=by) if path in began:
                yield Part(path, began.pop(path), row, attributes={"redfirst.answered_by": by})
            case Woke(path=path) if path in began:
                yield Part(path, began.pop(path), row)
            case _:
                pass
        before = row


def events(rows: Sequence[Row]) -> Iterator[Happened]:
    for row in rows:
        match row.entry:
            case Suspended(path=path, waits_for=what):
                yield Happened(row, {"redfirst.path": path, "redfirst.waits_for": what})
            case Slept(path=path, until=until):
                yield Happened(row, {"redfirst.path": path, "redfirst.until": until.isoformat()})
            case RunParked(wake_at=wake_at, why=why):
                until = {"redfirst.until": wake_at.isoformat()} if wake_at else {}
                yield Happened(row, until | ({"redfirst.why": why} if why else {}))
            case Cancelled(by=by, reason=reason):
                yield Happened(row, {"redfirst.by": by, "redfirst.why": reason})
            case _:
                pass


def _of_a_model(value: JsonValue) -> Attributes:
    """By the semantic conventions for generative AI, where it is a model's turn; else nothing."""
    try:
        turn = Turn.model_validate(value)
    except ValidationError:
        return {}
    if not turn.model:
        return {}
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.model": turn.model,
        "gen_ai.usage.input_tokens": turn.usage.tokens_in,
        "gen_ai.usage.output_tokens": turn.usage.tokens_out,
        "gen_ai.usage.cache_read.input_tokens": turn.usage.tokens_cached,
    }
