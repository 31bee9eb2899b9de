"""Rows of a table as lines of JSON, a list of values each, and back with every value held to its column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa

from workflows.errors import OperatorProblem

# A delivery has 25 MB at most, which are 34 MB as text.
LONGEST = 64 * 1024**2

_Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


def line(row: Sequence[Any]) -> bytes:
    try:
        return msgspec.json.encode(tuple(row)) + b"\n"
    except UnicodeEncodeError as error:
        raise OperatorProblem("text in the store is damaged: `redfirst store check` says where") from error


class Reader:
    def __init__(self, table: sa.Table, columns: Sequence[str]) -> None:
        self._columns = columns
        types = tuple(_type_of(table.columns[name]) for name in columns)
        self._decoder: msgspec.json.Decoder[tuple[Any, ...]] = msgspec.json.Decoder(
            tuple.__class_getitem__(types)
        )

    def rows(self, chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """ValueError when a line is not a row of the table."""
        for each in _lines(chunks):
            try:
                values = self._decoder.decode(each)
            except msgspec.MsgspecError as error:
                raise ValueError(str(error)) from error
            yield dict(zip(self._columns, values, strict=True))


def _type_of(column: sa.Column[Any]) -> Any:
    match column.type:
        case sa.LargeBinary():
            found: Any = bytes
        case sa.Integer():
            found = _Whole
        case sa.Text() | sa.String():
            found = str
        case _:
            raise AssertionError(f"no way is known to back up {column}")
    return found | None if column.nullable else found


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
        if len(rest) > LONGEST:
            raise ValueError("a line is too long")
    if rest:
        raise ValueError("the last line has no end")
