"""What commands of a run printed and no model or person was shown in full, read off the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, JsonValue

from workflows.engine.entries import Recorded, Row, StepCompleted
from workflows.errors import UserProblem
from workflows.ports.blobs import Blobs
from workflows.printed import Whole

_FROM_A_MODEL = "handed_in"
"""Of a tool's result: what it says of a blob is nobody's word."""


class Output(BaseModel):
    """One that is kept."""

    model_config = ConfigDict(frozen=True)

    at: str
    """The step, and what was recorded inside it."""
    digest: str
    bytes: int


def outputs_of(rows: Sequence[Row]) -> list[Output]:
    """In the order in which they came; what printed the same twice is there once."""
    found: dict[str, Output] = {}
    for row in rows:
        match row.entry:
            case Recorded(path=path, name=name, value=value):
                at = f"{path} {name}"
            case StepCompleted(path=at, output=value):
                pass
            case _:
                continue
        for whole in _wholes(value):
            found.setdefault(whole.printed, Output(at=at, digest=whole.printed, bytes=whole.bytes))
    return list(found.values())


def one_of(outputs: Sequence[Output], digest: str) -> Output:
    """By its digest, or by as much of it as tells it from the others."""
    fits = [output for output in outputs if digest and output.digest.startswith(digest)]
    match fits:
        case [only]:
            return only
        case []:
            raise UserProblem(f"this run has no output {digest!r}; without a digest, those it has are listed")
        case _:
            raise UserProblem(f"{len(fits)} outputs of this run begin with {digest!r}: give more of it")


async def text_of(output: Output, blobs: Blobs) -> str:
    return (await blobs.get(output.digest)).decode(errors="replace")


def _wholes(value: JsonValue) -> Iterator[Whole]:
    match value:
        case {"printed": str(), "bytes": int(), **others} if not others:
            yield Whole.model_validate(value)
        case dict():
            for key, each in value.items():
                if key != _FROM_A_MODEL:
                    yield from _wholes(each)
        case list():
            for each in value:
                yield from _wholes(each)
        case _:
            pass
