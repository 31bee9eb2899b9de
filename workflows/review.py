"""What people say about a pull request of ours, as far as a run waits for it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Verdict(StrEnum):
    MERGED = "merged"
    CLOSED = "closed"
    HANDED_OVER = "handed over"
    """Without GitHub: the branch is the person's now."""


class Review(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    by: str
