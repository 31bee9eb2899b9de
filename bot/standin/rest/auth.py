"""Tokens, and the users behind them."""

from __future__ import annotations

import base64
import binascii

from bot.standin.errors import GitHubError, bad_credentials, requires_authentication
from bot.standin.world import User, World

# Ten minutes, and a little for clocks that differ.
LONGEST_APP_TOKEN_SECONDS = 660


def authenticate(world: World, header: str | None) -> User:
    """Stricter than GitHub in one thing: even what is public asks for a token, so that none is forgotten."""
    if not header:
        raise requires_authentication()
    scheme, _, credential = header.partition(" ")
    if scheme.lower() == "basic":
        credential = _password(credential)
    elif scheme.lower() not in ("bearer", "token"):
        raise requires_authentication()
    return user_of(world, credential.strip())


def user_of(world: World, token: str) -> User:
    known = world.tokens.get(token)
    if known is None or (known.expires_at is not None and known.expires_at <= world.now()):
        raise bad_credentials()
    return known.user


def authenticate_app(world: World, header: str | None) -> User:
    """The app itself, by a token that it signed with its private key; answered as its bot user."""
    import jwt

    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or world.app.public_key is None:
        raise GitHubError(401, "A JSON web token could not be decoded")
    try:
        claims = jwt.decode(
            token.strip(),
            world.app.public_key,
            algorithms=["RS256"],
            options={"require": ["iat", "exp", "iss"], "verify_iss": False},
        )
    except jwt.ExpiredSignatureError as problem:
        raise GitHubError(
            401, "'Expiration time' claim ('exp') must be a numeric value in the future"
        ) from problem
    except jwt.InvalidTokenError as problem:
        raise GitHubError(401, "A JSON web token could not be decoded") from problem
    if str(claims["iss"]) != str(world.app.id):
        raise GitHubError(404, "Integration not found")
    if claims["exp"] - world.now().timestamp() > LONGEST_APP_TOKEN_SECONDS:
        raise GitHubError(401, "'Expiration time' claim ('exp') is too far in the future")
    return world.user(world.app.login)


def _password(credential: str) -> str:
    """git sends a token as the password of some user name."""
    try:
        return base64.b64decode(credential, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError) as problem:
        raise bad_credentials() from problem
