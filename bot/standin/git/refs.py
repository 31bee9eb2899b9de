"""References: found, made, moved and deleted under GitHub's rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.standin.errors import not_found, unprocessable
from bot.standin.git import loose, objects
from bot.standin.git.run import Git, GitFailed

NOTHING = "0" * 40
_SHORT_SHA = re.compile(r"[0-9a-f]{4,40}")


@dataclass(frozen=True)
class Ref:
    name: str
    sha: str
    type: str


async def valid_name(git: Git, name: str) -> bool:
    if loose.is_plain(name):
        return True
    if name.startswith("-"):
        return False
    _, code = await git.run_with_code("check-ref-format", name, accept=(0, 1))
    return code == 0


async def read(git: Git, name: str) -> Ref | None:
    """The reference of exactly this full name."""
    if loose.is_plain(name):
        sha = loose.reference(git, name)
        if sha is not None:
            return Ref(name, sha, await objects.kind(git, sha) or "")
        if not loose.has_packed_references(git):
            return None
    for ref in await matching(git, name):
        if ref.name == name:
            return ref
    return None


async def matching(git: Git, prefix: str) -> list[Ref]:
    """References whose full name starts with `prefix`, which need not end at a slash."""
    out = await git.run("for-each-ref", "--format=%(refname) %(objectname) %(objecttype)")
    found: list[Ref] = []
    for line in out.decode().splitlines():
        name, sha, type_ = line.split(" ")
        if name.startswith(prefix):
            found.append(Ref(name, sha, type_))
    return found


async def branch_sha(git: Git, branch: str) -> str | None:
    ref = await read(git, f"refs/heads/{branch}")
    return ref.sha if ref else None


async def resolve(git: Git, name: str) -> str:
    """The commit that a branch, tag, full reference, (short) SHA or HEAD means; no other revision syntax."""
    if name == "HEAD":
        name = (await git.text("symbolic-ref", "HEAD")).removeprefix("refs/heads/")
    if await objects.kind(git, name) == "commit":
        return name
    if _SHORT_SHA.fullmatch(name):
        out, code = await git.run_with_code(
            "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", accept=(0, 1, 128)
        )
        if code == 0:
            return out.decode().strip()
    for candidate in (f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}", name):
        ref = await read(git, candidate) if candidate.startswith("refs/") else None
        if ref is not None and ref.type == "commit":
            return ref.sha
        if ref is not None:
            return await git.text("rev-parse", "--verify", f"{ref.sha}^{{commit}}")
    raise not_found()


async def create(git: Git, name: str, sha: str) -> Ref:
    if name.count("/") < 2 or not name.startswith("refs/"):
        raise unprocessable("Reference name must start with 'refs/' and have at least two slashes.")
    if not await valid_name(git, name):
        raise unprocessable(f"{name} is not a valid ref name.")
    type_ = await _existing_type(git, name, sha)
    if await read(git, name) is not None:
        raise unprocessable("Reference already exists")
    await _move(git, name, sha, NOTHING)
    return Ref(name, sha, type_)


async def update(git: Git, name: str, sha: str, *, force: bool) -> tuple[Ref, Ref, bool]:
    """Before, after, and whether history was thrown away."""
    before = await read(git, name)
    if before is None:
        raise unprocessable("Reference does not exist")
    type_ = await _existing_type(git, name, sha)
    forced = not await is_ancestor(git, before.sha, sha)
    if forced and not force:
        raise unprocessable("Update is not a fast forward")
    await _move(git, name, sha, before.sha)
    return before, Ref(name, sha, type_), forced


async def delete(git: Git, name: str) -> Ref:
    before = await read(git, name)
    if before is None:
        raise unprocessable("Reference does not exist")
    await git.run("update-ref", "-d", name, before.sha)
    return before


async def set_hidden(git: Git, name: str, sha: str) -> None:
    """For GitHub's own `refs/pull/N/head`, which no client may move."""
    await git.run("update-ref", name, sha)


async def is_ancestor(git: Git, older: str, newer: str) -> bool:
    _, code = await git.run_with_code("merge-base", "--is-ancestor", older, newer, accept=(0, 1, 128))
    return code == 0


async def _existing_type(git: Git, name: str, sha: str) -> str:
    type_ = await objects.kind(git, sha)
    if type_ is None:
        raise unprocessable("Object does not exist")
    if name.startswith("refs/heads/") and type_ != "commit":
        raise unprocessable("Reference update failed")
    return type_


async def _move(git: Git, name: str, sha: str, before: str) -> None:
    try:
        await git.run("update-ref", name, sha, before)
    except GitFailed as failure:
        # For one, `a/b` cannot be made beside `a`.
        raise unprocessable("Reference update failed") from failure
