"""How the app proves that it is the app."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.standin.people import StandIn
from bot.standin.server import running

from .apps import app_config, as_app, bearer, claims, mint, signed
from .support import REPO, plain_client, token


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn]:
    async with running(app_config()) as made:
        yield made


@pytest.fixture
async def plain() -> AsyncGenerator[httpx.AsyncClient]:
    async with plain_client() as made:
        yield made


async def _said(standin: StandIn, plain: httpx.AsyncClient, **other: object) -> tuple[int, str]:
    answer = await plain.get(f"{standin.api_url}/app", headers=as_app(standin, **other))
    return answer.status_code, answer.json().get("message", "")


async def test_the_app_is_known_by_its_id_and_by_its_client_id(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    app = standin.world.app
    for issuer in (str(app.id), app.client_id):
        answer = await plain.get(f"{standin.api_url}/app", headers=as_app(standin, iss=issuer))
        assert (answer.status_code, answer.json()["id"]) == (200, app.id)
    assert await _said(standin, plain, iss="1") == (404, "Integration not found")


async def test_an_assertion_that_is_over_is_refused(standin: StandIn, plain: httpx.AsyncClient) -> None:
    status, message = await _said(standin, plain, exp=int(time.time()) - 1)
    assert status == 401
    assert message == (
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which "
        "the assertion expires"
    )


async def test_an_assertion_lasts_ten_minutes_at_most(standin: StandIn, plain: httpx.AsyncClient) -> None:
    now = int(time.time())
    assert (await _said(standin, plain, exp=now + 600))[0] == 200
    late = await _said(standin, plain, exp=now + 700)
    assert late == (401, "'Expiration time' claim ('exp') is too far in the future")


async def test_a_clock_may_be_a_minute_ahead_and_no_more(standin: StandIn, plain: httpx.AsyncClient) -> None:
    now = int(time.time())
    assert (await _said(standin, plain, iat=now + 30))[0] == 200
    status, message = await _said(standin, plain, iat=now + 120)
    assert status == 401
    assert message.startswith("'Issued at' claim ('iat') must be an Integer")


async def test_the_stand_ins_own_clock_decides_when_an_assertion_is_over(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    headers, real = as_app(standin), standin.world.now
    standin.world.now = lambda: real() + timedelta(minutes=10)
    assert (await plain.get(f"{standin.api_url}/app", headers=headers)).status_code == 401


@pytest.mark.parametrize("missing", ["iat", "exp", "iss"])
async def test_an_assertion_without_one_of_its_claims_is_refused(
    standin: StandIn, plain: httpx.AsyncClient, missing: str
) -> None:
    given = {name: value for name, value in claims(standin).items() if name != missing}
    answer = await plain.get(f"{standin.api_url}/app", headers=bearer(signed(given)))
    assert (answer.status_code, f"('{missing}')" in answer.json()["message"]) == (401, True)


async def test_another_key_and_no_key_at_all_are_told_apart(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    forged = signed(claims(standin), by=rsa.generate_private_key(65537, 2048))
    answer = await plain.get(f"{standin.api_url}/app", headers=bearer(forged))
    assert answer.json()["message"] == "A JSON web token could not be decoded"
    standin.world.app.public_key = None
    assert await _said(standin, plain) == (401, "Integration must generate a public key")


async def test_a_token_is_no_assertion_and_an_assertion_no_token(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    made = await mint(standin, plain)
    for known in (made["token"], token("maintainer")):
        answer = await plain.get(f"{standin.api_url}/app", headers=bearer(known))
        assert (answer.status_code, answer.json()["message"]) == (
            401,
            "A JSON web token could not be decoded",
        )
    answer = await plain.get(f"{standin.api_url}/repos/{REPO}", headers=as_app(standin))
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


async def test_the_app_has_a_rate_limit_of_its_own(plain: httpx.AsyncClient) -> None:
    async with running(replace(app_config(), rate_limit=1)) as standin:
        made = await mint(standin, plain)
        refused = await mint(standin, plain)
        answer = await plain.get(f"{standin.api_url}/repos/{REPO}", headers=bearer(made["token"]))
    assert (refused["status"], refused["message"][:30]) == (403, "API rate limit exceeded for ap")
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (200, "0")
