"""Who there is: users, their tokens, the app and where it is installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bot.standin.grants import Grant

UserType = Literal["User", "Bot", "Organization"]


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
class Token:
    user: User
    expires_at: datetime | None = None
    grant: Grant | None = None


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
