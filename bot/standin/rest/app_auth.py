"""The app itself, by a JSON web token that it has signed with its private key."""

from __future__ import annotations

from collections.abc import Mapping

from bot.standin.errors import GitHubError
from bot.standin.world.everything import World
from bot.standin.world.people import User

LONGEST_SECONDS = 600
DRIFT_SECONDS = 60
"""By how much an app's clock may be ahead of GitHub's."""


def authenticate_app(world: World, header: str | None) -> User:
    """Answered as the app's bot user. The messages are GitHub's own: people look for them."""
    claims = _claims(world, header)
    if str(claims.get("iss", "")) not in (str(world.app.id), world.app.client_id):
        raise (
            GitHubError(404, "Integration not found")
            if "iss" in claims
            else _no("Missing 'issuer' claim ('iss')")
        )
    now = world.now().timestamp()
    issued, expires = _number(claims, "iat"), _number(claims, "exp")
    if issued is None or issued > now + DRIFT_SECONDS:
        raise _no(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        )
    if expires is None or expires <= now:
        raise _no(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which "
            "the assertion expires"
        )
    if expires > now + LONGEST_SECONDS + DRIFT_SECONDS:
        raise _no("'Expiration time' claim ('exp') is too far in the future")
    return world.user(world.app.login)


def _claims(world: World, header: str | None) -> Mapping[str, object]:
    import jwt

    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() not in ("bearer", "token"):
        raise _no("A JSON web token could not be decoded")
    if world.app.public_key is None:
        raise _no("Integration must generate a public key")
    try:
        return jwt.decode(
            token.strip(),
            world.app.public_key,
            algorithms=["RS256"],
            # The times are left to us: the world has a clock of its own.
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_iss": False},
        )
    except jwt.InvalidTokenError as problem:
        raise _no("A JSON web token could not be decoded") from problem


def _number(claims: Mapping[str, object], name: str) -> float | None:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _no(message: str) -> GitHubError:
    return GitHubError(401, message)
