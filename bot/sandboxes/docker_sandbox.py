"""One sandbox that is a container: commands enter it one after another, and none outlives its turn."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence

from bot.sandboxes import docker_exec, inout
from bot.sandboxes.command import USER, checked
from bot.sandboxes.docker_engine import Engine
from bot.sandboxes.output import Collector, Ran
from workflows.errors import Gone, SandboxBroken, Unreachable
from workflows.ports import ExecResult, SandboxFacts, SandboxSpec

_USER = f"{USER}:{USER}"
_KILLED = 137
_LAST_WORDS = 5.0
_PAUSE = 0.5

# In a subshell with exec, so that the command is a program and never a builtin of this shell. Stdin is
# counted, since not every transport can close one direction only. The kernel spares the shell that kills.
_WRAPPER = """
size=$1; shift
if [ "$size" = 0 ]; then (exec "$@"); else head -c "$size" | (exec "$@"); fi
code=$?
kill -9 -1 2>/dev/null
exit $code
"""
_KILL_ALL = "for n in 1 2 3; do kill -9 -1 2>/dev/null; done; :"


class DockerSandbox:
    def __init__(self, engine: Engine, container_id: str, spec: SandboxSpec, facts: SandboxFacts) -> None:
        self._engine = engine
        self._id = container_id
        self._limits = spec.limits
        self._facts = facts
        self._turn = asyncio.Lock()
        self._last_oom = 0

    @property
    def id(self) -> str:
        return self._id

    @property
    def facts(self) -> SandboxFacts:
        return self._facts

    async def exec(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> ExecResult:
        return (await self._run(argv, timeout=timeout, stdin=stdin, env=env)).result()

    async def read(self, path: str, *, limit: int = 1024**2) -> bytes:
        return await inout.read(self._run, path, limit)

    async def write(self, files: Mapping[str, bytes]) -> None:
        await inout.write(self._run, files)

    async def remove(self, paths: Sequence[str]) -> None:
        await inout.remove(self._run, paths)

    async def destroy(self) -> None:
        from bot.sandboxes.docker_container import remove

        await self._engine.call(lambda: remove(self._engine.client, self._id))

    async def _run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        keep: int | None = None,
    ) -> Ran:
        command, given = checked(argv, env)
        wrapped = ["sh", "-c", _WRAPPER, "sh", str(len(stdin)), *command]
        out, err = (Collector(keep or self._limits.output_bytes) for _ in range(2))
        async with self._turn:
            began = time.monotonic()
            running = asyncio.create_task(self._enter(wrapped, given, stdin, out, err))
            try:
                done, _ = await asyncio.wait([running], timeout=timeout)
            except asyncio.CancelledError:
                await asyncio.shield(self._stop(running))
                raise
            if not done:
                await self._stop(running)
                return Ran(None, out, err, time.monotonic() - began, timed_out=True)
            code = running.result()
            seconds = time.monotonic() - began
            note = await self._why_killed(began) if code == _KILLED else ""
        return Ran(code, out, err, seconds, note=note)

    async def _enter(
        self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, out: Collector, err: Collector
    ) -> int | None:
        try:
            return await docker_exec.run(
                self._engine, self._id, argv, user=_USER, env=env, stdin=stdin, out=out, err=err
            )
        except Gone as gone:
            raise SandboxBroken(f"The sandbox {self._id[:12]} is gone.") from gone

    async def _stop(self, running: asyncio.Task[int | None]) -> None:
        """Kills everything inside; where that cannot be done, the sandbox goes with it."""
        deadline = time.monotonic() + _LAST_WORDS
        while not running.done() and time.monotonic() < deadline:
            # Again and again: it may not have begun yet, or there is no room for one more process.
            with contextlib.suppress(TimeoutError, SandboxBroken, Unreachable):
                async with asyncio.timeout(_LAST_WORDS):
                    await self._kill_all()
            await asyncio.wait([running], timeout=_PAUSE)
        if not running.done():
            await self.destroy()
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def _kill_all(self) -> None:
        await self._enter(["sh", "-c", _KILL_ALL], {}, b"", Collector(0), Collector(0))

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
        # What a hostile command left, when it killed the shell that would have cleaned up after it.
        await self._kill_all()
        return memory if oom else ""
