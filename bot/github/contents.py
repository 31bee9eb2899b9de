"""What is in a repository, and where it is now."""

from __future__ import annotations

from urllib.parse import quote

from bot.github.at import At, Narrow
from bot.github.errors import understood
from bot.github.streams import whole
from workflows.ports.forge import Head
from workflows.tree import MAX_BYTES


class _Repository(Narrow):
    full_name: str
    default_branch: str


class _Tip(Narrow):
    sha: str


class _Branch(Narrow):
    commit: _Tip


async def head(at: At) -> Head:
    with understood(f"reading {at.full_name}"):
        found = await at.rest.repos.async_get(*at.repo)
        branch = _Repository.model_validate_json(found.content).default_branch
        tip = await at.rest.repos.async_get_branch(*at.repo, quote(branch))
        return Head(branch=branch, sha=_Branch.model_validate_json(tip.content).commit.sha)


async def name_now(at: At) -> str:
    with understood(f"asking what {at.full_name} is called now"):
        found = await at.rest.repos.async_get(*at.repo)
        return _Repository.model_validate_json(found.content).full_name


async def tarball(at: At, sha: str) -> bytes:
    with understood(f"fetching {at.full_name} at {sha[:12]}"):
        answer = await at.rest.repos.async_download_tarball_archive(*at.repo, sha, stream=True)
        return await whole(answer, MAX_BYTES, f"{at.full_name} at {sha[:12]}")
