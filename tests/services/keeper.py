"""Starts the program that keeps and appends, and listens to what it is promised until the power is cut."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from tests.services import keeping
from tests.services.child import until_we_die
from tests.services.promises import Promises

ROOT = Path(__file__).parents[2]


class Keeper:
    """One process at a time, each knowing nothing but what the store holds."""

    def __init__(self, program: asyncio.subprocess.Process, log: Path) -> None:
        self._program = program
        self._log = log
        self._child = 0
        self._heard: list[tuple[int, str]] = []
        self._listening: asyncio.Task[None] | None = None

    async def begin(self, url: str, name: str, how: str) -> None:
        assert self._program.stdin
        self._heard = []
        self._program.stdin.write(f"{url} {name} {how}\n".encode())
        _, said = await self._line()
        begun, child = said.split()
        assert begun == keeping.BEGUN
        self._child = int(child)
        self._listening = asyncio.create_task(self._listen())

    async def has_said(self, lines: int) -> None:
        assert self._listening
        while len(self._heard) < lines:
            assert not self._listening.done(), self._log.read_text()
            await asyncio.sleep(0.001)

    async def end(self) -> None:
        """Killed; what it had said is heard to the end."""
        if self._listening is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            await self._listening
            self._listening = None

    def had_opened(self, by: int) -> bool:
        return any(said == keeping.OPEN and at < by for at, said in self._heard)

    def note(self, promises: Promises, by: int) -> None:
        """What it was promised before this moment."""
        for at, said in self._heard:
            if said != keeping.OPEN and at < by:
                promises.note(said)

    async def _listen(self) -> None:
        while (line := await self._line())[1] != keeping.ENDED:
            self._heard.append(line)

    async def _line(self) -> tuple[int, str]:
        assert self._program.stdout
        line = (await self._program.stdout.readline()).decode().rstrip("\n")
        assert line, self._log.read_text()
        at, _, said = line.partition(" ")
        return int(at), said


@contextlib.asynccontextmanager
async def new_keeper(log: Path) -> AsyncGenerator[Keeper]:
    with log.open("wb") as errors:
        program = await asyncio.create_subprocess_exec(
            *(*until_we_die("KILL"), sys.executable, "-m", keeping.__name__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            # So that whoever it began goes with it, whatever a test that failed has left half done.
            process_group=0,
        )
    made = Keeper(program, log)
    try:
        yield made
    finally:
        try:
            await made.end()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            # Nobody is said to have ended before all that it wrote is read.
            await program.communicate()
