"""Keeps deliveries and appends to journals from many tasks at once, and says what the store acknowledged.

Run as a program. For each line that it is given, the URL of a store, a name that no other one has, and how
careful to be, a fresh process begins, and goes on until it is killed. Each line that it says is something
that the store promised to keep, and when; the disk whose power is cut knows nothing of them.

What is kept under a name follows from the name, so that a reader can tell a whole one from half a one.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import os
import sqlite3
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from random import Random

from bot.store import store_at
from bot.store.port import DeliveryState, NewDelivery, NewRun, Store
from workflows.engine.entries import Entry, RunStarted, StepCompleted
from workflows.trigger import Actor, IssueSnapshot, Tenant, Trigger

CAREFUL = "careful"
CARELESS = "careless"

BEGUN = "begun"
OPEN = "open"
DELIVERY = "delivery"
HANDLED = "handled"
ROW = "row"
ENDED = "ended"

OUTCOME = "it was acted on"

KEEPERS = 12
RUNS = 6


def payload(delivery: str) -> bytes:
    """Large enough that SQLite moves its log into the database now and then."""
    chance = Random(delivery)
    return chance.randbytes(chance.randrange(10, 16_000))


def new_run(run: str) -> NewRun:
    trigger = Trigger(
        key=run,
        tenant=Tenant(repository=f"octo/{run}", installation=5),
        actor=Actor(id=1, login="maintainer"),
        workflow="fix",
        goal="the issue is fixed",
        issue=IssueSnapshot(number=7, title="It breaks", body=run * 100),
    )
    started = RunStarted(workflow="fix", definition="abc", release="0.1.0", input={"issue": run})
    return NewRun(id=run, trigger=trigger, started=started)


def appended(run: str) -> Iterator[list[Entry]]:
    """What is appended together stays together."""
    for number in itertools.count():
        chance = Random(f"{run} {number}")
        yield [
            StepCompleted(path=f"fix/step[{number}]/{each}", output=chance.randbytes(200).hex())
            for each in range(chance.randrange(1, 5))
        ]


async def keep(store: Store, name: str) -> None:
    for number in itertools.count():
        delivery = f"{name}-{number}"
        await store.keep_delivery(NewDelivery(id=delivery, event="issues", payload=payload(delivery)))
        say(DELIVERY, delivery)
        if number % 2:
            await store.finish_delivery(delivery, DeliveryState.HANDLED, OUTCOME)
            say(HANDLED, delivery)


async def advance(store: Store, run: str) -> None:
    await store.create_run(new_run(run))
    last = 1
    say(ROW, run, last)
    lease = await store.claim(run, "worker", 600)
    assert lease is not None
    for entries in appended(run):
        await store.append(run, last, entries, lease.fence)
        last += len(entries)
        say(ROW, run, last)


async def keep_all(url: str, name: str, how: str) -> None:
    store = careless_store_at(url) if how == CARELESS else store_at(url)
    await store.open()
    say(OPEN)
    async with asyncio.TaskGroup() as tasks:
        for number in range(KEEPERS):
            tasks.create_task(keep(store, f"{name}-d{number}"))
        for number in range(RUNS):
            tasks.create_task(advance(store, f"{name}-r{number}"))


def careless_store_at(url: str) -> Store:
    """As many set SQLite up, since it is so much faster: in WAL mode a commit is then not synced."""
    from bot.store.sql import SqlStore
    from bot.store.sqlite import SqliteDatabase

    class Careless(SqliteDatabase):
        def connect(self) -> sqlite3.Connection:
            raw = super().connect()
            raw.execute("PRAGMA synchronous = NORMAL")
            return raw

    return SqlStore(Careless(Path(url.removeprefix("sqlite:///"))))


def say(*words: object) -> None:
    os.write(1, f"{time.monotonic_ns()} {' '.join(map(str, words))}\n".encode())


def main() -> None:
    # So that a start which is cut was busy with the store and not with imports.
    for slow in (
        "alembic.command",
        "alembic.config",
        "bot.store.postgres",
        "bot.store.sql",
        "bot.store.sqlite",
    ):
        importlib.import_module(slow)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                # Said by whoever begins: its parent may come to it late, after the first promise.
                say(BEGUN, os.getpid())
                asyncio.run(keep_all(*line.split()))
            finally:
                traceback.print_exc()
                os._exit(1)
        os.waitpid(child, 0)
        say(ENDED)


if __name__ == "__main__":
    main()
