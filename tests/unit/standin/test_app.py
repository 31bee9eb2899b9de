from __future__ import annotations

import itertools
import time
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from githubkit import AppAuthStrategy, GitHub

from bot.standin.config import AppSeed, StandInConfig
from bot.standin.people import StandIn
from bot.standin.server import running

from .support import REPO, config, loose, plain_client

IDS = itertools.count(70001)


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def seed(key: rsa.RSAPrivateKey) -> StandInConfig:
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    # githubkit keeps tokens for the whole process by these ids: another test's must not be found.
    app = AppSeed(id=next(IDS), installation_id=next(IDS), public_key=public.decode())
    return replace(config(), app=app)


def _app(standin: StandIn, key: rsa.RSAPrivateKey) -> GitHub[AppAuthStrategy]:
    auth = AppAuthStrategy(str(standin.world.app.id), _pem(key))
    return GitHub(auth, base_url=standin.api_url, http_cache=False, auto_retry=False)


async def test_the_app_signs_in_and_acts_as_its_installation(
    seed: StandInConfig, key: rsa.RSAPrivateKey
) -> None:
    async with running(seed) as standin:
        issue = await standin.open_issue(REPO, "t", by="reader")
        app = _app(standin, key)
        found = await app.rest.apps.async_get_repo_installation("maintainer", "fizz")
        installation = app.with_auth(app.auth.as_installation(loose(found)["id"]))
        await installation.rest.issues.async_create_comment("maintainer", "fizz", issue, body="hello")
        [comment] = standin.comments(REPO, issue)
    assert (comment.user.login, comment.user.type) == ("redfirst[bot]", "Bot")


async def test_a_key_that_is_not_the_apps_is_refused(seed: StandInConfig) -> None:

    now = int(time.time())
    stranger = _pem(rsa.generate_private_key(65537, 2048))
    forged = jwt.encode({"iat": now, "exp": now + 60, "iss": str(seed.app.id)}, stranger, algorithm="RS256")
    async with running(seed) as standin, plain_client() as plain:
        answer = await plain.get(f"{standin.api_url}/app", headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401
    assert answer.json()["message"] == "A JSON web token could not be decoded"


async def test_an_unsigned_token_is_refused(seed: StandInConfig) -> None:

    now = int(time.time())
    forged = jwt.encode({"iat": now, "exp": now + 60, "iss": str(seed.app.id)}, "", algorithm="none")
    async with running(seed) as standin, plain_client() as plain:
        answer = await plain.get(f"{standin.api_url}/app", headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401


async def test_an_installations_token_ends_after_an_hour(seed: StandInConfig, key: rsa.RSAPrivateKey) -> None:

    async with running(seed) as standin, plain_client() as plain:
        app = _app(standin, key)
        made = await app.rest.apps.async_create_installation_access_token(standin.world.app.installation_id)
        headers = {"Authorization": f"Bearer {loose(made)['token']}"}
        assert (await plain.get(f"{standin.api_url}/repos/{REPO}", headers=headers)).status_code == 200
        real = standin.world.now
        standin.world.now = lambda: real() + timedelta(hours=1, seconds=1)
        late = await plain.get(f"{standin.api_url}/repos/{REPO}", headers=headers)
    assert (late.status_code, late.json()["message"]) == (401, "Bad credentials")
