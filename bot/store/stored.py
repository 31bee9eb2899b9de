"""Entries as the text that is kept, and back: rows outlive the release that wrote them."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from workflows.engine.entries import ENTRY, Entry, Row
from workflows.errors import OperatorProblem
from workflows.trigger import Trigger


class _Kind(BaseModel):
    kind: str


def text(entry: Entry) -> str:
    try:
        return entry.model_dump_json()
    except PydanticSerializationError as error:
        raise OperatorProblem(
            f"a {entry.kind} row cannot be kept, for it has half a character in it: {error}"
        ) from error


def storable(said: str) -> str:
    """What a tool or a stranger said, without what PostgreSQL does not keep: NUL, halves of characters."""
    return said.encode(errors="replace").decode().replace("\0", "\ufffd")


def called(trigger: Trigger, repository: str) -> Trigger:
    """As its repository is called now; it is kept as it was when it was asked for."""
    if repository in {"", trigger.tenant.repository}:
        return trigger
    return trigger.model_copy(update={"tenant": trigger.tenant.model_copy(update={"repository": repository})})


def row(run: str, seq: int, at: int, kept: str) -> Row:
    try:
        entry = ENTRY.validate_json(kept)
    except ValidationError as error:
        raise OperatorProblem(f"row {seq} of run {run} {_what_is_wrong(kept)}") from error
    return Row(seq=seq, at=moment(at), entry=entry)


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _what_is_wrong(kept: str) -> str:
    try:
        kind = _Kind.model_validate_json(kept).kind
    except ValidationError:
        return "is damaged: restore the store from a backup, or cancel the run"
    return (
        f"({kind!r}) was written by a newer release of redfirst: "
        "upgrade this one, or let the newer one finish the run"
    )
