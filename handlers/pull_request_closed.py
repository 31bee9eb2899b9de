"""A pull request of ours that is merged ends the wait of its run; one that is closed ends the run."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Resume, Stop
from handlers.events import PullRequestClosed
from handlers.house import House
from workflows.review import Review, Verdict


def decide(event: PullRequestClosed, _house: House) -> Decision:
    if not event.run or not event.branch.startswith("redfirst/"):
        return Ignore(reason="the pull request is not one of ours")
    if event.merged:
        answer = Review(verdict=Verdict.MERGED, by=event.actor.login)
        return Resume(issue=event.number, run=event.run, answer=answer, is_fact=True)
    reason = f"@{event.actor.login} closed #{event.number}"
    return Stop(issue=event.number, run=event.run, reason=reason, closed=True)
