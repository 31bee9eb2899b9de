"""A repository with its issues and pull requests, without its git objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.standin.checks import Checks
from bot.standin.errors import not_found
from bot.standin.roles import Role
from bot.standin.world.people import User
from bot.standin.world.reviews import Review, ReviewComment
from bot.standin.world.talk import Comment, Event, Label, Reaction

State = Literal["open", "closed"]


@dataclass
class Pull:
    """What a pull request has beyond the issue that it also is."""

    id: int
    head: str
    base: str
    head_sha: str
    base_sha: str
    draft: bool
    head_owner: User
    head_repository: Repository | None
    """The repository itself or a fork; None once that fork is gone."""
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None
    requested_reviewers: list[User] = field(default_factory=list[User])
    reviews: list[Review] = field(default_factory=list[Review])

    def label(self) -> str:
        return f"{self.head_owner.login}:{self.head}"


@dataclass
class Issue:
    id: int
    number: int
    user: User
    title: str
    body: str | None
    created_at: datetime
    updated_at: datetime
    state: State = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: User | None = None
    edited_at: datetime | None = None
    """When its text was written anew; a new title is a line of its history instead."""
    edited_by: User | None = None
    labels: list[Label] = field(default_factory=list[Label])
    assignees: list[User] = field(default_factory=list[User])
    comments: list[Comment] = field(default_factory=list[Comment])
    reactions: list[Reaction] = field(default_factory=list[Reaction])
    events: list[Event] = field(default_factory=list[Event])
    locked: bool = False
    lock_reason: str | None = None
    pull: Pull | None = None

    def has_label(self, name: str) -> bool:
        return any(label.name.lower() == name.lower() for label in self.labels)


@dataclass
class Repository:
    id: int
    owner: User
    name: str
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime
    description: str | None = None
    private: bool = False
    default_branch: str = "main"
    installed: bool = True
    parent: Repository | None = None
    """What this is a fork of."""
    collaborators: dict[str, Role] = field(default_factory=dict[str, Role])
    labels: dict[str, Label] = field(default_factory=dict[str, Label])
    issues: dict[int, Issue] = field(default_factory=dict[int, Issue])
    checks: Checks = field(default_factory=Checks)
    verified: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """The commits that GitHub itself has signed, and when."""

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    def issue(self, number: int) -> Issue:
        found = self.issues.get(number)
        if found is None:
            raise not_found()
        return found

    def pull(self, number: int) -> tuple[Issue, Pull]:
        issue = self.issue(number)
        if issue.pull is None:
            raise not_found()
        return issue, issue.pull

    def comment(self, comment_id: int) -> tuple[Issue, Comment]:
        for issue in self.issues.values():
            for comment in issue.comments:
                if comment.id == comment_id:
                    return issue, comment
        raise not_found()

    def review_comment(self, comment_id: int) -> tuple[Issue, Review, ReviewComment]:
        for issue in self.issues.values():
            for review in issue.pull.reviews if issue.pull is not None else ():
                for comment in review.comments:
                    if comment.id == comment_id:
                        return issue, review, comment
        raise not_found()

    def open_pulls(self) -> list[tuple[Issue, Pull]]:
        return [(i, i.pull) for i in self.issues.values() if i.pull is not None and i.state == "open"]
