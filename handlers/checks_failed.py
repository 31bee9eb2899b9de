"""Failed checks on a pull request of ours are worked on like changes that people ask for."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Resume
from handlers.events import ChecksFailed
from handlers.house import House
from workflows.branch import issue_of
from workflows.verdicts import Review, Verdict


def decide(event: ChecksFailed, _house: House) -> Decision:
    issue = issue_of(event.branch)
    if issue is None:
        return Ignore(reason="the branch is not one of ours")
    answer = Review(verdict=Verdict.CHECKS_FAILED, by=event.app, sha=event.sha)
    return Resume(issue=issue, branch=event.branch, answer=answer, is_fact=True)
