"""Commits that GitHub makes itself: signed by its own key, and shown as verified."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from bot.standin.git import objects
from bot.standin.git.objects import Identity
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository

WEB_FLOW = "GitHub", "noreply@github.com"


def _armored(text: str) -> str:
    """The look of a signature: nobody checks it but the stand-in, which remembers what it signed."""
    drawn = base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()
    return f"-----BEGIN PGP SIGNATURE-----\n\n{drawn[:64]}\n{drawn[64:]}\n-----END PGP SIGNATURE-----"


async def commit_as_github(
    site: Site, repo: Repository, by: User, *, tree: str, parents: Sequence[str], message: str
) -> str:
    now = site.world.now()
    sha = await objects.write_commit(
        site.git_of(repo),
        tree=tree,
        parents=parents,
        message=message,
        author=Identity(by.login, by.email, now),
        committer=Identity(*WEB_FLOW, now),
        signature=_armored(f"{tree}{parents}{message}{by.login}{now}"),
    )
    repo.verified[sha] = now
    return sha
