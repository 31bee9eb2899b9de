"""What people say and do on an issue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.standin.world.people import User


@dataclass
class Label:
    id: int
    name: str
    color: str
    description: str | None
    default: bool = False


@dataclass
class Reaction:
    id: int
    user: User
    content: str
    created_at: datetime


@dataclass
class Comment:
    id: int
    user: User
    body: str
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list[Reaction])


@dataclass(frozen=True)
class Event:
    """One line of an issue's history, such as `labeled`; what it does not need is None."""

    id: int
    actor: User
    kind: str
    created_at: datetime
    commit_id: str | None = None
    label: Label | None = None
    user: User | None = None
    """Who was assigned, or asked for a review."""
    renamed: tuple[str, str] | None = None
    dismissed: tuple[int, str, str] | None = None
    """The review, the state that it had, and why."""
