"""Objects and references as the files that git keeps them in: quicker than a process for each look.

What is not found here may still be there, packed or lent by another repository: then git is asked.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zlib
from pathlib import Path
from typing import NamedTuple

from bot.standin.git.run import Git

_HEADER_BYTES = 64
# Nothing in such a name means anything to git or to a file system.
_PLAIN = re.compile(r"refs(/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)+")
_SHA = re.compile(r"[0-9a-f]{40}")


class Found(NamedTuple):
    kind: str
    content: bytes


def is_plain(name: str) -> bool:
    """A full name that is certainly valid, and certainly a path below the repository."""
    return _PLAIN.fullmatch(name) is not None and not name.endswith(".lock")


def kind(git: Git, sha: str) -> str | None:
    try:
        with _path(git, sha).open("rb") as file:
            start = zlib.decompressobj().decompress(file.read(_HEADER_BYTES * 2), _HEADER_BYTES)
    except FileNotFoundError:
        return None
    return start.split(b" ", 1)[0].decode()


def read(git: Git, sha: str) -> Found | None:
    try:
        raw = zlib.decompress(_path(git, sha).read_bytes())
    except FileNotFoundError:
        return None
    head, _, content = raw.partition(b"\0")
    return Found(head.split(b" ")[0].decode(), content)


def write(git: Git, kind: str, content: bytes) -> str:
    raw = f"{kind} {len(content)}\0".encode() + content
    sha = hashlib.sha1(raw, usedforsecurity=False).hexdigest()
    path = _path(git, sha)
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        # Whole or not at all: another reader may look at any time.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix="tmp_obj_", delete=False) as file:
            file.write(zlib.compress(raw))
        written = Path(file.name)
        written.chmod(0o444)
        written.replace(path)
    return sha


def reference(git: Git, name: str) -> str | None:
    """The object that it names; None where it is not a file of its own."""
    try:
        found = (git.directory / name).read_text().strip()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    return found if _SHA.fullmatch(found) else None


def has_packed_references(git: Git) -> bool:
    return (git.directory / "packed-refs").exists()


def _path(git: Git, sha: str) -> Path:
    return git.directory / "objects" / sha[:2] / sha[2:]
