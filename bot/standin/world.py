"""The state of the stand-in GitHub: plain data in memory, ids counted so that two runs look the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bot.standin.checks import Checks
from bot.standin.defaults import DEFAULT_LABELS, FIRST_IDS
from bot.standin.errors import not_found
from bot.standin.grants import Grant
from bot.standin.roles import Role
from bot.standin.urls import Urls

UserType = Literal["User", "Bot", "Organization"]
State = Literal["open", "closed"]
Side = Literal["LEFT", "RIGHT"]
ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "PENDING", "DISMISSED"]


@dataclass
class User:
    id: int
    login: str
    type: UserType = "User"
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    grant: Grant | None = field(default=None, compare=False, repr=False)
    """What the token may do by which this one asks; None is all that the role, or the app, may."""

    @property
    def email(self) -> str:
        return f"{self.id}+{self.login}@users.noreply.github.com"


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


@dataclass
class App:
    """The one GitHub App that may be installed here."""

    id: int = 12345
    slug: str = "redfirst"
    installation_id: int = 424242
    """Of its first installation; those on other accounts are counted on from here."""
    public_key: str | None = None
    client_id: str = "Iv23liredfirststandin"
    permissions: dict[str, str] = field(
        default_factory=lambda: {
            "metadata": "read", "contents": "write", "issues": "write", "pull_requests": "write",
            "checks": "write", "statuses": "write", "actions": "write",
        }
    )  # fmt: skip

    @property
    def login(self) -> str:
        return f"{self.slug}[bot]"


@dataclass
class Installation:
    """The app on one account; which of its repositories it may see is in each repository's `installed`."""

    id: int
    account: User
    created_at: datetime
    updated_at: datetime
    suspended_at: datetime | None = None


@dataclass
class Hook:
    """A repository's own webhook, or the app's (`repository_id` is None)."""

    id: int
    url: str
    secret: str
    events: tuple[str, ...]
    created_at: datetime
    repository_id: int | None = None
    active: bool = True
    content_type: str = "json"
    insecure_ssl: str = "0"

    def wants(self, event: str) -> bool:
        return self.active and (event == "ping" or "*" in self.events or event in self.events)


@dataclass
class Delivery:
    """One attempt to deliver one event; a redelivery is another attempt under the same guid."""

    id: int
    guid: str
    hook: Hook
    event: str
    action: str | None
    repository_id: int | None
    installation_id: int | None
    delivered_at: datetime
    redelivery: bool
    request_body: bytes
    request_headers: dict[str, str] = field(default_factory=dict[str, str])
    duration: float = 0.0
    status: str = "PENDING"
    status_code: int = 0
    response_headers: dict[str, str] = field(default_factory=dict[str, str])
    response_body: str = ""


@dataclass
class Token:
    user: User
    expires_at: datetime | None = None
    grant: Grant | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class World:
    """Everything that is known, except for the git objects."""

    urls: Urls = field(default_factory=lambda: Urls("http://127.0.0.1"))
    app: App = field(default_factory=App)
    now: Callable[[], datetime] = _utc_now
    rate_limit: int = 5000
    users: dict[str, User] = field(default_factory=dict[str, User])
    tokens: dict[str, Token] = field(default_factory=dict[str, Token])
    repositories: dict[str, Repository] = field(default_factory=dict[str, Repository])
    moved: dict[str, Repository] = field(default_factory=dict[str, Repository])
    """By a name that they do not have any more; a new repository may have it."""
    installations: dict[int, Installation] = field(default_factory=dict[int, Installation])
    hooks: list[Hook] = field(default_factory=list[Hook])
    deliveries: list[Delivery] = field(default_factory=list[Delivery])
    _counts: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self.add_user(self.app.login, kind="Bot")

    def next_id(self, kind: str) -> int:
        self._counts[kind] += 1
        return FIRST_IDS[kind] + self._counts[kind] - 1

    def add_user(self, login: str, *, token: str | None = None, kind: UserType = "User") -> User:
        user = self.users.get(login.lower())
        if user is None:
            user = User(self.next_id("user"), login, kind, self.now())
            self.users[login.lower()] = user
        if token is not None:
            self.tokens[token] = Token(user)
        return user

    def user(self, login: str) -> User:
        found = self.users.get(login.lower())
        if found is None:
            raise not_found()
        return found

    def add_repository(
        self,
        owner: str,
        name: str,
        *,
        private: bool = False,
        description: str | None = None,
        default_branch: str = "main",
    ) -> Repository:
        """The record only; `StandIn.add_repository` also makes the git repository."""
        now = self.now()
        repository = Repository(
            self.next_id("repository"), self.add_user(owner), name, now, now, now,
            description=description, private=private, default_branch=default_branch,
        )  # fmt: skip
        for label, color, about in DEFAULT_LABELS:
            repository.labels[label] = Label(self.next_id("label"), label, color, about, default=True)
        self.repositories[repository.full_name.lower()] = repository
        self.install(repository.owner)
        return repository

    def install(self, account: User) -> Installation:
        """The app on this account: the one that is there, or a new one."""
        for installation in self.installations.values():
            if installation.account.id == account.id:
                return installation
        now, number = self.now(), self.app.installation_id + self._counts["installation"]
        self._counts["installation"] += 1
        self.installations[number] = Installation(number, account, now, now)
        return self.installations[number]

    def call(self, repository: Repository, owner: User, name: str) -> None:
        """Another name, another owner, or both."""
        before = repository.full_name.lower()
        del self.repositories[before]
        repository.owner, repository.name = owner, name
        self.moved[before] = repository
        self.moved.pop(repository.full_name.lower(), None)
        self.repositories[repository.full_name.lower()] = repository

    def installation_of(self, repository: Repository) -> Installation | None:
        """The one that sees this repository, and hears of it; None where the app is not, or is suspended."""
        for installation in self.installations.values():
            if installation.account.id == repository.owner.id and installation.suspended_at is None:
                return installation if repository.installed else None
        return None

    def repository(self, owner: str, name: str) -> Repository:
        found = self.repositories.get(f"{owner}/{name}".lower())
        if found is None:
            raise not_found()
        return found

    def delivery(self, delivery_id: int) -> Delivery:
        for delivery in self.deliveries:
            if delivery.id == delivery_id:
                return delivery
        raise not_found()
