"""Blobs, trees and commits: written and read as they are."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from bot.standin.errors import not_found, unprocessable
from bot.standin.git import loose
from bot.standin.git.run import Git, GitFailed

SHA = re.compile(r"[0-9a-f]{40}")
MODES = {"100644": "blob", "100755": "blob", "120000": "blob", "040000": "tree", "160000": "commit"}


@dataclass(frozen=True)
class Identity:
    name: str
    email: str
    at: datetime

    def line(self) -> str:
        # These would end the field early and forge the rest of the commit's header.
        name, email = (re.sub(r"[<>\n\0]", "", part).strip() for part in (self.name, self.email))
        return f"{name} <{email}> {int(self.at.timestamp())} {self.at.strftime('%z') or '+0000'}"


@dataclass(frozen=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Identity
    committer: Identity
    message: str
    signature: str | None = None
    payload: str = ""
    """What the signature is of: the object without it."""


@dataclass(frozen=True)
class TreeEntry:
    path: str
    mode: str
    type: str
    sha: str
    size: int | None = None


@dataclass(frozen=True)
class Change:
    """One line of a tree to make; `sha` None takes the path away."""

    path: str
    mode: str
    sha: str | None


async def kind(git: Git, sha: str) -> str | None:
    if not SHA.fullmatch(sha):
        return None
    found = loose.kind(git, sha)
    if found is not None:
        return found
    out, code = await git.run_with_code("cat-file", "-t", sha, accept=(0, 128))
    return out.decode().strip() if code == 0 else None


async def write_blob(git: Git, content: bytes) -> str:
    return loose.write(git, "blob", content)


async def read_blob(git: Git, sha: str) -> bytes:
    return await _read(git, "blob", sha)


async def _read(git: Git, wanted: str, sha: str) -> bytes:
    if await kind(git, sha) != wanted:
        raise not_found()
    found = loose.read(git, sha)
    return found.content if found is not None else await git.run("cat-file", wanted, sha)


async def read_tree(git: Git, treeish: str, *, recursive: bool) -> list[TreeEntry]:
    arguments = ("ls-tree", "-z", "--long", *(("-r", "-t") if recursive else ()), treeish)
    entries: list[TreeEntry] = []
    for record in (await git.run(*arguments)).decode(errors="replace").split("\0"):
        if record:
            facts, path = record.split("\t", 1)
            mode, type_, sha, size = facts.split()
            entries.append(TreeEntry(path, mode, type_, sha, None if size == "-" else int(size)))
    return entries


def _check_path(path: str) -> None:
    parts = path.split("/")
    if not path or any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or "\0" in path:
        raise unprocessable("tree.path contains a malformed path component")


async def write_tree(git: Git, base: str | None, changes: Sequence[Change]) -> str:
    if base is not None and await kind(git, base) not in ("tree", "commit"):
        raise unprocessable("base_tree is not a valid tree oid")
    for change in changes:
        _check_path(change.path)
        wanted = MODES.get(change.mode)
        if wanted is None:
            raise unprocessable("tree.mode must be one of 100644, 100755, 040000, 160000, 120000")
        if change.sha is not None and wanted != "commit" and await kind(git, change.sha) != wanted:
            raise unprocessable(f"tree.sha {change.sha} is not a valid {wanted}")
    with tempfile.TemporaryDirectory(dir=git.home) as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        await git.run("read-tree", base if base is not None else "--empty", env=env)
        for is_file, some in itertools.groupby(changes, _is_file):
            if is_file:
                await _put(git, tuple(some), env)
            else:
                for change in some:
                    await _take_away(git, change, env)
        return (await git.run("write-tree", env=env)).decode().strip()


def _is_file(change: Change) -> bool:
    return change.sha is not None and change.mode != "040000"


async def _put(git: Git, changes: Sequence[Change], env: dict[str, str]) -> None:
    lines = "".join(f"{change.mode} {change.sha}\t{change.path}\0" for change in changes)
    try:
        await git.run("update-index", "-z", "--index-info", stdin=lines.encode(), env=env)
    except GitFailed as failure:
        raise unprocessable("tree.path contains a malformed path component") from failure


async def _take_away(git: Git, change: Change, env: dict[str, str]) -> None:
    """And put a whole folder there, where one is given."""
    listed = await git.run("ls-files", "-z", "--", f":(literal){change.path}", env=env)
    if not listed and change.sha is None:
        # GitHub gives its internal error's name away here, and clients have learned to look for it.
        raise unprocessable("GitRPC::BadObjectState")
    gone = b"".join(b"0 " + b"0" * 40 + b"\t" + path + b"\0" for path in listed.split(b"\0") if path)
    await git.run("update-index", "-z", "--index-info", stdin=gone, env=env)
    if change.sha is not None:
        await git.run("read-tree", f"--prefix={change.path}/", change.sha, env=env)


async def write_commit(
    git: Git,
    *,
    tree: str,
    parents: Sequence[str],
    message: str,
    author: Identity,
    committer: Identity,
    signature: str | None = None,
) -> str:
    if await kind(git, tree) != "tree":
        raise unprocessable("Tree SHA does not exist")
    for parent in parents:
        if await kind(git, parent) != "commit":
            raise unprocessable("Parent SHA does not exist or is not a commit object")
    head = [f"tree {tree}", *(f"parent {p}" for p in parents)]
    head += [f"author {author.line()}", f"committer {committer.line()}"]
    if signature is not None:
        # A line that goes on begins with a space, or it would be the next field.
        head.append("gpgsig " + signature.replace("\0", "").strip("\n").replace("\n", "\n "))
    # Not commit-tree: it would add a newline, and the message must come back as it was sent.
    raw = "\n".join(head) + "\n\n" + message.replace("\0", "")
    return loose.write(git, "commit", raw.encode())


_PERSON = re.compile(r"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<at>\d+) (?P<zone>[+-]\d{4})")


def _identity(line: str) -> Identity:
    match = _PERSON.fullmatch(line)
    if match is None:
        return Identity(line, "", datetime.fromtimestamp(0, UTC))
    zone = match["zone"]
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:])) * (-1 if zone[0] == "-" else 1)
    at = datetime.fromtimestamp(int(match["at"]), timezone(offset))
    return Identity(match["name"], match["email"], at)


async def read_commit(git: Git, sha: str) -> Commit:
    raw = (await _read(git, "commit", sha)).decode(errors="replace")
    head, _, message = raw.partition("\n\n")
    fields = _fields(head)
    author, committer = _identity(fields["author"][0]), _identity(fields["committer"][0])
    signature = fields.get("gpgsig", [None])[0]
    return Commit(
        sha,
        fields["tree"][0],
        tuple(fields.get("parent", [])),
        author,
        committer,
        message.rstrip("\n"),
        signature,
        raw if signature is None else _unsigned(head) + "\n\n" + message,
    )


def _fields(head: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in head.replace("\n ", "\0").split("\n"):
        name, _, value = line.partition(" ")
        fields.setdefault(name, []).append(value.replace("\0", "\n"))
    return fields


def _unsigned(head: str) -> str:
    return re.sub(r"(?m)^gpgsig .*(?:\n .*)*\n?", "", head).rstrip("\n")
