"""Stores with something in them, for tests of what is done to a whole store."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.blobs import FolderBlobs
from bot.bus.port import Topic
from bot.store import store_at
from bot.store.maintenance.digests import Folder
from bot.store.maintenance.place import Place, place_at
from bot.store.port import DeliveryState, NewDelivery, NewRun, Store
from bot.store.schema import METADATA
from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    RunCompleted,
    RunParked,
    RunStarted,
    StepCompleted,
    StepStarted,
    Suspended,
)
from workflows.trigger import Actor, IssueSnapshot, Tenant, Trigger

DEFINITION = hashlib.sha256(b"a tree").hexdigest()


@dataclass(frozen=True)
class Stocked:
    """A store's URL, and the folder that its blobs are in."""

    url: str
    folder: Path

    @property
    def place(self) -> Place:
        return place_at(self.url)

    @property
    def blobs(self) -> Folder:
        return Folder(self.folder)

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncGenerator[Store]:
        store = store_at(self.url, FolderBlobs(self.folder))
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    async def put(self, content: bytes) -> str:
        return await FolderBlobs(self.folder).put(content)

    def execute(self, sql: str, **values: object) -> None:
        """Behind the store's back."""
        with self.place.change() as connection:
            connection.execute(sa.text(sql), values)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        with self.place.snapshot() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
                ]
                for table in METADATA.sorted_tables
            }

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.blobs.files()}


@pytest.fixture(params=["sqlite", "postgresql"])
def stocked(request: pytest.FixtureRequest, tmp_path: Path) -> Stocked:
    """One of each kind of database."""
    return made(request, tmp_path, request.param)


def made(request: pytest.FixtureRequest, folder: Path, kind: str) -> Stocked:
    if kind == "postgresql":
        return Stocked(request.getfixturevalue("postgres_url"), folder / "blobs")
    return Stocked(f"sqlite:///{folder}/redfirst.db", folder / "blobs")


def new_run(run: str, *, number: int = 7) -> NewRun:
    trigger = Trigger(
        key=f"key of {run}",
        tenant=Tenant(repository="octo/reds", installation=5),
        actor=Actor(id=1, login="maintainer"),
        workflow="fix",
        goal="the issue is fixed",
        issue=IssueSnapshot(number=number, title="It breaks", body="Zwölf \u0000 \U0001f940"),
    )
    started = RunStarted(workflow="fix", definition=DEFINITION, release="0.1.0", input={"odd": "\u0000"})
    return NewRun(id=run, trigger=trigger, started=started)


def case(archive: str, proof: str = "") -> Entry:
    return StepCompleted(path="fix/propose", output={"case": {"archive": archive}, "proof": proof})


async def written(store: Store, run: str, *entries: Entry, number: int) -> None:
    """A run with these entries after its first."""
    await store.create_run(new_run(run, number=number))
    lease = await store.claim(run, "worker", 600)
    assert lease is not None
    await store.append(run, 1, entries, lease.fence)


async def stock(there: Stocked) -> dict[str, str]:
    """One run of each kind; the names of the blobs that they refer to."""
    names = {
        name: await there.put(name.encode() * 1000) for name in ("archive", "baseline", "proof", "nobody's")
    }
    async with there.opened() as store:
        done = case(names["archive"], names["proof"])
        await written(store, "done", StepStarted(path="fix/plan"), done, RunCompleted(output={}), number=1)
        record = Recorded(path="fix/prepare", name="archive", value={"digest": names["archive"]})
        baseline = StepCompleted(path="fix/prepare", output={"baseline": names["baseline"]})
        await written(store, "going", record, baseline, number=2)
        waits = (Suspended(path="fix/review", waits_for="Approval"), RunParked())
        await written(store, "waiting", *waits, number=3)
        await written(store, "stopped", Cancelled(by="m", reason="no"), number=4)
        await store.create_run(new_run("new", number=5))
        for name in ("d1", "d2", "d3"):
            payload = b'{"\x00\xff": 1}' * 100
            assert await store.keep_delivery(NewDelivery(id=name, event="issues", payload=payload))
        await store.finish_delivery("d1", DeliveryState.HANDLED, "started run done")
        await store.finish_delivery("d2", DeliveryState.FAILED, "the token is wrong")
        await store.bury(Topic.RUNS, "stopped", 5, "it kept failing")
    return names


def age(there: Stocked, days: int) -> None:
    """All that there is, as if it had been written so long ago."""
    milliseconds = days * 24 * 60 * 60 * 1000
    there.execute("UPDATE runs SET updated_at = updated_at - :by", by=milliseconds)
    there.execute("UPDATE deliveries SET received_at = received_at - :by", by=milliseconds)
