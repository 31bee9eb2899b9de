"""The label on an issue starts a fix."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Start
from handlers.events import IssueLabeled
from handlers.house import House


def decide(event: IssueLabeled, house: House) -> Decision:
    if event.label != house.label:
        return Ignore(reason=f"the label is not {house.label}")
    if event.on_pull_request:
        return Ignore(reason="the label is for issues, this is a pull request")
    return Start(issue=event.issue.number, workflow="fix", goal=event.issue.title, about=event.issue)
