"""One stand-in with one repository, a person for each role, and clients that speak as them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest

from bot.standin.actions.pulls import NewPull
from bot.standin.people import StandIn
from bot.standin.server import running

from .pulls import FIXED, LONG
from .support import BOT, REPO, As, Client, HttpAs, client, config, plain_client, token


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn]:
    async with running(config()) as stand_in:
        yield stand_in


@pytest.fixture
def github(standin: StandIn) -> As:
    """Kept until the end of the test: githubkit holds its clients by weak references only."""
    kept: dict[str, Client] = {}

    def speak_as(login: str) -> Client:
        return kept.setdefault(login, client(standin, login))

    return speak_as


@pytest.fixture
async def http(standin: StandIn) -> AsyncGenerator[HttpAs]:
    clients: list[httpx.AsyncClient] = []

    def speak_as(login: str) -> httpx.AsyncClient:
        made = plain_client(base_url=standin.api_url, headers={"Authorization": f"Bearer {token(login)}"})
        clients.append(made)
        return made

    yield speak_as
    for made in clients:
        await made.aclose()


@pytest.fixture
async def issue(standin: StandIn) -> int:
    return await standin.open_issue(REPO, "fizz(3) says 3", "It should say fizz.", by="reader")


@pytest.fixture
async def pull(standin: StandIn) -> int:
    """A draft of the bot's: `long.txt` has line 20 changed, so that lines 17 to 23 are in the diff."""
    await standin.push(REPO, "main", {"long.txt": LONG}, "Long", by="maintainer")
    await standin.push(REPO, "bot/x", {"long.txt": FIXED}, "Fix line 20", by=BOT)
    return await standin.open_pull(REPO, NewPull("Fix it", "bot/x", "main", "Fixes #9", True), by=BOT)
