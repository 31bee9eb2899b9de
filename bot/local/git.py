"""Git as plumbing only, on the developer's own repository: no hook, no filter, no working tree is touched."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from policies.patch import Patch
from workflows.errors import OperatorProblem, UserProblem

# What a repository's own configuration could otherwise have us execute.
_QUIET = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.attributesFile=/dev/null",
)

_US: Mapping[str, str] = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Redfirst"), ("EMAIL", "redfirst@localhost"))
}


def _environment() -> dict[str, str]:
    """Ours, without what a hook that calls us would have us use, and nothing is fetched or asked."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


class GitFailed(UserProblem):
    """Git said no; its own words are in the sentence."""


async def git(repo: Path, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
    try:
        process = await asyncio.create_subprocess_exec(
            "git",
            *_QUIET,
            "-C",
            str(repo),
            *args,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**_environment(), **(env or {})},
        )
    except FileNotFoundError as error:
        raise OperatorProblem("git is not installed") from error
    out, err = await process.communicate(stdin)
    if process.returncode:
        raise GitFailed(f"git {args[0]}: {err.decode(errors='replace').strip()}")
    return out


async def line(repo: Path, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
    return (await git(repo, *args, stdin=stdin, env=env)).decode().strip()


async def sha_of(repo: Path, name: str) -> str:
    return (
        (await git(repo, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}")).decode().strip()
    )


async def fork_point(repo: Path, one: str, other: str) -> str:
    """The newest commit that both grew from."""
    return await line(repo, "merge-base", one, other)


async def branch(repo: Path) -> str:
    name = await line(repo, "rev-parse", "--abbrev-ref", "HEAD")
    return name if name != "HEAD" else "detached"


async def is_dirty(repo: Path) -> bool:
    return bool(await line(repo, "status", "--porcelain", "--untracked-files=no"))


async def entries(repo: Path, sha: str) -> Sequence[tuple[str, str, str]]:
    """(mode, object, path) of every file of a commit."""
    listed = (await git(repo, "ls-tree", "-r", "-z", "--full-tree", sha)).decode("utf-8", "surrogateescape")
    found: list[tuple[str, str, str]] = []
    for entry in filter(None, listed.split("\0")):
        about, _, path = entry.partition("\t")
        mode, _, name = about.split(" ")
        found.append((mode, name, path))
    return found


async def contents(repo: Path, objects: Sequence[str]) -> dict[str, bytes]:
    out = await git(repo, "cat-file", "--batch", stdin="\n".join(objects).encode() + b"\n")
    found: dict[str, bytes] = {}
    at = 0
    for name in objects:
        end = out.index(b"\n", at)
        size = int(out[at:end].split(b" ")[2])
        found[name] = out[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


async def commit(repo: Path, base: str, patch: Patch, message: str, ref: str) -> str:
    """A commit on a new branch, made beside the index and the working tree, which stay as they are."""
    with tempfile.TemporaryDirectory() as scratch:
        env = {**_US, "GIT_INDEX_FILE": str(Path(scratch) / "index")}
        await git(repo, "read-tree", base, env=env)
        modes = {path: mode for mode, _, path in await entries(repo, base)}
        for change in patch.changes:
            if change.content is None:
                await git(repo, "update-index", "--force-remove", "--", change.path, env=env)
                continue
            mode = modes.get(change.path, "100644")
            if mode not in {"100644", "100755"}:
                raise UserProblem(f"{change.path} is not a plain file in the repository")
            blob = (
                (await git(repo, "hash-object", "-w", "--stdin", stdin=change.content.encode()))
                .decode()
                .strip()
            )
            await git(repo, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{change.path}", env=env)
        tree = await line(repo, "write-tree", env=env)
        sha = await line(repo, "commit-tree", tree, "-p", base, "-F", "-", stdin=message.encode(), env=env)
    # An empty old value: the branch must not exist.
    await git(repo, "update-ref", f"refs/heads/{ref}", sha, "")
    return sha
