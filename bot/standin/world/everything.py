"""Everything that is known, except for the git objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.standin.defaults import DEFAULT_LABELS, FIRST_IDS
from bot.standin.errors import not_found
from bot.standin.urls import Urls
from bot.standin.world.hooks import Delivery, Hook
from bot.standin.world.people import App, Installation, Token, User, UserType
from bot.standin.world.repositories import Repository
from bot.standin.world.talk import Label


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
