"""A file that is no whole backup of ours is refused, and nothing is written."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.store.maintenance.backup import backup
from bot.store.maintenance.check import check
from bot.store.maintenance.restore import restore
from tests.unit.store.stocked import Stocked, stock
from workflows.errors import OperatorProblem

Parts = list[tuple[tarfile.TarInfo, bytes]]


@dataclass
class Taken:
    """A backup, opened up."""

    file: Path
    new: Stocked

    def parts(self) -> Parts:
        with tarfile.open(self.file) as tar:
            found = [(member, tar.extractfile(member)) for member in tar]
            return [(member, file.read()) for member, file in found if file is not None]

    def write(self, parts: Parts) -> None:
        with tarfile.open(self.file, "w:gz", format=tarfile.PAX_FORMAT) as tar:
            for member, content in parts:
                if member.isreg():
                    member.size = len(content)
                tar.addfile(member, io.BytesIO(content))

    def restore(self) -> None:
        restore(self.new.place, self.new.blobs, self.file)

    def refused(self, said: str) -> None:
        with pytest.raises(OperatorProblem, match=said):
            self.restore()
        assert not self.new.folder.exists()
        assert not Path(self.new.place.name).exists()


@pytest.fixture
async def taken(tmp_path: Path) -> Taken:
    there = Stocked(f"sqlite:///{tmp_path}/x.db", tmp_path / "blobs")
    await stock(there)
    backup(there.place, there.blobs, tmp_path / "b.tar.gz")
    return Taken(tmp_path / "b.tar.gz", Stocked(f"sqlite:///{tmp_path}/new.db", tmp_path / "new"))


def manifest(parts: Parts, change: Callable[[dict[str, Any]], None]) -> Parts:
    head = json.loads(parts[0][1])
    change(head)
    return [(parts[0][0], json.dumps(head).encode()), *parts[1:]]


def of(name: str, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    return member, content


async def test_one_that_was_unpacked_and_packed_again_is_still_whole(taken: Taken) -> None:
    taken.write(taken.parts())
    taken.restore()
    assert check(taken.new.place, taken.new.blobs).runs == 5


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
async def test_one_that_is_cut_short_is_refused(taken: Taken, share: float) -> None:
    whole = taken.file.read_bytes()
    taken.file.write_bytes(whole[: int(len(whole) * share)])
    taken.refused(r"b\.tar\.gz is not a whole backup .*: nothing was restored; take another one")


async def test_one_with_a_changed_byte_is_refused_wherever_that_is(taken: Taken) -> None:
    whole = taken.file.read_bytes()
    for at in range(10, len(whole), max(1, len(whole) // 60)):
        changed = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        if unpacked(changed) == unpacked(whole):
            continue  # some bits of gzip mean nothing
        taken.file.write_bytes(changed)
        taken.refused("is not a whole backup|is not a backup of redfirst")


def unpacked(content: bytes) -> bytes | None:
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return None


@pytest.mark.parametrize(
    "content",
    [b"my notes", b"", gzip.compress(b"my notes" * 1000, mtime=0), b"\x1f\x8b"],
    ids=["text", "nothing", "gzip", "the first two bytes"],
)
async def test_what_is_no_backup_is_refused(taken: Taken, content: bytes) -> None:
    taken.file.write_bytes(content)
    taken.refused("is not a whole backup")


async def test_a_file_that_is_not_there_says_so(taken: Taken) -> None:
    taken.file.unlink()
    taken.refused("cannot read the backup .*: there is no such file")


async def test_changed_rows_with_their_old_digest_are_refused(taken: Taken) -> None:
    parts = taken.parts()
    changed = [
        (member, content.replace(b"octo/reds#1", b"octo/reds#9") if "runs" in member.name else content)
        for member, content in parts
    ]
    assert changed != parts
    taken.write(changed)
    taken.refused(r"tables/runs\.jsonl is not what it was")


async def test_a_changed_blob_is_refused(taken: Taken) -> None:
    parts = taken.parts()
    taken.write([(m, c[::-1] if m.name.startswith("blobs/") else c) for m, c in parts])
    taken.refused("is not what it was")


@pytest.mark.parametrize("name", ["blobs/../../../etc/cron.d/x", "/etc/passwd", "tables/other.jsonl"])
async def test_a_file_that_the_manifest_does_not_name_is_refused(taken: Taken, name: str) -> None:
    taken.write([*taken.parts(), of(name, b"x")])
    taken.refused("there is more in it than its manifest names")


async def test_a_blob_that_is_called_a_path_is_refused(taken: Taken) -> None:
    def change(head: dict[str, Any]) -> None:
        head["blobs"][0]["digest"] = "../" * 20 + "etc/x"

    taken.write(manifest(taken.parts(), change))
    taken.refused("is not a backup of redfirst, or is damaged")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])
async def test_a_member_that_is_no_plain_file_is_refused(taken: Taken, kind: bytes) -> None:
    parts = taken.parts()
    link = tarfile.TarInfo(parts[1][0].name)
    link.type, link.linkname = kind, "/etc/passwd"
    taken.write([parts[0], (link, b""), *parts[2:]])
    taken.refused("is missing, or is no plain file")


async def test_an_extended_header_without_end_is_not_read(taken: Taken) -> None:
    parts = taken.parts()
    parts[0][0].pax_headers = {"comment": "x" * 10_000}
    taken.write(parts)
    taken.refused("manifest.json is missing, or is no plain file")


async def test_a_manifest_of_a_terabyte_is_refused_by_its_size(taken: Taken) -> None:
    head = tarfile.TarInfo("manifest.json")
    head.size = 1024**4
    taken.file.write_bytes(gzip.compress(head.tobuf(tarfile.GNU_FORMAT) + bytes(10_000)))
    taken.refused("its manifest is too large")


async def test_a_member_of_another_size_than_the_manifest_says_is_refused(taken: Taken) -> None:
    def change(head: dict[str, Any]) -> None:
        head["blobs"][0]["bytes"] = 1024**4

    taken.write(manifest(taken.parts(), change))
    taken.refused("has another size than it should")


def retable(table: str, content: bytes, rows: int) -> Callable[[Parts], Parts]:
    """A table with other lines, and a manifest that says that this is right."""

    def change(head: dict[str, Any]) -> None:
        [part] = [part for part in head["tables"] if part["table"] == table]
        part.update(bytes=len(content), rows=rows, digest=hashlib.sha256(content).hexdigest())

    def of_parts(parts: Parts) -> Parts:
        swapped = [(m, content if m.name == f"tables/{table}.jsonl" else c) for m, c in parts]
        return manifest(swapped, change)

    return of_parts


@pytest.mark.parametrize(
    ("content", "rows", "said"),
    [
        (b"[1, 2]\n", 1, "a line of triggers is no row of it"),
        (b"nonsense\n", 1, "a line of triggers is no row of it"),
        (b'["done", 5]\n', 1, "a line of triggers is no row of it"),
        (b'["done", "{}"]', 1, "a line of triggers is no row of it"),
        (b'["done", "{}"]\n', 2, "it has 1 rows of triggers, and should have 2"),
        (b'["done", "\xff"]\n', 1, "a line of triggers is no row of it"),
    ],
)
async def test_lines_that_are_no_rows_are_refused(taken: Taken, content: bytes, rows: int, said: str) -> None:
    taken.write(retable("triggers", content, rows)(taken.parts()))
    taken.refused(said)


async def test_a_row_of_a_run_that_is_not_there_leaves_the_store_empty(taken: Taken) -> None:
    taken.write(retable("triggers", b'["nobody", "{}"]\n', 1)(taken.parts()))
    with pytest.raises(OperatorProblem, match="a row of triggers in the backup cannot be kept by this"):
        taken.restore()
    with taken.new.place.snapshot() as connection:
        assert connection.exec_driver_sql("SELECT name FROM sqlite_master").all() == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"format": 2}, r"was made by a newer release of redfirst \(\d.*\): upgrade this one first"),
        ({"revision": "9999"}, "is of schema 9999 and of release .*: upgrade this one first"),
        ({"revision": "0000"}, "there is no schema 0000"),
        ({"revision": "../x"}, "is not a backup of redfirst"),
        ({"tables": []}, "it has other tables than a store of its schema"),
    ],
)
async def test_what_this_release_does_not_know_is_refused(
    taken: Taken, values: dict[str, Any], said: str
) -> None:
    parts = manifest(taken.parts(), lambda head: head.update(values))
    if values.get("tables") == []:
        parts = [(m, c) for m, c in parts if not m.name.startswith("tables/")]
    taken.write(parts)
    taken.refused(said)


async def test_other_columns_than_those_of_the_schema_are_refused(taken: Taken) -> None:
    def change(head: dict[str, Any]) -> None:
        head["tables"][0]["columns"][0] = "other"

    taken.write(manifest(taken.parts(), change))
    taken.refused("has other columns than in its schema")
