"""What people did on an issue, and what we left there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pydantic import Field, TypeAdapter

from bot import marker
from bot.github import issues
from bot.github.at import PAGE, At, Narrow, User, pages
from bot.github.errors import understood
from handlers.left_behind import Deed, Done, LeftBehind
from workflows.steps.common import STICKY
from workflows.trigger import Actor

_HOUSE = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})

EDITED = """query ($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    issue(number: $number) { lastEditedAt editor { __typename login } }
  }
}"""


class _User(User):
    type: str = "User"

    def actor(self) -> Actor:
        return Actor(id=self.id, login=self.login, is_bot=self.type == "Bot")


class _Label(Narrow):
    name: str = ""


class _Row(Narrow):
    """One line of a timeline, of whichever kind."""

    event: str = ""
    actor: _User | None = None
    """None is nobody any more: GitHub's ghost."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    label: _Label = _Label()
    body: str | None = None
    author_association: str = ""


class _Editor(Narrow):
    kind: str = Field(alias="__typename", default="User")
    login: str = ""


class _Edited(Narrow):
    at: datetime | None = Field(alias="lastEditedAt", default=None)
    editor: _Editor | None = None


class _Repository(Narrow):
    issue: _Edited


class _Data(Narrow):
    repository: _Repository


_ROWS = TypeAdapter(list[_Row])


async def left_behind(at: At, number: int, label: str) -> LeftBehind:
    about = await issues.issue(at, number)
    me = await at.me()
    with understood(f"reading what was done on issue #{number}"):
        listed = pages(
            lambda page: at.rest.issues.async_list_events_for_timeline(
                *at.repo, number, per_page=PAGE, page=page
            ),
            _ROWS,
        )
        rows = [row async for row in listed]
    ours = [row for row in rows if _is_ours(row, me)]
    done = [*(one for row in rows for one in _done(row, label)), *await _edited(at, number)]
    if not ours:
        return LeftBehind(issue=about, done=tuple(done))
    return LeftBehind(issue=about, done=tuple(done), ours=ours[-1].body or "", ours_at=ours[-1].updated_at)


def _is_ours(row: _Row, me: int) -> bool:
    by_us = row.event == Deed.COMMENTED and row.actor is not None and row.actor.id == me
    return by_us and marker.has(row.body or "", "sticky", STICKY)


def _done(row: _Row, label: str) -> Iterator[Done]:
    when = row.updated_at or row.created_at
    if row.event not in set(Deed) or row.actor is None or when is None:
        return
    deed = Deed(row.event)
    if deed is Deed.LABELED and row.label.name.casefold() != label.casefold():
        return
    yield Done(deed=deed, by=row.actor.actor(), at=when, is_of_the_house=row.author_association in _HOUSE)


async def _edited(at: At, number: int) -> list[Done]:
    """REST does not say when somebody last wrote the text of an issue anew."""
    with understood(f"reading when issue #{number} was edited"):
        said = await at.client.graphql.arequest(
            EDITED, {"owner": at.owner, "name": at.name, "number": number}
        )
        found = _Data.model_validate(said).repository.issue
    if found.at is None or found.editor is None:
        return []
    by = Actor(id=0, login=found.editor.login, is_bot=found.editor.kind == "Bot")
    return [Done(deed=Deed.EDITED, by=by, at=found.at)]
