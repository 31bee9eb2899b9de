"""A pull request of ours that is merged or closed ends the wait of its run."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Resume
from handlers.events import PullRequestClosed
from handlers.house import House
from workflows.review import Review, Verdict


def decide(event: PullRequestClosed, _house: House) -> Decision:
    if not event.run or not event.branch.startswith("redfirst/"):
        return Ignore(reason="the pull request is not one of ours")
    verdict = Verdict.MERGED if event.merged else Verdict.CLOSED
    answer = Review(verdict=verdict, by=event.actor.login)
    return Resume(run=event.run, pull_request=event.number, answer=answer)
