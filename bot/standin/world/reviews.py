"""Reviews, and their comments on lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.standin.world.people import User
from bot.standin.world.talk import Comment

Side = Literal["LEFT", "RIGHT"]


ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "PENDING", "DISMISSED"]


@dataclass
class ReviewComment(Comment):
    """A comment on lines of a diff. `line` is None once the lines have changed under it."""

    review_id: int = 0
    path: str = ""
    line: int | None = None
    side: Side = "RIGHT"
    start_line: int | None = None
    start_side: Side | None = None
    original_start_line: int | None = None
    original_line: int | None = None
    position: int | None = None
    original_position: int | None = None
    commit_id: str = ""
    original_commit_id: str = ""
    diff_hunk: str = ""
    in_reply_to: int | None = None


@dataclass
class Review:
    id: int
    user: User
    body: str
    state: ReviewState
    commit_id: str
    submitted_at: datetime
    updated_at: datetime
    comments: list[ReviewComment] = field(default_factory=list[ReviewComment])
