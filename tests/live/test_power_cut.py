"""The power goes while the stores are written to: what was acknowledged is there when it is back.

Beside each promise is a control, in which the same cut does lose what was acknowledged, because nobody synced
it. Without these a cut that cuts nothing would pass for a store that keeps everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import random
import time
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest

from bot.blobs import FolderBlobs
from bot.store import store_at
from bot.store.port import Store
from tests.services import old_store
from tests.services.keeper import Keeper, new_keeper
from tests.services.power import Disk, new_disk
from tests.services.promises import Promises
from tests.services.stores_on_disk import SqliteOnDisk, StoreOnDisk, postgres_on
from workflows.errors import OperatorProblem

# More of them, to be surer: make power-cuts.
CUTS = int(os.environ.get("REDFIRST_POWER_CUTS", "4"))

both_kinds = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@pytest.fixture
def disk() -> Generator[Disk]:
    with new_disk() as made:
        yield made


@pytest.fixture
async def keeper(tmp_path: Path) -> AsyncGenerator[Keeper]:
    async with new_keeper(tmp_path / "log") as made:
        yield made


@contextlib.contextmanager
def stores_on(disk: Disk, kind: str, *, careless: bool = False) -> Generator[StoreOnDisk]:
    if kind == "sqlite":
        yield SqliteOnDisk(disk, careless)
    else:
        with postgres_on(disk, careless) as made:
            yield made


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Store]:
    store = store_at(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def cut(disk: Disk, keeper: Keeper, promises: Promises) -> bool:
    """Whether the store had been opened by then."""
    moment = disk.cut()
    await keeper.end()
    keeper.note(promises, by=moment)
    return keeper.had_opened(by=moment)


async def all_is_there(stores: StoreOnDisk, url: str, promises: Promises) -> None:
    async with opened(url) as store:
        assert await promises.broken(store) == []
        await promises.go_on(store)
    stores.check(url)


# --- the disk itself ---


def test_what_was_synced_survives_a_cut_and_what_was_not_is_gone(disk: Disk) -> None:
    kept = disk.at / "kept"
    with kept.open("wb") as file:
        file.write(b"before")
        file.flush()
        os.fsync(file.fileno())
        (disk.at / "unsynced").write_bytes(b"x" * 10_000)
        file.write(b" and after")
    disk.cut()
    with pytest.raises(OSError, match="Input/output error"):
        (disk.at / "late").touch()
    disk.back_up()
    assert kept.read_bytes() == b"before"
    assert {path.name for path in disk.at.iterdir()} == {"kept", "lost+found"}


def test_of_what_was_not_synced_a_part_can_survive_a_cut_all_the_same(disk: Disk) -> None:
    kept = disk.at / "kept"
    pages = 200
    with kept.open("wb") as file:
        file.write(b"old." * 1024 * pages)
        file.flush()
        os.fsync(file.fileno())
    # Read from the disk again, so that the kernel does not hold it as one piece.
    disk.back_up()
    with kept.open("r+b", buffering=0) as file:
        for _ in range(pages):
            file.write(b"new." * 1024)
    disk.write_back_some(since=0)
    disk.cut()
    disk.back_up()
    found = kept.read_bytes()
    old, new = found.count(b"old." * 1024), found.count(b"new." * 1024)
    assert old + new == pages
    assert old
    assert new


# --- stores ---


@both_kinds
async def test_a_store_keeps_all_that_it_acknowledged(disk: Disk, keeper: Keeper, kind: str) -> None:
    promises = Promises()
    with stores_on(disk, kind) as stores:
        url = stores.new("store")
        for number in range(CUTS):
            began = time.time()
            await keeper.begin(url, f"k{number}", stores.how)
            await keeper.has_said(random.randrange(2, 1000))
            if random.random() < 0.5:
                stores.stir()
            await asyncio.sleep(random.random() * 0.02)
            if random.random() < 0.5:
                disk.write_back_some(began)
            await cut(disk, keeper, promises)
            stores.back_up()
            await all_is_there(stores, url, promises)
    print(f"{len(promises)} promises kept over {CUTS} cuts")


@both_kinds
async def test_a_store_that_does_not_sync_loses_what_it_acknowledged(
    disk: Disk, keeper: Keeper, kind: str
) -> None:
    promises = Promises()
    with stores_on(disk, kind, careless=True) as stores:
        url = stores.new("store")
        # An empty store is there for sure.
        disk.sync()
        await keeper.begin(url, "k", stores.how)
        await keeper.has_said(200)
        await cut(disk, keeper, promises)
        stores.back_up()
        async with opened(url) as store:
            lost = await promises.broken(store)
    assert lost


@both_kinds
async def test_the_first_start_may_be_cut_at_any_moment(disk: Disk, keeper: Keeper, kind: str) -> None:
    with stores_on(disk, kind) as stores:
        await cut_starts(disk, keeper, stores, lambda url, promises: None)


@both_kinds
async def test_the_first_start_after_an_upgrade_may_be_cut_at_any_moment(
    disk: Disk, keeper: Keeper, kind: str
) -> None:
    with stores_on(disk, kind) as stores:
        await cut_starts(disk, keeper, stores, old_store.fill)


async def cut_starts(
    disk: Disk, keeper: Keeper, stores: StoreOnDisk, fill: Callable[[str, Promises], None]
) -> None:
    """The first one as soon as it acknowledged something; how long that took tells when to cut the others."""
    within = 0.0
    early = tries = 0
    while early < CUTS // 2:
        tries += 1
        assert tries < CUTS * 10, "hardly a start was cut before it was done"
        name, promises = f"start{tries}", Promises()
        url = stores.new(name)
        fill(url, promises)
        began = time.monotonic()
        await keeper.begin(url, "k", stores.how)
        if tries == 1:
            await keeper.has_said(2)
        else:
            await asyncio.sleep(began + within * random.random() - time.monotonic())
        passed = time.monotonic() - began
        if await cut(disk, keeper, promises):
            within = passed
        else:
            early += 1
        stores.back_up()
        await all_is_there(stores, url, promises)
        stores.drop(name)
    print(f"{early} of {tries} starts were cut before they were done")


# --- blobs ---


async def test_a_blob_is_kept_whole_once_its_name_is_known(disk: Disk) -> None:
    blobs = FolderBlobs(disk.at / "data" / "blobs")
    named: list[tuple[int, str, bytes]] = []

    async def put() -> None:
        with contextlib.suppress(OperatorProblem):
            while True:
                content = random.randbytes(random.randrange(100_000))
                digest = await blobs.put(content)
                named.append((time.monotonic_ns(), digest, content))

    for _ in range(CUTS):
        enough = len(named) + random.randrange(1, 50)
        putting = [asyncio.create_task(put()) for _ in range(4)]
        while len(named) < enough:
            await asyncio.sleep(0.001)
        await asyncio.sleep(random.random() * 0.01)
        moment = disk.cut()
        await asyncio.gather(*putting)
        disk.back_up()
        named = [each for each in named if each[0] < moment]
        for _, digest, content in named:
            assert await blobs.get(digest) == content
        for path in (disk.at / "data" / "blobs").rglob("?" * 64):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    print(f"{len(named)} blobs kept over {CUTS} cuts")


async def test_a_blob_is_kept_that_was_put_before_by_somebody_who_was_killed_too_early(disk: Disk) -> None:
    blobs = FolderBlobs(disk.at)
    path = blobs.path(hashlib.sha256(b"x").hexdigest())
    path.parent.mkdir()
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(b"x")
        file.flush()
        os.fsync(file.fileno())
    # What would have come next is to sync the folder.
    part.rename(path)
    digest = await blobs.put(b"x")
    disk.cut()
    disk.back_up()
    assert await blobs.get(digest) == b"x"
