"""A backup into an empty store, of either database: all of it or nothing."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError

from bot.durable import make_folder, sync_folder
from bot.store import migrations
from bot.store.maintenance.archive import Damaged, Reader
from bot.store.maintenance.digests import Folder
from bot.store.maintenance.disk import told
from bot.store.maintenance.lines import Reader as Lines
from bot.store.maintenance.manifest import BlobPart, Manifest, TablePart
from bot.store.maintenance.place import Place
from bot.store.maintenance.revisions import drop, is_known, revision_or_none, tables_at
from bot.store.schema import RUNS
from workflows.errors import OperatorProblem

_ROWS_AT_ONCE = 200
_BYTES_AT_ONCE = 4 * 1024**2


def restore(place: Place, blobs: Folder, source: Path) -> Manifest:
    """Read twice: to the end before anything is written, and again to write it.

    Killed in between, it leaves an empty store, and blobs that a second attempt finds in their places.
    """
    with told(f"cannot read the backup {source}"):
        file = source.open("rb")
    with file:
        manifest = _looked_through(file, source.name)
        _need_room(blobs.path, manifest)
        place.make()
        with place.change() as connection:
            _emptied(connection, place, manifest.revision)
            file.seek(0)
            with told(f"cannot write the blobs to {blobs.path}"):
                _all_of(Reader(file, source.name), manifest, source.name, _Into(connection, blobs))
            tables = tables_at(manifest.revision).sorted_tables
            place.count_on(connection, tables)
            # Whoever held a run was another process, on what was another store. The fences keep it out.
            connection.execute(sa.update(RUNS).values(lease_until=0))
            if manifest.revision != migrations.HEAD:
                migrations.bring(connection, migrations.HEAD)
    return manifest


class _Sink(Protocol):
    def blob(self, part: BlobPart, chunks: Iterable[bytes], /) -> None: ...

    def rows(self, table: sa.Table, rows: Iterable[dict[str, Any]], /) -> int:
        """How many."""
        ...


class _Nowhere:
    """For looking through: every digest and every row is checked on the way."""

    def blob(self, _: BlobPart, chunks: Iterable[bytes]) -> None:
        for _chunk in chunks:
            pass

    def rows(self, _: sa.Table, rows: Iterable[dict[str, Any]]) -> int:
        return sum(1 for _row in rows)


class _Into:
    def __init__(self, connection: sa.Connection, blobs: Folder) -> None:
        self._connection = connection
        self._blobs = blobs

    def blob(self, part: BlobPart, chunks: Iterable[bytes]) -> None:
        if self._blobs.size(part.digest) == part.bytes and self._blobs.is_whole(part.digest):
            _Nowhere().blob(part, chunks)
        else:
            _put(self._blobs.at(part.digest), chunks)

    def rows(self, table: sa.Table, rows: Iterable[dict[str, Any]]) -> int:
        written = 0
        for some in _batches(rows):
            try:
                self._connection.execute(sa.insert(table), some)
            except (IntegrityError, DataError) as error:
                raise OperatorProblem(
                    f"a row of {table.name} in the backup cannot be kept by this database, nothing was "
                    f"restored: {error.orig}"
                ) from error
            written += len(some)
        return written


def _looked_through(file: BinaryIO, name: str) -> Manifest:
    with told(f"cannot read the backup {name}"):
        reader = Reader(file, name)
        manifest = reader.manifest()
        if manifest.revision > migrations.HEAD:
            raise OperatorProblem(
                f"{name} is of schema {manifest.revision} and of release {manifest.release}, this release "
                f"knows {migrations.HEAD}: upgrade this one first"
            )
        if not is_known(manifest.revision):
            raise Damaged(name, f"there is no schema {manifest.revision}")
        file.seek(0)
        _all_of(Reader(file, name), manifest, name, _Nowhere())
        return manifest


def _all_of(reader: Reader, manifest: Manifest, name: str, into: _Sink) -> None:
    if reader.manifest() != manifest:
        raise Damaged(name, "it changed while it was read")
    for blob in manifest.blobs:
        into.blob(blob, reader.part(blob.member, blob.bytes, blob.digest))
    tables = tables_at(manifest.revision)
    if sorted(part.table for part in manifest.tables) != sorted(tables.tables):
        raise Damaged(name, "it has other tables than a store of its schema")
    for part in manifest.tables:
        chunks = reader.part(part.member, part.bytes, part.digest)
        try:
            rows = into.rows(tables.tables[part.table], _lines(part, tables, name).rows(chunks))
        except ValueError as error:
            raise Damaged(name, f"a line of {part.table} is no row of it") from error
        if rows != part.rows:
            raise Damaged(name, f"it has {rows} rows of {part.table}, and should have {part.rows}")
    reader.end()


def _lines(part: TablePart, tables: sa.MetaData, name: str) -> Lines:
    table = tables.tables[part.table]
    if sorted(part.columns) != sorted(column.name for column in table.columns):
        raise Damaged(name, f"{part.table} has other columns than in its schema")
    return Lines(table, part.columns)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    some: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        some.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str | bytes))
        if len(some) == _ROWS_AT_ONCE or size > _BYTES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _emptied(connection: sa.Connection, place: Place, revision: str) -> None:
    """The tables as they were when the backup was made, with nothing in them and for us alone."""
    found = revision_or_none(connection, place.name)
    if found is not None:
        tables = tables_at(found).sorted_tables
        place.alone(connection, tables)
        for table in tables:
            if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
                raise OperatorProblem(
                    f"the store {place.name} is not empty ({table.name}): a backup is restored into an empty "
                    "one only. Stop the bot, move the old store away or name a new one with "
                    "REDFIRST_DATA_DIR or REDFIRST_DATABASE_URL, and try again"
                )
        if found == revision:
            return
        drop(connection, found)
    migrations.bring(connection, revision)


def _put(path: Path, chunks: Iterable[bytes]) -> None:
    make_folder(path.parent)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)
    sync_folder(path.parent.parent)


def _need_room(folder: Path, manifest: Manifest) -> None:
    """Known before the disk is full of half a store."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free, wanted = shutil.disk_usage(there).free, sum(blob.bytes for blob in manifest.blobs)
    if wanted > free:
        raise OperatorProblem(
            f"the blobs of the backup need {wanted / 1024**2:.0f} MB and {there} has {free / 1024**2:.0f} "
            "MB: make room, and try again"
        )
