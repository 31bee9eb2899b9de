"""What stands at the head of a backup: what made it, and each part with its size and digest."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflows.errors import OperatorProblem
from workflows.ports.frozen import Frozen

FORMAT = 1
NAME = "manifest.json"

# Some hundred bytes a blob.
LARGEST = 256 * 1024**2


class BlobPart(Frozen):
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)

    @property
    def member(self) -> str:
        return f"blobs/{self.digest}"


class TablePart(Frozen):
    table: str = Field(pattern="^[a-z_]{1,60}$")
    columns: tuple[str, ...]
    rows: int = Field(ge=0)
    bytes: int = Field(ge=0)
    digest: str

    @property
    def member(self) -> str:
        return f"tables/{self.table}.jsonl"


class Manifest(Frozen):
    format: int
    release: str
    revision: str = Field(pattern="^[0-9]{4}$")
    """The newest migration of the store that it was made of."""
    made_at: datetime
    made_of: str
    blobs: tuple[BlobPart, ...]
    missing_blobs: tuple[str, ...]
    """Rows need them, and they were not there or were damaged."""
    tables: tuple[TablePart, ...]

    def rows_of(self, table: str) -> int:
        return sum(part.rows for part in self.tables if part.table == table)

    @property
    def summary(self) -> str:
        size = sum(blob.bytes for blob in self.blobs) / 1024**2
        return (
            f"{self.rows_of('runs')} runs with {self.rows_of('journal')} rows, "
            f"{self.rows_of('deliveries')} deliveries, {len(self.blobs)} blobs ({size:.1f} MB)"
        )


class _Format(BaseModel):
    model_config = ConfigDict(extra="ignore")

    format: int
    release: str


def parsed(text: bytes, name: str) -> Manifest:
    try:
        kept = _Format.model_validate_json(text)
        if kept.format > FORMAT:
            raise OperatorProblem(
                f"{name} was made by a newer release of redfirst ({kept.release}): upgrade this one first"
            )
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise OperatorProblem(
            f"{name} is not a backup of redfirst, or is damaged: take another one"
        ) from error
