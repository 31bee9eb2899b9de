"""Group commit for SQLite: one thread writes, and whatever came in meanwhile shares its next commit."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from bot.store.asked import Asked, tell_all, wake
from bot.store.port import StoreUnavailable
from bot.store.statements import Link

T = TypeVar("T")

# More than anybody waits for at once, and little enough that the first of them does not wait long.
MOST_AT_ONCE = 500


_Job = Asked[Callable[[Link], Any]]


class GroupWriter:
    def __init__(
        self, link: Link, raw: sqlite3.Connection, explain: Callable[[Exception], Exception]
    ) -> None:
        self._link = link
        self._raw = raw
        self._explain = explain
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="redfirst-store", daemon=True)
        self._thread.start()

    def submit(self, change: Callable[[Link], T]) -> asyncio.Future[T]:
        if self._closed:
            raise StoreUnavailable("the store is closed: this process is about to end")
        job = _Job(change)
        self._jobs.put(job)
        return job.future

    async def close(self) -> None:
        """What was submitted before is still written."""
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._finish)

    def _finish(self) -> None:
        self._thread.join()
        self._raw.close()

    def _work(self) -> None:
        going = True
        while going:
            jobs, going = self._take()
            if jobs:
                self._write(jobs)
                _tell(jobs)

    def _take(self) -> tuple[list[_Job], bool]:
        jobs: list[_Job] = []
        job = self._jobs.get()
        with suppress(Empty):
            while job is not None:
                if not job.future.cancelled():
                    jobs.append(job)
                if len(jobs) == MOST_AT_ONCE:
                    return jobs, True
                job = self._jobs.get_nowait()
            return jobs, False
        return jobs, True

    def _write(self, jobs: list[_Job]) -> None:
        try:
            self._raw.execute("BEGIN IMMEDIATE")
            if not self._together(jobs):
                self._raw.execute("ROLLBACK")
                self._raw.execute("BEGIN IMMEDIATE")
                for job in jobs:
                    self._attempt(job)
            self._raw.execute("COMMIT")
        except sqlite3.Error as error:
            self._abandon(jobs, error)

    def _together(self, jobs: list[_Job]) -> bool:
        """False when one of them failed. That is seldom, and a savepoint for each would cost all of them."""
        try:
            for job in jobs:
                job.result = job.work(self._link)
        except Exception:
            # Not handled here: it fails again, alone.
            if not self._raw.in_transaction:
                # A full disk, for one, makes SQLite give up the whole transaction.
                raise
            return False
        return True

    def _attempt(self, job: _Job) -> None:
        """One function in a savepoint of its own, so that its failure is only its own."""
        self._raw.execute("SAVEPOINT job")
        try:
            job.result = job.work(self._link)
        except Exception as error:
            # Not handled here: carried to the caller whose error it is.
            if isinstance(error, sqlite3.Error) and not self._raw.in_transaction:
                raise
            job.error = self._explain(error)
            self._raw.execute("ROLLBACK TO job")
        self._raw.execute("RELEASE job")

    def _abandon(self, jobs: list[_Job], error: Exception) -> None:
        if self._raw.in_transaction:
            with suppress(sqlite3.Error):
                self._raw.execute("ROLLBACK")
        for job in jobs:
            if job.error is None:
                job.error = self._explain(error)


def _tell(jobs: list[_Job]) -> None:
    """One wake-up for each event loop, however many of its tasks wait."""
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        loops.setdefault(job.loop, []).append(job)
    for loop, told in loops.items():
        wake(loop, tell_all, told)
