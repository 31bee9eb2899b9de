"""What happened to an issue, kept for its list of events."""

from __future__ import annotations

from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue
from bot.standin.world.talk import Event, Label


def note(
    site: Site,
    issue: Issue,
    by: User,
    kind: str,
    *,
    commit_id: str | None = None,
    label: Label | None = None,
    user: User | None = None,
    renamed: tuple[str, str] | None = None,
    dismissed: tuple[int, str, str] | None = None,
) -> None:
    number, now = site.world.next_id("event"), site.world.now()
    event = Event(number, by, kind, now, commit_id, label, user, renamed, dismissed)
    issue.events.append(event)
    issue.updated_at = now
