"""A review of a pull request of ours is what its run waits for; one that only comments may hold a command."""

from __future__ import annotations

from handlers.commands import Spoken, obey
from handlers.decision import Asked, Decision, Ignore, Resume
from handlers.events import ReviewState, ReviewSubmitted
from handlers.grammar import Command, parse
from handlers.house import House
from workflows.branch import issue_of
from workflows.verdicts import Review, Verdict

_VERDICTS = {
    ReviewState.APPROVED: Verdict.APPROVED,
    ReviewState.CHANGES_REQUESTED: Verdict.CHANGES_REQUESTED,
}


def decide(event: ReviewSubmitted, house: House) -> Decision:
    verdict = _VERDICTS.get(event.state)
    if verdict is not None:
        if issue_of(event.branch) is None:
            return Ignore(reason="the pull request is not one of ours")
        return _told(event, verdict, event.body)
    command = parse(event.body)
    if isinstance(command, Command) and command.verb == "revise" and not house.in_job:
        # Who opened a pull request cannot ask for changes of it, but can say so; what about may stand on its
        # lines alone.
        return _told(event, Verdict.CHANGES_REQUESTED, command.context, Asked())
    spoken = Spoken(
        by=event.actor.login,
        about=event.pull_request,
        asked=Asked(),
        body=event.body,
        on_pull_request=True,
        branch=event.branch,
    )
    return obey(spoken, house)


def _told(event: ReviewSubmitted, verdict: Verdict, said: str, asked: Asked | None = None) -> Resume:
    answer = Review(verdict=verdict, by=event.actor.login, said=said, review=event.review)
    return Resume(
        issue=event.pull_request.number,
        asked=asked,
        on_pull_request=True,
        branch=event.branch,
        answer=answer,
    )
