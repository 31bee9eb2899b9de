"""Where an attack is tried, and how it is seen from outside that it stayed there."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import docker
from docker.errors import NotFound

from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.process.sandboxes import ProcessSandboxes
from tests.contract.sandbox_backends import Backend, docker_host
from workflows.ports.sandbox import ExecResult, Limits, Sandbox, Sandboxes, SandboxSpec

HERE = Path(__file__).parent
SECRET = f"canary-{secrets.token_hex(16)}"
"""In the environment, in a file and on the command line of the host; it must never come out of a sandbox."""

# Fails as soon as anything there is not as it was.
_WATCH = 'while [ "$(cat kept)" = kept ]; do sleep 1; done; exit 9'
_KERNEL = ("core_pattern", "hostname", "modprobe", "panic", "randomize_va_space", "domainname")
_TOLD_BY = {"docker": DockerSandboxes, "process": ProcessSandboxes}


@dataclass
class Place:
    backend: Backend
    sandboxes: Sandboxes
    box: Sandbox
    """Shared by all attacks that must leave it usable."""
    neighbour: Sandbox
    watching: asyncio.Task[ExecResult]
    canary: Path
    """A file of the host's, with the secret in it."""
    engine: docker.DockerClient | None
    clean: str = ""
    before: dict[str, str] = field(default_factory=dict[str, str])
    clock: float = field(default_factory=lambda: _clock())

    @property
    def name(self) -> str:
        return self.backend.name

    async def run(
        self, script: str, *args: str, timeout: float = 30, box: Sandbox | None = None
    ) -> ExecResult:
        """A shell script, or the name of a payload here, in the shared sandbox."""
        return await (box or self.box).exec(["sh", "-c", script, "sh", *args], timeout=timeout)

    async def python(
        self, program: str, *args: str, timeout: float = 30, box: Sandbox | None = None
    ) -> ExecResult:
        argv = ["python3", "-", *args]
        return await (box or self.box).exec(argv, timeout=timeout, stdin=program.encode())

    @asynccontextmanager
    async def another(self, limits: Limits | None = None) -> AsyncGenerator[Sandbox]:
        """One of its own for an attack on what is shared, seen to be gone in the end."""
        made = await self.sandboxes.create(
            SandboxSpec(run=f"run-{secrets.token_hex(4)}", limits=limits or Limits())
        )
        try:
            yield made
        finally:
            await made.destroy()
        assert not await asyncio.to_thread(self.is_there, made.id)

    async def assert_unharmed(self) -> None:
        """The host and the neighbour as they were, nobody left, and one more command runs."""
        assert await asyncio.to_thread(host_facts) == self.before
        # What the kernel corrects by itself is far less.
        assert abs(_clock() - self.clock) < 10
        assert self.canary.read_text() == SECRET
        assert not self.watching.done(), self.watching.result()
        usable = await self.box.exec(["sh", "-c", "echo still usable"], timeout=30)
        assert (usable.code, usable.stdout, usable.stderr) == (0, "still usable\n", "")
        left = await asyncio.to_thread(self.processes, self.box.id)
        # In a container, the shell that waits for the next command.
        assert len(left) == (self.name == "docker"), left
        await self.box.restore(self.clean)

    def processes(self, box: str) -> list[str]:
        """Of commands in the sandbox, as the host sees them."""
        if self.engine is None:
            return list(_marked(box))
        listed = self.engine.api.top(box, ps_args="-eo pid,uid,args")["Processes"]
        return [" ".join(row) for row in listed if row[1] == "65532"]

    def inspected(self) -> dict[str, Any]:
        """What the engine says of the shared container; nothing where there is none."""
        if self.engine is None:
            return {}
        return cast("dict[str, Any]", self.engine.api.inspect_container(self.box.id))

    def is_there(self, box: str) -> bool:
        """As a container, a process or a folder."""
        if self.engine is None:
            assert isinstance(self.sandboxes, ProcessSandboxes)
            return any(_marked(box)) or self.canary.with_name("sandboxes").joinpath(box).exists()
        try:
            self.engine.api.inspect_container(box)
        except NotFound:
            return False
        return True


@asynccontextmanager
async def opened(backend: Backend, scratch: Path) -> AsyncGenerator[Place]:
    canary = scratch / "canary"
    canary.write_text(SECRET)
    os.environ["REDFIRST_CANARY"] = SECRET
    sandboxes = backend.another()
    assert isinstance(sandboxes, _TOLD_BY[backend.name])
    engine = docker.DockerClient(base_url=docker_host()) if backend.name == "docker" else None
    place = None
    try:
        box, neighbour = [await sandboxes.create(SandboxSpec(run=run)) for run in ("attacked", "neighbour")]
        await neighbour.write({"kept": b"kept"})
        watching = asyncio.create_task(neighbour.exec(["sh", "-c", _WATCH], timeout=600))
        place = Place(backend, sandboxes, box, neighbour, watching, canary, engine)
        place.clean, place.before = await box.snapshot(), await asyncio.to_thread(host_facts)
        yield place
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        for each in (box, neighbour):
            await each.destroy()
            assert not await asyncio.to_thread(place.is_there, each.id)
        assert await sandboxes.reap(frozenset()) == 0
    finally:
        if place:
            place.watching.cancel()
            await asyncio.gather(place.watching, return_exceptions=True)
        await sandboxes.reap(frozenset())
        await sandboxes.close()
        if engine:
            engine.close()
        del os.environ["REDFIRST_CANARY"]


def host_facts() -> dict[str, str]:
    """What an attack on the kernel would have changed, as far as this process can see it."""
    found = {name: Path("/proc/sys/kernel", name).read_text() for name in _KERNEL if _is_readable(name)}
    found["boot"] = Path("/proc/sys/kernel/random/boot_id").read_text()
    found["swaps"] = str(len(Path("/proc/swaps").read_text().splitlines()))
    found["devices"] = str([(name, Path("/dev", name).stat().st_rdev) for name in ("null", "zero", "random")])
    return found


def _clock() -> float:
    """When this machine was started, by the clock that an attack would set."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def _is_readable(name: str) -> bool:
    return os.access(f"/proc/sys/kernel/{name}", os.R_OK)


def _marked(box: str) -> Iterator[str]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"\0--hostname\0" + box.encode() + b"\0" in line:
                yield f"{entry.name} {line!r}"
