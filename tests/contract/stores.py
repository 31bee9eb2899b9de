"""The stores that are held to one contract, and runs to fill them with."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.blobs import MemoryBlobs
from bot.store import store_at
from bot.store.memory import MemoryStore
from bot.store.port import NewRun, Store
from workflows.engine.entries import RunStarted
from workflows.engine.journal import Lease
from workflows.trigger import Actor, IssueSnapshot, Tenant, Trigger

EVERY = ("memory", "sqlite", "postgresql")

LONG = 60.0
SHORT = 0.05


@contextlib.asynccontextmanager
async def opened(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    match name:
        case "memory":
            made: Store = MemoryStore()
        case "sqlite":
            made = store_at(f"sqlite:///{tmp_path}/redfirst.db", MemoryBlobs())
        case _:
            made = store_at(request.getfixturevalue("postgres_url"), MemoryBlobs())
    await made.open()
    yield made
    await made.close()


def new_run(run: str = "r1", *, key: str = "", number: int = 7, tenant: str = "octo/reds") -> NewRun:
    trigger = Trigger(
        key=key or f"key of {run}",
        tenant=Tenant(repository=tenant, installation=5),
        actor=Actor(id=1, login="maintainer"),
        workflow="fix",
        goal="the issue is fixed",
        issue=IssueSnapshot(number=number, title="It breaks", body="Zwölf Boxkämpfer \u0000 \U0001f940"),
    )
    started = RunStarted(
        workflow="fix", definition="abc", release="0.1.0", input={"issue": 7, "odd": "\u0000"}
    )
    return NewRun(id=run, trigger=trigger, started=started)


async def held(store: Store, run: str = "r1", seconds: float = LONG) -> Lease:
    lease = await store.claim(run, "worker", seconds)
    assert lease is not None
    return lease


async def begun(store: Store) -> Lease:
    await store.create_run(new_run())
    return await held(store)
