"""The few fields of a delivery that we read, typed. Whatever GitHub calls them, here they are called this."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from workflows.trigger import Actor, IssueSnapshot, Tenant


class Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    delivery: str
    tenant: Tenant
    actor: Actor


class IssueLabeled(Event):
    issue: IssueSnapshot
    label: str


class IssueCommented(Event):
    issue: IssueSnapshot
    comment: int
    body: str
    on_pull_request: bool = False


class PullRequestClosed(Event):
    number: int
    branch: str
    run: str
    """The run that opened it, by the marker in its text; empty when it is not one of ours."""
    merged: bool
