"""The floor: the rows that ten recorded steps need, written to the same tables by the least that could.

One thread takes what is waiting, writes it, and commits it as one transaction. For each step that is what
the engine writes: an INSERT for each of its two journal rows, ready as text, and the UPDATE of the run's row,
with the guards that keep two workers apart; at the end of a run, its last row and the UPDATE that ends it.
The way to the thread and back is there too: a program that does other things meanwhile cannot do without.

What is not there: no claim, no lease, no reading, no validation, nothing made into JSON, no tree, no step.
`group` commits together all that waits; `alone` commits each step by itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol, cast

import psycopg

from bot.store import store_at
from tests.bench.peers.answering import STEPS, Clock, Took, answer
from tests.bench.stepping.runs import TEN, make_runs
from workflows.engine.entries import Entry, RunCompleted, StepCompleted, StepStarted

_INSERT = "INSERT INTO journal (run, seq, at, entry) VALUES (?, ?, {now}, ?)"
_UPDATE = (
    "UPDATE runs SET last_seq = last_seq + ?, path = ?, updated_at = {now}{more} "
    "WHERE id = ? AND last_seq = ? AND fence = 0 AND status = '{status}'"
)
_NOW = {
    "sqlite": "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
    "postgresql": "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
}


class Connection(Protocol):
    def execute(self, sql: str, values: Sequence[object] = (), /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Append:
    """What one commit of the engine has to say about one run."""

    update: str
    path: str
    after: int
    entries: Sequence[str]


@dataclass(frozen=True, slots=True)
class Job:
    run: str
    append: Append
    done: asyncio.Future[None]


def main(url: str, how: str) -> None:
    kind = "sqlite" if url.startswith("sqlite:") else "postgresql"
    appends = [_in(kind, append) for append in _appends()]
    with asyncio.Runner() as runner:
        store = store_at(url)
        runner.run(store.open())
        waiting: SimpleQueue[Job] = SimpleQueue()
        connect = _sqlite if kind == "sqlite" else _postgres
        loop = runner.get_loop()
        work = (connect, url, waiting, _in_sql(kind, _INSERT), how == "group", loop)
        threading.Thread(target=_write, args=work, daemon=True).start()

        async def measure(at_once: int, runs: int) -> Took:
            ids = list(await make_runs(store, runs))
            clock = Clock()
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(_steps(ids, appends, waiting))
            return clock.took()

        try:
            answer(lambda at_once, runs: runner.run(measure(at_once, runs)), {})
        finally:
            runner.run(store.close())


async def _steps(ids: list[str], appends: Sequence[Append], waiting: SimpleQueue[Job]) -> None:
    loop = asyncio.get_running_loop()
    while ids:
        run = ids.pop()
        for append in appends:
            job = Job(run, append, loop.create_future())
            waiting.put(job)
            await job.done


def _write(
    connect: Callable[[str], Connection],
    url: str,
    waiting: SimpleQueue[Job],
    insert: str,
    grouped: bool,
    loop: asyncio.AbstractEventLoop,
) -> None:
    connection = connect(url)
    while True:
        jobs = [waiting.get()]
        with suppress(Empty):
            while grouped:
                jobs.append(waiting.get_nowait())
        connection.execute("BEGIN")
        for job in jobs:
            append = job.append
            values = (len(append.entries), append.path, job.run, append.after)
            assert connection.execute(append.update, values).rowcount == 1
            for seq, entry in enumerate(append.entries, append.after + 1):
                connection.execute(insert, (job.run, seq, entry))
        connection.execute("COMMIT")
        loop.call_soon_threadsafe(_tell, jobs)


def _tell(jobs: Sequence[Job]) -> None:
    for job in jobs:
        job.done.set_result(None)


def _appends() -> list[Append]:
    """As the engine makes them, after the row that the run was created with."""
    appends: list[Append] = []
    for number, node in enumerate(TEN.nodes, 1):
        path = f"{TEN.name}/{node.name}"
        done = [StepStarted(path=path), StepCompleted(path=path, output={"n": number})]
        turns, status = (", status = 'running'", "queued") if number == 1 else ("", "running")
        appends.append(_append(_UPDATE, turns, status, path, 2 * number - 1, done))
    end = [RunCompleted(output={"n": STEPS})]
    ended = ", status = 'completed', lease_until = 0"
    appends.append(_append(_UPDATE, ended, "running", appends[-1].path, 2 * STEPS + 1, end))
    return appends


def _append(update: str, more: str, status: str, path: str, after: int, entries: Sequence[Entry]) -> Append:
    said = update.replace("{more}", more).replace("{status}", status)
    return Append(said, path, after, [entry.model_dump_json() for entry in entries])


def _in(kind: str, append: Append) -> Append:
    return Append(_in_sql(kind, append.update), append.path, append.after, append.entries)


def _in_sql(kind: str, sql: str) -> str:
    sql = sql.replace("{now}", _NOW[kind])
    return sql if kind == "sqlite" else sql.replace("?", "%s")


def _sqlite(url: str) -> Connection:
    """Set up as the store sets it up."""
    connection = sqlite3.connect(Path(url.removeprefix("sqlite:///")), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _postgres(url: str) -> Connection:
    return cast("Connection", psycopg.connect(url, autocommit=True))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
