"""How far a run is, as data, for the one comment that people watch."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from workflows.errors import Failure
from workflows.ports.ledger import Spent
from workflows.project.model import Project


class Stage(StrEnum):
    PREPARE = "prepare"
    PLAN = "plan"
    APPROVAL = "approval"
    RED = "red"
    GREEN = "green"
    PROVE = "prove"
    REVIEW = "review"
    DONE = "done"


class Progress(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    stage: Stage
    attempt: int = 1
    project: Project = Project()
    """What was detected, once it was."""
    plan: str = ""
    red: str = ""
    """The failing assertion, once it was seen."""
    green: str = ""
    refused: str = ""
    """Why the last attempt did not count."""
    pull_request: int = 0
    verdict: str = ""
    hidden: tuple[str, ...] = ()
    """What nobody could see in the text of the issue, and was kept from the model."""
    spent: Spent = Spent()
    failure: Failure | None = None
