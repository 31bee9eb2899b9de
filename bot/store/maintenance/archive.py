"""The file of a backup: a gzipped tar, written and read as a stream.

Written so that any tar can unpack it. Read by ourselves, one plain header after the other: what is in the
file was perhaps not written by us, and tar has links, long names and extended headers without end that a
backup needs none of. Whatever is not exactly what the manifest says is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from bot.store.maintenance import manifest as manifests
from bot.store.maintenance.manifest import Manifest
from workflows.errors import OperatorProblem

_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 256 * 1024

# Archives of repositories are compressed as they are; rows shrink to a fifth with the least effort, too.
_EFFORT = 3


class Damaged(OperatorProblem):
    """A file that is no backup, or not all of one, or was changed since it was written."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} is not a whole backup ({why}): nothing was restored; take another one")


class Writer:
    def __init__(self, file: BinaryIO, at: int) -> None:
        self._zipped = gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=_EFFORT, mtime=at)
        self._at = at

    def add(self, name: str, size: int, chunks: Iterable[bytes]) -> None:
        header = tarfile.TarInfo(name)
        header.size, header.mtime, header.mode = size, self._at, 0o600
        # Sizes above 8 GB are written in GNU's way.
        self._zipped.write(header.tobuf(tarfile.GNU_FORMAT))
        written = 0
        for chunk in chunks:
            written += self._zipped.write(chunk)
        if written != size:
            raise OperatorProblem(f"{name} changed while it was backed up: try again")
        self._zipped.write(bytes(-size % _BLOCK))

    def close(self) -> None:
        self._zipped.write(bytes(2 * _BLOCK))
        self._zipped.close()


class Reader:
    """From the beginning, once. Each part has to be read to its end before the next."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._zipped = gzip.GzipFile(fileobj=file, mode="rb")
        self._name = name

    def manifest(self) -> Manifest:
        size = self._header(manifests.NAME)
        if size > manifests.LARGEST:
            raise Damaged(self._name, "its manifest is too large")
        return manifests.parsed(b"".join(self._content(size)), self._name)

    def part(self, member: str, size: int, digest: str) -> Iterator[bytes]:
        """Its bytes. Whether they are the right ones is known only at the end."""
        if self._header(member) != size:
            raise Damaged(self._name, f"{member} has another size than it should")
        seen = hashlib.sha256()
        for chunk in self._content(size):
            seen.update(chunk)
            yield chunk
        if seen.hexdigest() != digest:
            raise Damaged(self._name, f"{member} is not what it was")

    def end(self) -> None:
        """The checksum of the whole stands behind the last byte."""
        # Two empty blocks, and as many more as tar fills its last record with.
        most = 2 * _BLOCK + tarfile.RECORDSIZE
        rest = self._read(most + 1, short=True)
        if len(rest) < 2 * _BLOCK:
            raise Damaged(self._name, "it is cut short")
        if any(rest) or len(rest) > most:
            raise Damaged(self._name, "there is more in it than its manifest names")

    def _header(self, member: str) -> int:
        block = self._read(_BLOCK)
        try:
            found = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise Damaged(self._name, f"{member} is missing") from error
        if found.name != member or found.type != tarfile.REGTYPE or found.size < 0:
            raise Damaged(self._name, f"{member} is missing, or is no plain file")
        return found.size

    def _content(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            chunk = self._read(min(left, _CHUNK))
            left -= len(chunk)
            yield chunk
        self._read(-size % _BLOCK)

    def _read(self, size: int, *, short: bool = False) -> bytes:
        into = io.BytesIO()
        try:
            while into.tell() < size and (chunk := self._zipped.read(size - into.tell())):
                into.write(chunk)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise Damaged(self._name, "it is cut short or damaged") from error
        if into.tell() < size and not short:
            raise Damaged(self._name, "it is cut short")
        return into.getvalue()
