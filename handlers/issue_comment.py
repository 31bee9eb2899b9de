"""A comment on an issue or below a pull request that begins with `/agent` is a command."""

from __future__ import annotations

from handlers.commands import Spoken, obey
from handlers.decision import Asked, Decision
from handlers.events import IssueCommented
from handlers.house import House


def decide(event: IssueCommented, house: House) -> Decision:
    return obey(
        Spoken(
            by=event.actor.login,
            about=event.issue,
            asked=Asked(comment=event.comment),
            body=event.body,
            on_pull_request=event.on_pull_request,
        ),
        house,
    )
