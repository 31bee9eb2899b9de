"""One sandbox that somebody else hosts. Our guest in it does what each command needs; here is who asks it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence

from bot.sandboxes import inout
from bot.sandboxes.command import HOME, OPEN_FILES, PATH, checked
from bot.sandboxes.output import Ran, collectors
from bot.sandboxes.remote.frames import End, Frames
from bot.sandboxes.remote.guest.main import is_name
from bot.sandboxes.remote.host import Host, Machine
from bot.sandboxes.remote.talking import Guest, Mute
from workflows.errors import Gone, OperatorProblem, Problem, SandboxBroken
from workflows.ports.sandbox import ExecResult, Limits, SandboxFacts, SandboxSpec, Tee

GRACE = 15.0
"""Seconds that the guest, and the way to it, may take beyond a command's own."""
_NO_SNAPSHOT = 44
_KILLED = 137
_LAST_WORDS = 5.0


class RemoteSandbox:
    def __init__(
        self, host: Host, machine: Machine, spec: SandboxSpec, image: str, *, network: bool = False
    ) -> None:
        self._host = host
        self._machine = machine
        self._guest = Guest(machine)
        self._limits = spec.limits
        self._image = image
        self._network = network
        self._turn = asyncio.Lock()

    @property
    def id(self) -> str:
        return self._machine.known.id

    @property
    def facts(self) -> SandboxFacts:
        known = self._machine.known
        off = "by both" if known.sealed else "by us alone"
        return SandboxFacts(
            kind=self._host.kind,
            image=self._image,
            network="none",
            runtime=f"{known.about}; namespaces for each command, network off {off}; disk not limited by us",
        )

    @property
    def sealed(self) -> bool:
        """Whether the provider says that it holds this sandbox to those whom it may talk to."""
        return self._machine.known.sealed

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
        name = secrets.token_hex(8)
        await self._chore("snapshot", name)
        return name

    async def restore(self, snapshot: str) -> None:
        if not is_name(snapshot):
            raise Gone(f"There is no snapshot {snapshot!r} of this sandbox.")
        if (await self._chore("restore", snapshot)).code == _NO_SNAPSHOT:
            raise Gone(f"There is no snapshot {snapshot!r} of this sandbox.")

    async def destroy(self) -> None:
        await self._host.end(self.id)

    async def prepare(self) -> None:
        """Once, before its first command. What it lacks is told with what to do."""
        await self._guest.move_in()
        try:
            said = await self._chore("prepare", secrets.token_hex(8))
        except Mute as mute:
            raise OperatorProblem(self._lacks("python3 (3.8 or newer) that it may run as root")) from mute
        if said.missing or not said.root:
            raise OperatorProblem(self._lacks(", ".join(said.missing) or "way to run commands as root"))

    def _lacks(self, what: str) -> str:
        return f"The template {self._image!r} of {self._host.name} has no {what}; use one that has."

    async def settle(self) -> None:
        """Before others start from it: nothing of one run is left."""
        await self._chore("settle", secrets.token_hex(8))

    async def keep(self, name: str) -> str:
        """As what others start from."""
        async with self._turn:
            return await self._machine.keep(name)

    async def _chore(self, verb: str, name: str) -> End:
        async with self._turn:
            return await self._guest.ask(verb, name)

    async def _run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        keep: int | None = None,
        tee: Tee | None = None,
    ) -> Ran:
        command, given = checked(argv, env)
        bound = keep or self._limits.output_bytes
        out, err = collectors(bound, tee)
        name = secrets.token_hex(8)
        job = {
            "argv": command,
            "env": {"PATH": PATH, "HOME": HOME, **given},
            "seconds": timeout,
            "keep": bound,
            "all": tee is not None,
            "network": self._network,
            "limits": _limits(self._limits, timeout),
        }
        files = {f"{name}.job": json.dumps(job).encode(), **({f"{name}.in": stdin} if stdin else {})}
        async with self._turn:
            began = time.monotonic()
            await self._guest.send(files)
            # Its own time is the longer one, so that it is we who end it.
            running = asyncio.create_task(
                self._guest.ask("run", name, Frames(out, err), seconds=timeout + 2 * GRACE)
            )
            try:
                done, _ = await asyncio.wait([running], timeout=timeout + GRACE)
            except asyncio.CancelledError:
                with contextlib.suppress(Problem):
                    await asyncio.shield(self._stop(name, running))
                raise
            if not done:
                await self._stop(name, running)
                return Ran(None, out, err, time.monotonic() - began, timed_out=True)
            end = running.result()
        if end.broken:
            raise SandboxBroken(f"The sandbox {self.id} cannot run commands: {end.broken[:500]}")
        note = "the sandbox ran out of memory" if end.oom and end.code == _KILLED else ""
        return Ran(end.code, out, err, end.seconds, end.timed_out, note)

    async def _stop(self, name: str, running: asyncio.Task[End]) -> None:
        """Kills everything of a command; where that cannot be done, the sandbox goes with it."""
        stopped = await self._guest.stop(name)
        await asyncio.wait([running], timeout=_LAST_WORDS)
        try:
            if not stopped:
                await self.destroy()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _limits(limits: Limits, seconds: float) -> dict[str, int]:
    return {
        "NPROC": limits.pids,
        # Not the address space: V8, Go and the JVM reserve far more of that than they ever touch.
        "DATA": limits.memory_bytes,
        "FSIZE": limits.file_bytes,
        "CPU": int(seconds * max(limits.cpus, 1)) + 1,
        "NOFILE": OPEN_FILES,
        "CORE": 0,
    }
