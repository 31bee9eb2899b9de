"""Which file decides about which event."""

from __future__ import annotations

from handlers import (
    base_moved,
    checks_failed,
    dispatched,
    issue_assigned,
    issue_comment,
    issue_labeled,
    line_comment,
    pull_request_closed,
    pull_request_pushed,
    repository_moved,
    review_submitted,
)
from handlers.decision import Decision, Ignore
from handlers.events import (
    BranchPushed,
    ChecksFailed,
    Dispatched,
    Event,
    IssueAssigned,
    IssueCommented,
    IssueLabeled,
    LineCommented,
    PullRequestClosed,
    PullRequestPushed,
    RepositoryMoved,
    ReviewSubmitted,
    Scheduled,
)
from handlers.house import House


def decide(event: Event, house: House) -> Decision:
    match event:
        # Whoever closes it, a merge queue too, ends the wait; and checks are reported by bots.
        case PullRequestClosed():
            return pull_request_closed.decide(event, house)
        case ChecksFailed():
            return checks_failed.decide(event, house)
        case RepositoryMoved():
            return repository_moved.decide(event, house)
        case Scheduled():
            return dispatched.decide(event, house)
        # Commits count whoever makes them: bots format, merge and update, and ours may stand on an old base.
        case PullRequestPushed():
            return pull_request_pushed.decide(event, house)
        case _ if event.actor.id == house.bot_id:
            return Ignore(reason="this was our own doing")
        case BranchPushed():
            return base_moved.decide(event, house)
        # Any bot: two that answer each other never stop.
        case _ if event.actor.is_bot:
            return Ignore(reason="bots start nothing")
        case IssueLabeled():
            return issue_labeled.decide(event, house)
        case IssueAssigned():
            return issue_assigned.decide(event, house)
        case IssueCommented():
            return issue_comment.decide(event, house)
        case LineCommented():
            return line_comment.decide(event, house)
        case ReviewSubmitted():
            return review_submitted.decide(event, house)
        case Dispatched():
            return dispatched.decide(event, house)
        case _:
            return Ignore(reason=f"nothing is done about {type(event).__name__}")
