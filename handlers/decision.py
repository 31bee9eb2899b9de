"""What may come of an event."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from workflows.trigger import IssueSnapshot
from workflows.verdicts import Place, PlanReview, Review


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Asked(_Part):
    """What asked, to answer it with a reaction, or in its thread."""

    comment: int | None = None
    """None for the text of a review, which takes no reactions."""
    in_review: bool = False


class _Decision(_Part):
    issue: int
    """The issue or pull request where it was said, and where an answer is given."""
    asked: Asked | None = None


class _OfARun(_Decision):
    """Which run is meant is for the journals to say."""

    on_pull_request: bool = False
    branch: str | None = None
    """Of the pull request, or of what was checked; empty where it is a fork's. None where the event does not
    say it."""


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


class Again(_OfARun):
    """Begin anew what the last run here did not bring to an end."""

    kind: Literal["again"] = "again"
    about: IssueSnapshot
    context: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """What is put right of what was detected: wins over what the last run was told."""


class Resume(_OfARun):
    """Tell a run what it waits for, or will wait for."""

    kind: Literal["resume"] = "resume"
    answer: Review | PlanReview
    is_fact: bool = False
    """It happened, whoever did it: nobody is asked for permission, and nobody is answered."""


class Stop(_OfARun):
    """End a run. One whose pull request was closed takes its branch with it, if nobody else pushed there."""

    kind: Literal["stop"] = "stop"
    reason: str
    closed: bool = False
    """Its pull request was: a fact, like those that a run is told."""
    only_plan: bool = False
    """Only while it waits for its plan to be approved."""


class ProveAgain(_Part):
    """See whether the proof of one pull request still holds. A fact: nobody asks, and nobody is answered."""

    kind: Literal["prove-again"] = "prove-again"
    number: int
    branch: str


class ProveAllAgain(_Part):
    """The same for all that are to be merged into a branch."""

    kind: Literal["prove-all-again"] = "prove-all-again"
    base: str


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
    NO_MEMORY = "no-memory"
    """A job knows of no earlier one."""


class Move(_Part):
    """The runs of a repository go with it. A fact, if GitHub says so too."""

    kind: Literal["move"] = "move"
    before: str


class Reply(_OfARun):
    """Say something to whoever asked; nothing else happens."""

    kind: Literal["reply"] = "reply"
    topic: Topic
    said: str = ""
    nearest: str = ""


class Ignore(_Part):
    kind: Literal["ignore"] = "ignore"
    reason: str


Decision = (
    Start | Fetch | FetchOldest | Again | Resume | Stop | Move | ProveAgain | ProveAllAgain | Reply | Ignore
)
