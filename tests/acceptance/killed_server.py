"""`redfirst serve`, started again whenever it is killed: by itself with SIGKILL, at each named commit once.

Run as a program of `tests.services.warm`. It forks a server: a killed one is followed by a fresh one that
knows nothing but what the store holds. Where to die is read from KILL_AT, one `kind path` a line, and where
it has died is kept in the file KILLED, since nothing in memory survives.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from coverage import Coverage

from bot.store.sql import SqlStore
from workflows.engine.entries import Entry, Recorded


def main() -> None:
    # One that is killed cannot tell what of it was run: to look at that would only make it slow.
    if measuring := Coverage.current():
        measuring.stop()
    child = 0

    def end(*_: object) -> None:
        os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    while True:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            _serve()
        _, status = os.waitpid(child, 0)
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            sys.exit(os.waitstatus_to_exitcode(status))


def _serve() -> None:
    from bot.serving import serve

    _set_traps(os.environ["KILL_AT"].splitlines(), Path(os.environ["KILLED"]))
    try:
        asyncio.run(serve(None, None, as_json=True))
    except asyncio.CancelledError:
        os._exit(0)
    os._exit(1)


def _set_traps(places: Sequence[str], killed: Path) -> None:
    """Dies just before the commit: what the step did is done, and nobody knows."""
    append = SqlStore.append

    async def trapped(
        self: SqlStore, run: str, after: int, entries: Sequence[Entry], fence: int | None
    ) -> None:
        done = killed.read_text().splitlines() if killed.exists() else []
        for entry in entries:
            place = named(entry)
            if place in places and place not in done:
                with killed.open("a") as file:
                    file.write(f"{place}\n")
                    file.flush()
                    os.fsync(file.fileno())
                os.kill(os.getpid(), signal.SIGKILL)
        await append(self, run, after, entries, fence)

    SqlStore.append = trapped


def named(entry: Entry) -> str:
    path = getattr(entry, "path", "")
    name = f" {entry.name.rpartition('/')[2]}" if isinstance(entry, Recorded) else ""
    return f"{entry.kind} {path}{name}"
