"""Entries too long for a row: what is kept where, and what is said when it is not there any more."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.blobs import FolderBlobs, MemoryBlobs
from bot.store import store_at
from bot.store.long_rows import LONGEST, Reference
from bot.store.port import Store
from tests.contract.stores import begun, new_run
from workflows.engine.entries import Recorded, RunStarted
from workflows.engine.journal import Lease
from workflows.errors import Conflict, OperatorProblem
from workflows.ports.blobs import Blobs


@contextlib.asynccontextmanager
async def opened(path: Path, blobs: Blobs | None) -> AsyncGenerator[Store]:
    store = store_at(f"sqlite:///{path}", blobs)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def entry(size: int) -> Recorded:
    """One whose JSON has so many characters."""
    around = len(Recorded(path="p", name="n", value="").model_dump_json())
    return Recorded(path="p", name="n", value="x" * (size - around))


def kept(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as raw:
        return [row[0] for row in raw.execute("SELECT entry FROM journal ORDER BY seq")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.db"


async def test_only_what_is_longer_than_the_limit_becomes_a_blob(path: Path) -> None:
    blobs = MemoryBlobs()
    async with opened(path, blobs) as store:
        lease = await begun(store)
        written = [entry(LONGEST), entry(LONGEST + 1), entry(100)]
        await store.append("r1", 1, written, lease.fence)
        assert [row.entry for row in (await store.rows("r1"))[1:]] == written
        assert [row.seq for row in await store.rows("r1", after=2)] == [3, 4]
    [digest] = blobs.kept
    first, long, short = kept(path)[1:]
    assert (first, short) == (written[0].model_dump_json(), written[2].model_dump_json())
    assert long == Reference(digest=digest, bytes=LONGEST + 1).model_dump_json()


async def test_length_is_counted_in_characters_and_kept_in_bytes(path: Path) -> None:
    blobs = MemoryBlobs()
    async with opened(path, blobs) as store:
        lease = await begun(store)
        written = Recorded(path="p", name="n", value="\u0000 \U0001f940 é" * LONGEST)
        await store.append("r1", 1, [written], lease.fence)
        assert (await store.rows("r1"))[1].entry == written
    [(digest, content)] = blobs.kept.items()
    assert Reference.model_validate_json(kept(path)[1]) == Reference(digest=digest, bytes=len(content))


async def test_what_a_run_was_started_with_may_be_long_too(path: Path) -> None:
    new = new_run()
    started = RunStarted(workflow="fix", definition="abc", release="1", input="x" * LONGEST)
    async with opened(path, MemoryBlobs()) as store:
        run, is_new = await store.create_run(new.model_copy(update={"started": started}))
        assert is_new
        assert run.definition == "abc"
        assert (await store.rows("r1"))[0].entry == started
    assert len(kept(path)[0]) < 200


async def test_without_blobs_every_row_is_in_the_database(path: Path) -> None:
    async with opened(path, None) as store:
        lease = await begun(store)
        await store.append("r1", 1, [entry(LONGEST * 2)], lease.fence)
        assert (await store.rows("r1"))[1].entry == entry(LONGEST * 2)


async def test_the_blob_is_there_before_the_row_is(path: Path) -> None:
    class Watched(MemoryBlobs):
        async def put(self, content: bytes) -> str:
            assert len(kept(path)) == 1
            return await super().put(content)

    blobs = Watched()
    async with opened(path, blobs) as store:
        lease = await begun(store)
        await store.append("r1", 1, [entry(LONGEST + 1)], lease.fence)
    assert len(blobs.kept) == 1


async def test_an_append_that_is_refused_is_refused_as_ever(path: Path) -> None:
    async with opened(path, MemoryBlobs()) as store:
        lease = await begun(store)
        with pytest.raises(Conflict):
            await store.append("r1", 0, [entry(LONGEST + 1)], lease.fence)
        assert len(await store.rows("r1")) == 1


async def in_a_folder(store: Store, folder: Path) -> tuple[Lease, Path]:
    """A run with one long row, and the file that it is in."""
    lease = await begun(store)
    await store.append("r1", 1, [entry(LONGEST + 1)], lease.fence)
    [file] = [found for found in folder.rglob("*") if found.is_file()]
    return lease, file


async def test_a_missing_blob_says_which_row_and_what_to_do_and_loses_nothing(path: Path) -> None:
    folder = path.parent / "blobs"
    async with opened(path, FolderBlobs(folder)) as store:
        lease, file = await in_a_folder(store, folder)
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(OperatorProblem) as caught:
            await store.rows("r1")
        assert caught.value.sentence == (
            f"row 2 of run r1 is in the blob {file.name}, which is missing: bring the blobs back from a "
            "backup that was taken with this store, or cancel the run"
        )
        await store.append("r1", 2, [entry(100)], lease.fence)
        file.write_bytes(content)
        assert [row.entry for row in (await store.rows("r1"))[1:]] == [entry(LONGEST + 1), entry(100)]


async def test_a_damaged_blob_says_so_and_is_not_believed(path: Path) -> None:
    folder = path.parent / "blobs"
    async with opened(path, FolderBlobs(folder)) as store:
        _, file = await in_a_folder(store, folder)
        file.write_text(entry(LONGEST + 2).model_dump_json())
        with pytest.raises(OperatorProblem) as caught:
            await store.rows("r1")
    assert caught.value.sentence == (
        f"row 2 of run r1 is in the blob {file.name}, which is damaged: bring the blobs back from a backup "
        "that was taken with this store, or cancel the run"
    )


async def test_a_blob_that_cannot_be_read_says_what_to_do(path: Path) -> None:
    folder = path.parent / "blobs"
    async with opened(path, FolderBlobs(folder)) as store:
        _, file = await in_a_folder(store, folder)
        file.unlink()
        file.mkdir()
        with pytest.raises(OperatorProblem, match=f"cannot read blob {file.name[:12]} in {folder}: Is a dir"):
            await store.rows("r1")


async def test_a_store_that_is_opened_without_its_blobs_says_so(path: Path) -> None:
    folder = path.parent / "blobs"
    async with opened(path, FolderBlobs(folder)) as store:
        await in_a_folder(store, folder)
    async with opened(path, None) as store:
        with pytest.raises(OperatorProblem, match=r"row 2 of run r1 is in the blob .* opened without"):
            await store.rows("r1")


async def test_a_reference_of_a_newer_release_is_a_sentence(path: Path) -> None:
    async with opened(path, MemoryBlobs()) as store:
        await begun(store)
        with contextlib.closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("INSERT INTO journal VALUES ('r1', 2, 0, ?)", ('{"kind":"blob","bucket":"b"}',))
        with pytest.raises(OperatorProblem, match=r"row 2 of run r1 \('blob'\) was written by a newer"):
            await store.rows("r1")


async def test_a_long_row_of_a_newer_release_is_a_sentence(path: Path) -> None:
    content = b'{"kind":"step.dreamt"}'
    reference = Reference(digest=hashlib.sha256(content).hexdigest(), bytes=len(content))
    blobs = MemoryBlobs()
    await blobs.put(content)
    async with opened(path, blobs) as store:
        await begun(store)
        with contextlib.closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("INSERT INTO journal VALUES ('r1', 2, 0, ?)", (reference.model_dump_json(),))
        with pytest.raises(OperatorProblem, match=r"row 2 .* \('step.dreamt'\) was written by a newer"):
            await store.rows("r1")


async def test_a_folder_that_cannot_be_written_refuses_the_long_row_only(path: Path) -> None:
    folder = path.parent / "blobs"
    folder.write_text("not a folder")
    async with opened(path, FolderBlobs(folder)) as store:
        lease = await begun(store)
        with pytest.raises(OperatorProblem, match="a long row could not be kept: cannot write to"):
            await store.append("r1", 1, [entry(100), entry(LONGEST + 1)], lease.fence)
        assert len(await store.rows("r1")) == 1
        await store.append("r1", 1, [entry(100)], lease.fence)
