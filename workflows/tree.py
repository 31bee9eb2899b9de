"""The files of one commit, in memory: read from an archive as data, never unpacked on the host."""

from __future__ import annotations

import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policies.patch import Patch, safe_path
from workflows.errors import UserProblem

MAX_FILES = 100_000
MAX_BYTES = 512 * 1024**2
MAX_FILE = 64 * 1024**2


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

    def pack(self) -> bytes:
        """A plain tar of it for a sandbox, the same bytes for the same tree."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for path in sorted(self.files):
                file = self.files[path]
                member = tarfile.TarInfo(path)
                member.size, member.mode = len(file.content), 0o755 if file.executable else 0o644
                tar.addfile(member, io.BytesIO(file.content))
            for path in sorted(self.links):
                member = tarfile.TarInfo(path)
                member.type, member.linkname, member.mode = tarfile.SYMTYPE, self.links[path], 0o777
                tar.addfile(member)
        return packed.getvalue()


def unpack(archive: bytes) -> Tree:
    """The tree in a gzipped tar as GitHub makes it, with everything below one top directory."""
    files: dict[str, File] = {}
    links: dict[str, str] = {}
    total = 0
    try:
        for member, content in _members(archive):
            path = _below_top(member.name)
            if path is None:
                continue
            if member.issym():
                if _stays_inside(path, member.linkname):
                    links[path] = member.linkname
                continue
            total += len(content)
            if total > MAX_BYTES or len(files) >= MAX_FILES:
                raise BadArchive(f"the repository is larger than {MAX_FILES} files or {MAX_BYTES} bytes")
            files[path] = File(content, bool(member.mode & 0o111))
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise BadArchive(f"the repository's archive cannot be read: {error}") from error
    return Tree(files, links)


def _members(archive: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r|gz") as tar:
        for member in tar:
            if member.issym():
                yield member, b""
            elif member.isreg():
                if member.size > MAX_FILE:
                    raise BadArchive(f"{member.name} is larger than {MAX_FILE} bytes")
                reader = tar.extractfile(member)
                yield member, reader.read() if reader else b""


def _below_top(name: str) -> str | None:
    _, _, path = name.partition("/")
    if not path:
        return None
    try:
        return safe_path(path)
    except ValueError as error:
        raise BadArchive(f"the repository has a file that cannot be taken: {error}") from error


def _stays_inside(path: str, target: str) -> bool:
    if target.startswith("/"):
        return False
    resolved = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return not resolved.startswith("..")
