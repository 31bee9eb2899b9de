"""The world of these tests, and clients that speak as its people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from githubkit import GitHub, Response, TokenAuthStrategy

from bot.standin.config import AppSeed, RepositorySeed, StandInConfig, UserSeed
from bot.standin.people import StandIn

REPO = "maintainer/fizz"
BOT = "redfirst[bot]"
FIZZ = "def fizz(n):\n    return 'fizz' if n % 3 == 1 else str(n)\n"
PEOPLE = {"writer": "write", "triager": "triage", "reader": "read"}

Client = GitHub[TokenAuthStrategy]
As = Callable[[str], Client]
HttpAs = Callable[[str], httpx.AsyncClient]


def loose(response: Response[Any, Any]) -> Any:
    """The JSON as it came: githubkit's types of it know neither every field nor every version."""
    return response.json()


def token(login: str) -> str:
    return f"token-of-{login}"


def config(*, private: bool = False, rate_limit: int = 5000) -> StandInConfig:
    logins = ("maintainer", "stranger", *PEOPLE)
    return StandInConfig(
        users=tuple(UserSeed(login, token(login)) for login in logins),
        app=AppSeed(token=token(BOT)),
        rate_limit=rate_limit,
        repositories=(
            RepositorySeed(
                owner="maintainer",
                name="fizz",
                files={"README.md": "# fizz\n", "fizz.py": FIZZ, "docs/use.md": "Call it.\n"},
                collaborators=dict(PEOPLE),
                private=private,
                labels=("agent:fix",),
            ),
        ),
    )


def client(standin: StandIn, login: str) -> Client:
    return GitHub(
        TokenAuthStrategy(token(login)),
        base_url=standin.api_url,
        http_cache=False,
        auto_retry=False,
        timeout=10,
    )
