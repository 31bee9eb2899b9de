"""The few fields of a delivery that we read, typed. Whatever GitHub calls them, here they are called this."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from workflows.trigger import Actor, IssueSnapshot, Tenant
from workflows.verdicts import Place


class Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    delivery: str
    tenant: Tenant
    actor: Actor


class IssueLabeled(Event):
    issue: IssueSnapshot
    label: str
    on_pull_request: bool = False


class IssueAssigned(Event):
    issue: IssueSnapshot
    assignee: Actor
    on_pull_request: bool = False


class IssueCommented(Event):
    """A comment on an issue or below a pull request."""

    issue: IssueSnapshot
    comment: int
    body: str
    on_pull_request: bool = False


class LineCommented(Event):
    """A comment on a line of a pull request."""

    pull_request: IssueSnapshot
    comment: int
    body: str
    place: Place
    branch: str = ""
    """Of the pull request; empty where it is a fork's, which may be called like one of ours."""


class ReviewState(StrEnum):
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"
    COMMENTED = "commented"


class ReviewSubmitted(Event):
    pull_request: IssueSnapshot
    review: int
    state: ReviewState
    body: str
    branch: str = ""


class PullRequestClosed(Event):
    number: int
    branch: str
    merged: bool


class ChecksFailed(Event):
    """All checks of one App on a commit have ended, and not all well."""

    branch: str
    sha: str
    app: str
    """Whose checks they are."""
    app_ids: tuple[str, ...] = ()
    """How GitHub numbers and names that App."""


class StatusFailed(ChecksFailed):
    """A commit status, as older CI systems write them: its name is `app`, and the actor is its writer."""


class PullRequestPushed(Event):
    """Its branch has another commit, or it is for another base."""

    number: int
    branch: str
    sha: str


class BranchPushed(Event):
    branch: str
    sha: str


class RepositoryMoved(Event):
    """The repository has another name, or another owner: its tenant is what it is called now."""

    before: str


class Dispatched(Event):
    """Somebody started the workflow by hand, with its inputs."""

    issue: int
    command: str = ""


class Scheduled(Event):
    """It is time to look for work."""
