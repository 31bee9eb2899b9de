"""What an earlier run left on an issue, for the clock, which has no journal: is it worth another?

Of one that was worked on in vain, and that nobody has touched since, the same would come every night, at the
same cost.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from workflows.trigger import Actor, IssueSnapshot


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Deed(StrEnum):
    LABELED = "labeled"
    """With our label; other labels say nothing to us."""
    COMMENTED = "commented"
    RENAMED = "renamed"
    EDITED = "edited"
    REOPENED = "reopened"


class Done(_Part):
    deed: Deed
    by: Actor
    at: datetime
    is_of_the_house: bool = False
    """By an owner, a member or a collaborator."""


class LeftBehind(_Part):
    issue: IssueSnapshot
    done: tuple[Done, ...] = ()
    ours: str = ""
    """The text of our own comment; empty when there is none."""
    ours_at: datetime | None = None
    """When we last wrote it."""

    @property
    def labelled_by(self) -> Actor | None:
        """Who asks for it: whoever put the label on last."""
        last = max((one for one in self.done if one.deed is Deed.LABELED), key=_when, default=None)
        return last.by if last else None

    @property
    def is_done_with(self) -> bool:
        """We have had our say, and nobody has had theirs since."""
        if self.ours_at is None:
            return False
        return not any(one.at > self.ours_at and self._counts(one) for one in self.done)

    def _counts(self, one: Done) -> bool:
        """A stranger's comment shall not have work begun anew every night; nothing else can a stranger do."""
        if one.by.is_bot:
            return False
        return one.deed is not Deed.COMMENTED or one.is_of_the_house or one.by.login == self.issue.author


def _when(one: Done) -> datetime:
    return one.at
