"""What may come of an event."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from workflows.review import Place, PlanReview, Review
from workflows.trigger import IssueSnapshot


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Asked(_Part):
    """The comment that asked, to answer it with a reaction, or in its thread."""

    comment: int
    in_review: bool = False


class _Decision(_Part):
    issue: int
    """The issue or pull request where it was said, and where an answer is given."""
    asked: Asked | None = None


class Start(_Decision):
    """Begin a run, if the rules let this person."""

    kind: Literal["start"] = "start"
    workflow: str
    goal: str
    about: IssueSnapshot
    on_pull_request: bool = False
    context: str = ""
    options: tuple[tuple[str, str], ...] = ()
    place: Place | None = None


class Fetch(_Decision):
    """Begin a run about an issue that the event only names."""

    kind: Literal["fetch"] = "fetch"
    workflow: str
    context: str = ""
    options: tuple[tuple[str, str], ...] = ()


class FetchOldest(_Part):
    """Begin a fix of the oldest issue that has the label and no run yet."""

    kind: Literal["fetch-oldest"] = "fetch-oldest"
    label: str


class Again(_Decision):
    """Begin anew what the last run here did not bring to an end."""

    kind: Literal["again"] = "again"
    about: IssueSnapshot
    context: str = ""


class Resume(_Decision):
    """Tell a waiting run what it waits for."""

    kind: Literal["resume"] = "resume"
    answer: Review | PlanReview
    run: str = ""
    """As a pull request of ours names it; empty means the one that is active on the issue."""
    is_fact: bool = False
    """It happened, whoever did it: nobody is asked for permission, and nobody is answered."""


class Stop(_Decision):
    """End a run. One whose pull request was closed takes its branch with it, if nobody else pushed there."""

    kind: Literal["stop"] = "stop"
    reason: str
    run: str = ""
    closed: bool = False
    """Its pull request was: a fact, like those that a run is told."""
    only_plan: bool = False
    """Only while it waits for its plan to be approved."""


class Topic(StrEnum):
    HELP = "help"
    STATUS = "status"
    BUDGET = "budget"
    CONFIG = "config"
    FORGET = "forget"
    UNKNOWN_VERB = "unknown-verb"
    UNKNOWN_OPTION = "unknown-option"
    NOT_HERE = "not-here"
    """The verb is for another place: an issue, or a pull request of ours."""
    WORDS_MISSING = "words-missing"


class Reply(_Decision):
    """Say something to whoever asked; nothing else happens."""

    kind: Literal["reply"] = "reply"
    topic: Topic
    said: str = ""
    nearest: str = ""


class Ignore(_Part):
    kind: Literal["ignore"] = "ignore"
    reason: str


Decision = Start | Fetch | FetchOldest | Again | Resume | Stop | Reply | Ignore
