"""What a token of an installation may do: a part of what the app was given there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.standin.errors import unprocessable

if TYPE_CHECKING:
    from bot.standin.world.repositories import Repository

LEVELS = ("read", "write", "admin")


@dataclass(frozen=True)
class Grant:
    installation_id: int
    account_id: int
    permissions: Mapping[str, str]
    repository_ids: frozenset[int] | None = None
    """None stands for all that the installation has, also those that it gets later."""

    def covers(self, repository: Repository) -> bool:
        within = self.repository_ids is None or repository.id in self.repository_ids
        return within and repository.owner.id == self.account_id


def narrowed(given: Mapping[str, str], asked: Mapping[str, str] | None) -> dict[str, str]:
    """The permissions that were asked for, if all of them were given; `metadata` comes with any other."""
    if asked is None:
        return dict(given)
    for name, level in asked.items():
        if not reaches(given.get(name), level):
            raise unprocessable("The permissions requested are not granted to this installation.")
    return {**asked, "metadata": "read"}


def reaches(given: str | None, asked: str) -> bool:
    return given in LEVELS and asked in LEVELS and LEVELS.index(given) >= LEVELS.index(asked)
