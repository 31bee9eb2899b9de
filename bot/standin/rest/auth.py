"""Who asks: the user, or the installation, that a token stands for."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

from bot.standin.errors import bad_credentials, requires_authentication, suspended
from bot.standin.world.everything import World
from bot.standin.world.people import Token, User


def authenticate(world: World, header: str | None) -> User:
    """Stricter than GitHub in one thing: even what is public asks for a token, so that none is forgotten."""
    if not header:
        raise requires_authentication()
    token = credential(header)
    if not token:
        raise requires_authentication()
    return user_of(world, token)


def credential(header: str) -> str:
    """The token in an Authorization header, in either of GitHub's spellings or as git sends it, or none."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "basic":
        return _password(rest)
    return rest.strip() if scheme.lower() in ("bearer", "token") else ""


def user_of(world: World, token: str) -> User:
    known = world.tokens.get(token)
    if known is None or (known.expires_at is not None and known.expires_at <= world.now()):
        raise bad_credentials()
    if known.user.login == world.app.login:
        _check_installation(world, known)
    return known.user if known.grant is None else replace(known.user, grant=known.grant)


def _check_installation(world: World, token: Token) -> None:
    """A token does not outlive its installation, and rests while that is suspended."""
    number = token.grant.installation_id if token.grant else world.app.installation_id
    installation = world.installations.get(number)
    if installation is None and token.grant is not None:
        raise bad_credentials()
    if installation is not None and installation.suspended_at is not None:
        raise suspended()


def _password(text: str) -> str:
    """git sends a token as the password of some user name."""
    try:
        return base64.b64decode(text.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
