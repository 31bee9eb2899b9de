"""The files of one commit, in memory: read from an archive as data, never unpacked on the host."""

from __future__ import annotations

import gzip
import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policies.patch import Patch
from workflows.errors import UserProblem

MAX_FILES = 100_000
MAX_BYTES = 512 * 1024**2
_END = bytes(2 * tarfile.BLOCKSIZE)


class BadArchive(UserProblem):
    """The archive is damaged, too large, or names places outside the repository."""


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """Plain files and the symbolic links that stay inside; nothing else can be in it."""

    files: Mapping[str, File]
    links: Mapping[str, str] = field(default_factory=dict[str, str])

    def text(self, path: str) -> str | None:
        """None when there is no such file or it is not text."""
        file = self.files.get(path)
        if file is None or b"\0" in file.content[:8192]:
            return None
        return file.content.decode("utf-8", errors="replace")

    def is_leaf(self, path: str) -> bool:
        return path in self.files or path in self.links

    def is_folder(self, path: str) -> bool:
        below = f"{path}/"
        return any(known.startswith(below) for known in (*self.files, *self.links))

    def has(self, path: str) -> bool:
        return self.is_leaf(path) or self.is_folder(path)

    def with_patch(self, patch: Patch) -> Tree:
        files = dict(self.files)
        for change in patch.changes:
            if change.content is None:
                files.pop(change.path, None)
                continue
            old = files.get(change.path)
            files[change.path] = File(change.content.encode(), bool(old and old.executable))
        return Tree(files, {path: to for path, to in self.links.items() if path not in files})

    def below(self, folder: str) -> Tree:
        """That folder as if it were all; links that lead out of it are left behind."""
        if not folder:
            return self
        top = f"{folder}/"
        files = {path[len(top) :]: file for path, file in self.files.items() if path.startswith(top)}
        links = {
            path[len(top) :]: to
            for path, to in self.links.items()
            if path.startswith(top) and _stays_inside(path[len(top) :], to)
        }
        return Tree(files, links)

    def pack(self, at: str = "") -> bytes:
        """A plain tar of it for a sandbox, the same bytes for the same tree; `at` is its folder."""
        return b"".join([*self._members(at), _END])

    def _members(self, at: str) -> Iterator[bytes]:
        below = at.strip("/") + "/" if at else ""
        for path in sorted(self.files):
            file = self.files[path]
            member = tarfile.TarInfo(below + path)
            member.size, member.mode = len(file.content), 0o755 if file.executable else 0o644
            yield member.tobuf(tarfile.GNU_FORMAT, errors="surrogateescape")
            yield file.content
            yield bytes(-len(file.content) % tarfile.BLOCKSIZE)
        for path in sorted(self.links):
            member = tarfile.TarInfo(below + path)
            member.type, member.linkname, member.mode = tarfile.SYMTYPE, self.links[path], 0o777
            yield member.tobuf(tarfile.GNU_FORMAT, errors="surrogateescape")


def joined(first: bytes, second: bytes) -> bytes:
    """One archive of two that were packed."""
    return first.removesuffix(_END) + second


def unpack(archive: bytes) -> Tree:
    """The tree in a gzipped tar as GitHub makes it, with everything below one top directory."""
    files: dict[str, File] = {}
    links: dict[str, str] = {}
    unpacked = _Bounded(gzip.GzipFile(fileobj=io.BytesIO(archive)), MAX_BYTES + MAX_FILES * tarfile.BLOCKSIZE)
    try:
        with tarfile.open(fileobj=unpacked, mode="r|") as tar:
            for count, member in enumerate(tar):
                if count > MAX_FILES:
                    raise BadArchive(f"the repository has more than {MAX_FILES} files")
                path = _below_top(member.name)
                if path is None:
                    continue
                if member.issym() and _stays_inside(path, member.linkname):
                    links[path] = member.linkname
                elif member.isreg():
                    reader = tar.extractfile(member)
                    files[path] = File(reader.read() if reader else b"", bool(member.mode & 0o111))
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise BadArchive(f"the repository's archive cannot be read: {error}") from error
    return Tree(files, links)


class _Bounded(io.RawIOBase):
    """Gives no more bytes than it may, whatever a header inside claims that there are."""

    def __init__(self, source: gzip.GzipFile, most: int) -> None:
        self._source = source
        self._left = most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self._source.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(part)
        if self._left < 0:
            raise BadArchive(f"the repository is larger than {MAX_BYTES} bytes")
        return part


def _below_top(name: str) -> str | None:
    """The path in the repository. Odd names are taken as they are: only what we write must be plain."""
    path = name.partition("/")[2].rstrip("/")
    if not path:
        return None
    parts = path.split("/")
    if "\0" in path or {"", ".", "..", ".git", "git~1"} & {part.lower() for part in parts}:
        raise BadArchive(f"the repository has a file that cannot be taken: {path!r}")
    return path


def _stays_inside(path: str, target: str) -> bool:
    if target.startswith("/"):
        return False
    resolved = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return not resolved.startswith("..")
