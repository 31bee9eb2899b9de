"""A whole store as one file, taken at one moment while the bot goes on."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa

from bot.release import release
from bot.store.maintenance import manifest as manifests
from bot.store.maintenance.archive import Writer
from bot.store.maintenance.digests import Folder, all_needed_by, names_of
from bot.store.maintenance.disk import refuse_existing, told, whole_file
from bot.store.maintenance.lines import line
from bot.store.maintenance.manifest import BlobPart, Manifest, TablePart
from bot.store.maintenance.place import Place, each
from bot.store.maintenance.revisions import revision_of, tables_at

_CHUNK = 1024**2


class _Named:
    """The blobs that the rows name, as they go by."""

    def __init__(self, blobs: Folder) -> None:
        self.all: set[str] = set()
        self.needed: set[str] = set()
        self._blobs = blobs

    def by(self, row: Sequence[Any]) -> None:
        for value in row:
            if isinstance(value, str) and (names := names_of(value, self._blobs)):
                self.all |= names
                self.needed |= all_needed_by(value, self._blobs)


@dataclass(frozen=True, slots=True)
class _Spool:
    """A table's lines, on the disk until their number and digest are known."""

    part: TablePart
    file: BinaryIO

    def chunks(self) -> Iterator[bytes]:
        self.file.seek(0)
        while chunk := self.file.read(_CHUNK):
            yield chunk


def backup(place: Place, blobs: Folder, to: Path, *, force: bool = False) -> Manifest:
    """Writes the file, or leaves nothing behind."""
    place.need()
    now = datetime.now(UTC)
    with told(f"cannot write the backup {to}"), contextlib.ExitStack() as stack:
        refuse_existing(to, force=force)
        with place.snapshot() as connection:
            revision = revision_of(connection, place.name)
            named = _Named(blobs)
            spools = [
                _spooled(connection, table, named, stack.enter_context(_nameless(to.parent)))
                for table in tables_at(revision).sorted_tables
            ]
        # After the rows: a blob is there before the row that names it.
        found = _found(blobs, named.all)
        made = Manifest(
            format=manifests.FORMAT,
            release=release(),
            revision=revision,
            made_at=now,
            made_of=place.kind,
            blobs=found,
            missing_blobs=tuple(sorted(named.needed - {blob.digest for blob in found})),
            tables=tuple(spool.part for spool in spools),
        )
        with whole_file(to, force=force) as file:
            _write(Writer(file, int(now.timestamp())), made, spools, blobs)
    return made


def _write(writer: Writer, made: Manifest, spools: list[_Spool], blobs: Folder) -> None:
    head = made.model_dump_json(indent=1).encode()
    writer.add(manifests.NAME, len(head), [head])
    # Blobs first, so that a restore has each before a row that names it.
    for blob in made.blobs:
        writer.add(blob.member, blob.bytes, blobs.chunks(blob.digest))
    for spool in spools:
        writer.add(spool.part.member, spool.part.bytes, spool.chunks())
    writer.close()


@contextlib.contextmanager
def _nameless(folder: Path) -> Generator[BinaryIO]:
    """Beside the backup, where there has to be room anyway; gone with this process, however it ends."""
    with tempfile.TemporaryFile(dir=folder) as file:
        yield file


def _spooled(connection: sa.Connection, table: sa.Table, named: _Named, file: BinaryIO) -> _Spool:
    seen = hashlib.sha256()
    rows = size = 0
    query = sa.select(*table.columns).order_by(*table.primary_key.columns)
    for row in each(connection, query):
        written = line(row)
        seen.update(written)
        file.write(written)
        rows += 1
        size += len(written)
        named.by(row)
    file.flush()
    columns = tuple(column.name for column in table.columns)
    part = TablePart(table=table.name, columns=columns, rows=rows, bytes=size, digest=seen.hexdigest())
    return _Spool(part, file)


def _found(blobs: Folder, names: set[str]) -> tuple[BlobPart, ...]:
    """One that is damaged would make the whole backup one, and is left out."""
    sizes = ((name, blobs.size(name)) for name in sorted(names))
    return tuple(
        BlobPart(digest=name, bytes=size) for name, size in sizes if size is not None and blobs.is_whole(name)
    )
