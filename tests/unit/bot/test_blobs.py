"""Blobs: kept by what they are, whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from bot.blobs import FolderBlobs, MemoryBlobs
from workflows.errors import Gone, OperatorProblem
from workflows.ports.blobs import Blobs


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return FolderBlobs(tmp_path / "blobs") if request.param == "folder" else MemoryBlobs()


@pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256)) * 1000])
async def test_a_blob_is_named_by_its_digest_and_read_back(blobs: Blobs, content: bytes) -> None:
    digest = await blobs.put(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert await blobs.get(digest) == content


async def test_the_same_content_is_kept_once(blobs: Blobs) -> None:
    assert len({await blobs.put(b"x") for _ in range(3)}) == 1


async def test_what_is_not_here_is_gone(blobs: Blobs) -> None:
    with pytest.raises(Gone, match="blob 000000000000 is not"):
        await blobs.get("0" * 64)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "a" * 63, "a" * 62 + "/x", "/" * 64, "." * 64, "~" * 64]
)
async def test_what_is_no_name_of_a_blob_reaches_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(Gone, match="is not the name of a blob"):
        await FolderBlobs(tmp_path).get(name)


async def test_many_at_once_leave_whole_blobs_and_nothing_else(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    digests = await asyncio.gather(*(blobs.put(b"x" * 100_000) for _ in range(20)))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [digests[0]]


async def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OperatorProblem, match=r"cannot write to .*file/blobs: "):
        await FolderBlobs(tmp_path / "file" / "blobs").put(b"x")


async def test_a_blob_of_another_process_is_found(tmp_path: Path) -> None:
    digest = await FolderBlobs(tmp_path).put(b"x")
    assert await FolderBlobs(tmp_path).get(digest) == b"x"


async def test_every_folder_that_had_to_be_made_is_durable_before_the_name_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # More than ext4 needs, which syncs a folder together with those above it: others need not.
    synced: set[str] = set()
    sync = os.fsync

    def noted(opened: int) -> None:
        sync(opened)
        synced.add(str(Path(f"/proc/self/fd/{opened}").readlink()))

    monkeypatch.setattr(os, "fsync", noted)
    digest = await FolderBlobs(tmp_path / "data" / "blobs").put(b"x")
    data = tmp_path / "data"
    folders = {tmp_path, data, data / "blobs", data / "blobs" / digest[:2]}
    assert synced >= {str(folder) for folder in folders}
