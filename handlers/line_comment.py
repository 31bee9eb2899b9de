"""A command on a line of a pull request: the line and its piece of the diff come with it."""

from __future__ import annotations

from handlers.commands import Spoken, obey
from handlers.decision import Asked, Decision
from handlers.events import LineCommented
from handlers.house import House


def decide(event: LineCommented, house: House) -> Decision:
    return obey(
        Spoken(
            by=event.actor.login,
            about=event.pull_request,
            asked=Asked(comment=event.comment, in_review=True),
            body=event.body,
            on_pull_request=True,
            branch=event.branch,
            place=event.place,
        ),
        house,
    )
