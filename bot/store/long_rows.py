"""Entries too long for a row of a database: kept as a blob, with a reference to it in their place."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.store.stored import row
from workflows.engine.entries import Row
from workflows.errors import Gone, OperatorProblem
from workflows.ports.blobs import Blobs

LONGEST = 64 * 1024
"""In characters. Longer ones make a database slow for all others, and are read seldom."""


class Reference(BaseModel):
    """What stands in the row. Stored, like the names of the entries: a change needs a migration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["blob"] = "blob"
    digest: str
    bytes: int


_MARK = '{"kind":"blob",'


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A row whose entry is not in the database."""

    seq: int
    at: int
    reference: Reference


def read(run: str, seq: int, at: int, kept: str) -> Row | Elsewhere:
    if kept.startswith(_MARK):
        try:
            return Elsewhere(seq, at, Reference.model_validate_json(kept))
        except ValidationError:
            pass  # `row` says what is wrong with it
    return row(run, seq, at, kept)


class LongRows:
    def __init__(self, blobs: Blobs | None) -> None:
        self._blobs = blobs

    async def shortened(self, kept: Sequence[str]) -> Sequence[str]:
        """What the database is given. A blob that a row refers to is there before the row is."""
        if self._blobs is None or not any(len(each) > LONGEST for each in kept):
            return kept
        return [await self._put(self._blobs, each) if len(each) > LONGEST else each for each in kept]

    async def whole(self, run: str, found: Sequence[Row | Elsewhere]) -> list[Row]:
        return [each if isinstance(each, Row) else await self._get(run, each) for each in found]

    async def _put(self, blobs: Blobs, kept: str) -> str:
        content = kept.encode()
        try:
            digest = await blobs.put(content)
        except OperatorProblem as problem:
            raise OperatorProblem(f"a long row could not be kept: {problem.sentence}") from problem
        return Reference(digest=digest, bytes=len(content)).model_dump_json()

    async def _get(self, run: str, short: Elsewhere) -> Row:
        if self._blobs is None:
            raise _unreadable(run, short, "and this store was opened without its blobs: give it them")
        try:
            content = await self._blobs.get(short.reference.digest)
        except Gone as gone:
            raise _unreadable(run, short, f"which is missing: {_MEND}") from gone
        return await asyncio.to_thread(_opened, run, short, content)


_MEND = "bring the blobs back from a backup that was taken with this store, or cancel the run"


def _opened(run: str, short: Elsewhere, content: bytes) -> Row:
    if hashlib.sha256(content).hexdigest() != short.reference.digest:
        raise _unreadable(run, short, f"which is damaged: {_MEND}")
    return row(run, short.seq, short.at, content.decode(errors="replace"))


def _unreadable(run: str, short: Elsewhere, why: str) -> OperatorProblem:
    return OperatorProblem(f"row {short.seq} of run {run} is in the blob {short.reference.digest}, {why}")
