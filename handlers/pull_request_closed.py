"""A pull request of ours that is merged ends the wait of its run; one that is closed ends the run."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Resume, Stop
from handlers.events import PullRequestClosed
from handlers.house import House
from workflows.branch import issue_of
from workflows.verdicts import Review, Verdict


def decide(event: PullRequestClosed, _house: House) -> Decision:
    if issue_of(event.branch) is None:
        return Ignore(reason="the pull request is not one of ours")
    number, branch = event.number, event.branch
    if event.merged:
        answer = Review(verdict=Verdict.MERGED, by=event.actor.login)
        return Resume(issue=number, on_pull_request=True, branch=branch, answer=answer, is_fact=True)
    reason = f"@{event.actor.login} closed #{number}"
    return Stop(issue=number, on_pull_request=True, branch=branch, reason=reason, closed=True)
