"""What people say about what a run shows them, as far as the run waits for it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Verdict(StrEnum):
    MERGED = "merged"
    CLOSED = "closed"
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes requested"
    CHECKS_FAILED = "checks failed"
    HANDED_OVER = "handed over"
    """Without GitHub: the branch is the person's now."""


class Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(Said):
    """Where in a pull request something was said."""

    path: str
    line: int | None = None
    hunk: str = ""
    """The piece of the diff that it stands below."""


class Review(Said):
    """About a pull request of ours."""

    verdict: Verdict
    by: str
    said: str = ""
    """What shall be different, as it was written when it was asked for."""
    place: Place | None = None
    review: int | None = None
    """GitHub's own review, whose remarks on lines are read when they are worked on."""
    sha: str = ""
    """The commit whose checks failed."""


class Opinion(StrEnum):
    APPROVE = "approve"
    REVISE = "revise"


class PlanReview(Said):
    """About a plan. A no needs no word here: it ends the run."""

    opinion: Opinion
    by: str
    digest: str = ""
    """Names the plan that is approved: another one is not."""
    said: str = ""
