"""What may come of an event."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from workflows.review import Review
from workflows.trigger import IssueSnapshot


class _Decision(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Start(_Decision):
    """Begin a run, if the rules let this person."""

    kind: Literal["start"] = "start"
    workflow: str
    goal: str
    issue: IssueSnapshot
    context: str = ""
    comment: int | None = None
    """The comment that asked, to answer it with a reaction."""


class Resume(_Decision):
    """Tell a waiting run what it waits for."""

    kind: Literal["resume"] = "resume"
    run: str
    pull_request: int
    """The one that it was said about; it must be the one that the run opened."""
    answer: Review


class Cancel(_Decision):
    """Stop a run."""

    kind: Literal["cancel"] = "cancel"
    run: str
    reason: str


class Topic(StrEnum):
    HELP = "help"
    STATUS = "status"
    UNKNOWN_VERB = "unknown-verb"
    UNKNOWN_OPTION = "unknown-option"


class Reply(_Decision):
    """Say something to whoever asked; nothing else happens."""

    kind: Literal["reply"] = "reply"
    topic: Topic
    issue: int
    said: str = ""
    nearest: str = ""


class Ignore(_Decision):
    kind: Literal["ignore"] = "ignore"
    reason: str


Decision = Start | Resume | Cancel | Reply | Ignore
