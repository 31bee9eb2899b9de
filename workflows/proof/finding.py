"""What the reading of code objects to: where, and why, in words that its author can act on."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Finding(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    line: int
    code: str
    """The line as it stands there, cut where it is long."""
    what: str
    """A stable word for the kind: `detects-runner`."""
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}\n    {self.code}"
