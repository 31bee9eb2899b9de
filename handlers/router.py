"""Which file decides about which event."""

from __future__ import annotations

from handlers import issue_comment, issue_labeled, pull_request_closed
from handlers.decision import Decision, Ignore
from handlers.events import Event, IssueCommented, IssueLabeled, PullRequestClosed
from handlers.house import House


def decide(event: Event, house: House) -> Decision:
    if isinstance(event, PullRequestClosed):
        # Whoever closes it, a merge queue too, ends the wait.
        return pull_request_closed.decide(event, house)
    # Ours, and then any bot's: two that answer each other never stop.
    if event.actor.id == house.bot_id:
        return Ignore(reason="this was our own doing")
    if event.actor.is_bot:
        return Ignore(reason="bots start nothing")
    match event:
        case IssueLabeled():
            return issue_labeled.decide(event, house)
        case IssueCommented():
            return issue_comment.decide(event, house)
        case _:
            return Ignore(reason=f"nothing is done about {type(event).__name__}")
