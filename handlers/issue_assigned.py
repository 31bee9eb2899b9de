"""An issue that is assigned to us is ours to fix."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Start
from handlers.events import IssueAssigned
from handlers.house import House


def decide(event: IssueAssigned, house: House) -> Decision:
    if event.assignee.id != house.bot_id:
        return Ignore(reason="it was assigned to somebody else")
    if event.on_pull_request:
        return Ignore(reason="issues are fixed, this is a pull request")
    return Start(issue=event.issue.number, workflow="fix", goal=event.issue.title, about=event.issue)
