"""A GitHub that is broken, slow to answer us, or has had enough of us: over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from bot.breakers import Breakers, Pace
from bot.github import transport
from bot.github.guarded import GuardedForge
from bot.listening import serving
from bot.settings import load
from policies.facts import Permission
from workflows.errors import OperatorProblem, Passing, Problem, Unreachable
from workflows.trigger import Tenant

TENANT = Tenant(repository="octo/reds")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.0, 0.0))


@dataclass
class GitHub:
    """Answers the one question that these tests ask, or as it is told to."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    message: str = "no"
    only: str = ""
    """The token that it is like this to; empty is to all."""
    asked: list[str] = field(default_factory=list[str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self._answer(request)(scope, receive, send)

    def _answer(self, request: Request) -> JSONResponse:
        if request.url.path.endswith("/access_tokens"):
            installation = request.url.path.split("/")[-2]
            return JSONResponse(
                {
                    "token": f"token-{installation}",
                    "expires_at": "2099-01-01T00:00:00Z",
                    "permissions": {},
                    "repository_selection": "all",
                },
                201,
            )
        token = request.headers["authorization"].split()[-1]
        self.asked.append(token)
        if self.status != 200 and self.only in {"", token}:
            return JSONResponse({"message": self.message}, self.status, self.headers)
        return JSONResponse({"permission": "write", "role_name": "write"})


@contextlib.asynccontextmanager
async def github(pace: Pace | None = None, **app: str) -> AsyncGenerator[tuple[GitHub, GuardedForge]]:
    made = GitHub()
    async with serving(made) as url:
        settings = load(github_api_url=url, github_token="a-token", bot_id=1, **app)
        forge = GuardedForge(settings, Breakers(pace))
        try:
            yield made, forge
        finally:
            await forge.close()


async def outcome(forge: GuardedForge, tenant: Tenant = TENANT) -> str:
    try:
        return await forge.permission(tenant, "maintainer")
    except Problem as problem:
        return type(problem).__name__


async def test_a_github_that_is_broken_is_left_alone_until_it_is_back() -> None:
    async with github(Pace(first_rest=0.3, longest_rest=0.3)) as (there, forge):
        there.status = 502
        assert [await outcome(forge) for _ in range(5)] == ["GitHubAway"] * 2 + ["Unreachable"] * 3
        assert len(there.asked) == 9  # each question three times
        there.status = 200
        await asyncio.sleep(0.4)
        assert await forge.permission(TENANT, "maintainer") is Permission.WRITE


async def test_a_github_that_cannot_be_reached_is_left_alone_too() -> None:
    forge = GuardedForge(load(github_api_url="http://127.0.0.1:9", github_token="t"), Breakers())
    assert [await outcome(forge) for _ in range(4)] == ["GitHubAway"] * 2 + ["Unreachable"] * 2
    await forge.close()


@pytest.mark.parametrize(("status", "problem"), [(401, "OperatorProblem"), (422, "Invalid")])
async def test_a_refusal_never_opens_the_breaker(status: int, problem: str) -> None:
    async with github() as (there, forge):
        there.status = status
        assert [await outcome(forge) for _ in range(5)] == [problem] * 5
        assert len(there.asked) == 5


async def test_what_we_may_not_do_is_the_operators_move() -> None:
    async with github() as (there, forge):
        there.status, there.message = 403, "Resource not accessible by integration"
        with pytest.raises(OperatorProblem, match="give the App the permission"):
            await forge.permission(TENANT, "maintainer")


def _limits() -> list[tuple[int, dict[str, str], str]]:
    at = str(int(time.time()) + 60)
    return [
        (429, {"retry-after": "60"}, "no"),
        (403, {"retry-after": "60"}, "You have exceeded a secondary rate limit"),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": at}, "API rate limit exceeded"),
        (403, {}, "You have exceeded a secondary rate limit"),
        (429, {}, "no"),
        (503, {"retry-after": "60"}, "no"),
    ]


@pytest.mark.parametrize("kind", range(6))
async def test_a_rate_limit_is_kept_and_says_when_it_ends(kind: int) -> None:
    async with github() as (there, forge):
        there.status, there.headers, there.message = _limits()[kind]
        with pytest.raises(Unreachable, match="it is asked again at") as raised:
            await forge.permission(TENANT, "maintainer")
        assert 55 < raised.value.until.timestamp() - time.time() <= 67
        assert await outcome(forge) == "Unreachable"
        assert len(there.asked) == 1


async def test_a_short_rate_limit_is_left_to_the_step() -> None:
    async with github() as (there, forge):
        there.status, there.headers = 429, {"retry-after": "2"}
        with pytest.raises(Passing) as raised:
            await forge.permission(TENANT, "maintainer")
        assert raised.value.wait is not None
        assert 2 <= raised.value.wait <= 3


async def test_one_installations_rate_limit_does_not_hold_up_another() -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    async with github(github_app_id="7", github_private_key=key.decode()) as (there, forge):
        there.status, there.headers, there.only = 429, {"retry-after": "60"}, "token-1"
        one, two = (Tenant(repository="octo/reds", installation=number) for number in (1, 2))
        assert [await outcome(forge, one) for _ in range(3)] == ["Unreachable"] * 3
        assert await outcome(forge, two) == "write"
        assert there.asked == ["token-1", "token-2"]
