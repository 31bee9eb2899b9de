"""A store on a disk that fills up and gets room again. Run as a program, in a namespace where such a disk is.

Says in JSON what it was told while there was no room, and what was acknowledged; whoever started it judges.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sqlite3
import sys
from pathlib import Path

from pydantic import BaseModel

from bot.blobs import FolderBlobs
from bot.store import store_at
from bot.store.long_rows import LONGEST
from bot.store.port import NewDelivery, Store
from tests.contract.stores import begun
from workflows.engine.entries import Recorded
from workflows.engine.journal import Lease
from workflows.errors import OperatorProblem

RESERVE = 256 * 1024


class Told(BaseModel):
    full_append: str = ""
    full_delivery: str = ""
    full_together: list[str] = []
    """Of several that write at once; empty where it was acknowledged."""
    full_blob: str = ""
    full_open: str = ""
    parts_left: list[str] = []
    acknowledged: list[str] = []
    """Names of the rows."""
    kept: list[str] = []
    deliveries_acknowledged: int = 0
    deliveries_kept: int = 0
    integrity: str = ""


class Disk:
    def __init__(self, at: Path) -> None:
        self.at = at
        self._ballast = at / "ballast"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass

    def give_room(self) -> None:
        self._ballast.unlink()

    def leave(self, room: int) -> None:
        self.fill()
        os.truncate(self._ballast, self._ballast.stat().st_size - room)


class Writer:
    def __init__(self, store: Store, lease: Lease, told: Told) -> None:
        self._store, self._lease, self._told = store, lease, told

    async def append(self, name: str, size: int) -> str:
        """What was said, when it was refused."""
        after = 1 + len(self._told.acknowledged)
        entry = Recorded(path="p", name=name, value="x" * size)
        try:
            await self._store.append(self._lease.run, after, [entry], self._lease.fence)
        except OperatorProblem as problem:
            return problem.sentence
        self._told.acknowledged.append(name)
        return ""

    async def until_full(self, name: str, size: int) -> str:
        for n in range(10_000):
            if said := await self.append(f"{name}{n}", size):
                return said
        raise AssertionError("the disk did not fill up")

    async def deliver(self, delivery: str, size: int) -> str:
        try:
            await self._store.keep_delivery(NewDelivery(id=delivery, event="e", payload=b"x" * size))
        except OperatorProblem as problem:
            return problem.sentence
        self._told.deliveries_acknowledged += 1
        return ""


async def main(at: Path) -> Told:
    told, disk = Told(), Disk(at)
    url, blobs = f"sqlite:///{at}/x.db", FolderBlobs(at / "blobs")
    store = store_at(url, blobs)
    await store.open()
    writer = Writer(store, await begun(store), told)

    disk.leave(RESERVE)
    told.full_append = await writer.until_full("a", 5000)
    told.full_delivery = await writer.deliver("d0", 50_000)
    assert len(await store.rows("r1")) == 1 + len(told.acknowledged), "readers need no room"
    disk.give_room()
    assert await writer.append("after", 5000) == ""
    assert await writer.deliver("d1", 5000) == ""

    disk.leave(RESERVE)
    told.full_together = await together(writer)
    disk.give_room()
    assert await writer.append("after all", 5000) == ""

    disk.fill()
    told.full_blob = await writer.append("long", LONGEST * 4)
    told.parts_left = [path.name for path in (at / "blobs").rglob("*") if path.is_file()]
    told.full_open = await opening(f"sqlite:///{at}/new.db")
    disk.give_room()
    assert await writer.append("long after all", LONGEST * 4) == ""

    disk.fill()
    await store.close()
    disk.give_room()
    store = store_at(url, blobs)
    await store.open()
    told.kept = [row.entry.name for row in await store.rows("r1") if isinstance(row.entry, Recorded)]
    told.deliveries_kept = len(await store.waiting_deliveries(limit=1000))
    await store.close()
    with contextlib.closing(sqlite3.connect(at / "x.db")) as raw:
        told.integrity = raw.execute("PRAGMA integrity_check").fetchone()[0]
    return told


async def together(writer: Writer) -> list[str]:
    async def some(name: str) -> list[str]:
        return [await writer.deliver(f"{name}{n}", 5000) for n in range(20)]

    return list(itertools.chain(*await asyncio.gather(*(some(name) for name in "tuvw"))))


async def opening(url: str) -> str:
    store = store_at(url)
    try:
        await store.open()
    except OperatorProblem as problem:
        return problem.sentence
    await store.close()
    return ""


if __name__ == "__main__":
    json.dump(asyncio.run(main(Path(sys.argv[1]))).model_dump(), sys.stdout)
