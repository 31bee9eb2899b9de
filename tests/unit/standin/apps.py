"""The app of these tests, with a key of its own, and what it can sign."""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.standin.config import AppSeed, RepositorySeed, StandInConfig
from bot.standin.people import StandIn

from .support import config

IDS = itertools.count(70001, 10)
"""githubkit keeps tokens for the whole process by these ids: another test's must not be found."""
PRIVATE = "maintainer/private"
ELSEWHERE = "stranger/elsewhere"


@functools.cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(of: rsa.RSAPrivateKey) -> str:
    return of.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def app_config(*, rate_limit: int = 5000) -> StandInConfig:
    """Three repositories, two of them private, on two accounts: two installations."""
    public = (
        key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    start = config(rate_limit=rate_limit)
    return replace(
        start,
        app=AppSeed(id=next(IDS), installation_id=next(IDS), public_key=public.decode()),
        repositories=(
            *start.repositories,
            *(
                RepositorySeed(*name.split("/"), private=True, files={"README.md": "x\n"})
                for name in (PRIVATE, ELSEWHERE)
            ),
        ),
    )


def signed(claims: Mapping[str, object], by: rsa.RSAPrivateKey | None = None) -> str:
    return jwt.encode(dict(claims), by or key(), algorithm="RS256")


def claims(standin: StandIn, **other: object) -> dict[str, object]:
    now = int(time.time())
    return {"iat": now - 60, "exp": now + 540, "iss": str(standin.world.app.id), **other}


def as_app(standin: StandIn, **other: object) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed(claims(standin, **other))}"}


async def mint(standin: StandIn, plain: httpx.AsyncClient, **asked: object) -> dict[str, Any]:
    """A token of the first installation."""
    url = f"{standin.api_url}/app/installations/{standin.world.app.installation_id}/access_tokens"
    answer = await plain.post(url, json=asked, headers=as_app(standin))
    return {**answer.json(), "status": answer.status_code}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
