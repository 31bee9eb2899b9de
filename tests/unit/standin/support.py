"""The world of these tests, and clients that speak as its people."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Callable, Mapping
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


@functools.cache
def trusted() -> ssl.SSLContext:
    """Read once: every client that is made would read the certificates of the whole world."""
    return httpx.create_ssl_context(trust_env=False)


def plain_client(
    base_url: str = "", headers: Mapping[str, str] | None = None, *, follow_redirects: bool = False
) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=base_url,
        headers=headers,
        follow_redirects=follow_redirects,
        trust_env=False,
        verify=trusted(),
    )


def client(standin: StandIn, login: str) -> Client:
    return GitHub(
        TokenAuthStrategy(token(login)),
        base_url=standin.api_url,
        http_cache=False,
        auto_retry=False,
        ssl_verify=trusted(),
        timeout=10,
    )


def bearer_of(login: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(login)}"}
