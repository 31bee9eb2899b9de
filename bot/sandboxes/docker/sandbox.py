"""One sandbox that is a container: commands enter it one after another, and none outlives its turn."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from functools import partial

from bot.sandboxes import inout
from bot.sandboxes.command import checked
from bot.sandboxes.docker import snapshots
from bot.sandboxes.docker.engine import Engine
from bot.sandboxes.docker.runner import Died, NotBegun, Runner
from bot.sandboxes.output import Ran, collectors
from workflows.errors import Gone, SandboxBroken, Unreachable
from workflows.ports.sandbox import ExecResult, SandboxFacts, SandboxSpec, Tee
from workflows.printed import Collector

_KILLED = 137
_LAST_WORDS = 5.0
_PAUSE = 0.5
_SHELLS = 3
"""That may end before they take a command up: the one that was there, and new ones."""
_KILLED_US = "the command killed all that runs in the sandbox"


class DockerSandbox:
    def __init__(
        self,
        engine: Engine,
        container_id: str,
        spec: SandboxSpec,
        facts: SandboxFacts,
        name: str = "",
    ) -> None:
        self._engine = engine
        self._id = container_id
        self._limits = spec.limits
        self._facts = facts
        self.name = name
        """Of its container when it was found."""
        self._runner: Runner | None = None
        self._turn = asyncio.Lock()
        self._last_oom = 0

    @property
    def id(self) -> str:
        return self._id

    @property
    def facts(self) -> SandboxFacts:
        return self._facts

    @property
    def waits(self) -> bool:
        """As far as it is known without asking the engine."""
        return self._runner is not None and self._runner.waits

    async def open(self) -> None:
        """Right after the container began, so that its first command need not wait for a shell."""
        self._runner = await Runner.open(self._engine, self._id, first=True)

    async def exec(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        tee: Tee | None = None,
    ) -> ExecResult:
        return (await self._run(argv, timeout=timeout, stdin=stdin, env=env, tee=tee)).result()

    async def read(self, path: str, *, limit: int = 1024**2) -> bytes:
        return await inout.read(self._run, path, limit)

    async def write(self, files: Mapping[str, bytes]) -> None:
        await inout.write(self._run, files)

    async def remove(self, paths: Sequence[str]) -> None:
        await inout.remove(self._run, paths)

    async def snapshot(self) -> str:
        return await snapshots.make(self._engine, self._id, self._run)

    async def restore(self, snapshot: str) -> None:
        await snapshots.restore(partial(self._run, unchanged=True), snapshot)

    async def destroy(self) -> None:
        from bot.sandboxes.docker.container import remove

        await self._leave()
        await self._engine.call(lambda: remove(self._engine.client, self._id))

    async def _run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        keep: int | None = None,
        tee: Tee | None = None,
        unchanged: bool = False,
    ) -> Ran:
        command, given = checked(argv, env)
        out, err = collectors(keep or self._limits.output_bytes, tee)
        async with self._turn:
            began = time.monotonic()
            running = asyncio.create_task(self._enter(command, given, stdin, out, err, unchanged))
            try:
                done, _ = await asyncio.wait([running], timeout=timeout)
            except asyncio.CancelledError:
                await asyncio.shield(self._stop(running))
                raise
            if not done:
                await self._stop(running)
                return Ran(None, out, err, time.monotonic() - began, timed_out=True)
            seconds = time.monotonic() - began
            try:
                code, note = running.result(), ""
            except Died:
                code, note = _KILLED, _KILLED_US
            if code == _KILLED:
                note = await self._why_killed(began) or note
        return Ran(code, out, err, seconds, note=note)

    async def _enter(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        stdin: bytes,
        out: Collector,
        err: Collector,
        unchanged: bool,
    ) -> int | None:
        try:
            for _ in range(_SHELLS):
                if self._runner is None or not self._runner.usable:
                    await self._leave()
                    self._runner = await Runner.open(self._engine, self._id)
                with contextlib.suppress(NotBegun):
                    return await self._runner.run(argv, env, stdin, out, err, unchanged=unchanged)
        except Gone as gone:
            raise SandboxBroken(f"The sandbox {self._id[:12]} is gone.") from gone
        raise Died

    async def _leave(self) -> None:
        if self._runner is not None:
            await self._runner.close()
            self._runner = None

    async def _stop(self, running: asyncio.Task[int | None]) -> None:
        """Kills everything inside; where that cannot be done, the sandbox goes with it."""
        deadline = time.monotonic() + _LAST_WORDS
        stopped = False
        while not (stopped and running.done()) and time.monotonic() < deadline:
            # Again and again: it may not have begun yet, or there is no room for one more process.
            with contextlib.suppress(TimeoutError, SandboxBroken, Unreachable, Gone):
                async with asyncio.timeout(_LAST_WORDS):
                    # It has killed whatever runs inside once it is here.
                    await (await Runner.open(self._engine, self._id)).close()
                    stopped = True
            await asyncio.wait([running], timeout=_PAUSE)
        if not running.done():
            await self.destroy()
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def _why_killed(self, began: float) -> str:
        """A code of 137 alone does not tell a lack of memory from a kill of its own."""
        since = int(time.time() - (time.monotonic() - began)) - 1

        def look() -> tuple[str, int]:
            client = self._engine.client
            oom = {"container": self._id, "event": "oom"}
            events = client.events(since=since, until=int(time.time()) + 1, filters=oom, decode=True)
            last = max((int(event["timeNano"]) for event in events), default=0)
            return client.containers.get(self._id).status, last

        try:
            status, last = await self._engine.call(look)
        except Gone as gone:
            raise SandboxBroken(f"The sandbox {self._id[:12]} is gone.") from gone
        oom, self._last_oom = last > self._last_oom, max(last, self._last_oom)
        memory = f"the memory limit of {self._limits.memory_bytes // 1024**2} MiB was reached"
        if status != "running":
            raise SandboxBroken(f"The sandbox {self._id[:12]} has died{': ' + memory if oom else ''}.")
        return memory if oom else ""
