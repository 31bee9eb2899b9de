"""Failed checks on a pull request of ours are worked on like changes that people ask for."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Resume
from handlers.events import ChecksFailed, StatusFailed
from handlers.house import House
from workflows.branch import issue_of
from workflows.steps.evidence import CHECK
from workflows.verdicts import Review, Verdict


def decide(event: ChecksFailed, house: House) -> Decision:
    if _is_ours(event, house):
        return Ignore(reason="this was our own check")
    issue = issue_of(event.branch)
    if issue is None:
        return Ignore(reason="the branch is not one of ours")
    answer = Review(verdict=Verdict.CHECKS_FAILED, by=event.app, sha=event.sha)
    return Resume(issue=issue, branch=event.branch, answer=answer, is_fact=True)


def _is_ours(event: ChecksFailed, house: House) -> bool:
    if isinstance(event, StatusFailed):
        # By a token we may not know our own id, but always what we call it.
        return event.app == CHECK or event.actor.id == house.bot_id
    return bool(house.app) and house.app in event.app_ids
