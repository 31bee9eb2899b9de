"""A review of a pull request of ours is what its run waits for."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, Resume
from handlers.events import ReviewState, ReviewSubmitted
from handlers.grammar import Command, parse
from handlers.house import House
from workflows.review import Review, Verdict

_VERDICTS = {
    ReviewState.APPROVED: Verdict.APPROVED,
    ReviewState.CHANGES_REQUESTED: Verdict.CHANGES_REQUESTED,
}


def decide(event: ReviewSubmitted, _house: House) -> Decision:
    if not event.run:
        return Ignore(reason="the pull request is not one of ours")
    verdict = _VERDICTS.get(event.state) or _asked_in_words(event.body)
    if verdict is None:
        return Ignore(reason="the review neither approves nor asks for changes")
    answer = Review(
        verdict=verdict,
        by=event.actor.login,
        said=event.body,
        review=event.review,
    )
    return Resume(issue=event.number, run=event.run, answer=answer)


def _asked_in_words(body: str) -> Verdict | None:
    """Who opened a pull request cannot ask for changes of it, but can say so."""
    command = parse(body)
    asked = isinstance(command, Command) and command.verb == "revise"
    return Verdict.CHANGES_REQUESTED if asked else None
