"""One sandbox of bubblewrap: every command gets namespaces of its own, and they end with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sandboxes import bwrap, cgroup, inout, strays
from bot.sandboxes.command import USER, checked
from bot.sandboxes.output import Collector, Ran
from bot.sandboxes.supervise import kept, supervise
from workflows.errors import SandboxBroken
from workflows.ports import ExecResult, SandboxFacts, SandboxSpec

_WIPE = "chmod -R u+rwX /tmp . 2>/dev/null; exec find /tmp . -mindepth 1 -delete"


@dataclass(frozen=True)
class Machine:
    """What this machine has for sandboxes, found out once."""

    bwrap: str
    version: str
    seal_userns: bool
    stage: Path | None
    """Where root binds what only root can reach; None when we are not root."""
    prefixes: tuple[Path, ...]
    path: tuple[str, ...]
    cgroups: Path | None
    system: str


class ProcessSandbox:
    def __init__(self, directory: Path, spec: SandboxSpec, machine: Machine) -> None:
        self._directory = directory
        self._limits = spec.limits
        self._machine = machine

    @property
    def id(self) -> str:
        return self._directory.name

    @property
    def facts(self) -> SandboxFacts:
        bounds = "memory, pids and cpu by cgroup" if self._machine.cgroups else "memory by process, no cgroup"
        return SandboxFacts(
            kind="process",
            image=f"host: {self._machine.system}",
            network="none",
            runtime=f"bubblewrap {self._machine.version} ({bounds}; disk not limited)",
            trusted_only=True,
        )

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
        await asyncio.to_thread(self._forget)
        if not await strays.end(self.id):
            raise SandboxBroken(f"Processes of the sandbox {self.id} would not die.")
        if self._machine.cgroups:
            await cgroup.end(self._machine.cgroups / self.id)
        if not await asyncio.to_thread(self._remove, ("workspace", "tmp")):
            # Directories without permissions, or deeper than our own recursion: their owner can remove them.
            await self._inside(["sh", "-c", _WIPE], {}, b"", inout.SECONDS, keep=1024)
        if not await asyncio.to_thread(self._remove, ("workspace", "tmp", "")):
            raise SandboxBroken(f"{self._directory} cannot be removed.")

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
        if not await asyncio.to_thread((self._directory / "spec.json").exists):
            raise SandboxBroken(f"The sandbox {self.id} was destroyed.")
        return await self._inside(command, given, stdin, timeout, keep or self._limits.output_bytes)

    async def _inside(
        self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, timeout: float, keep: int
    ) -> Ran:
        machine = self._machine
        layout = bwrap.Layout(
            directory=self._directory,
            prefixes=machine.prefixes,
            path=machine.path,
            seal_userns=machine.seal_userns,
        )
        found = bwrap.sources(layout)
        seen = [f"{machine.stage}/{n}" for n in range(len(found))] if machine.stage else found
        status, status_end = os.pipe()
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, status)
            ended = stack.enter_context(os.fdopen(status_end, "wb", buffering=0))
            # Through a file, not as arguments: code inside can read the command line of its process 1.
            told = "\0".join([*bwrap.options(layout, env, seen), ""])
            options = stack.enter_context(kept(told.encode()))
            given = stack.enter_context(kept(stdin))
            command = [machine.bwrap, "--json-status-fd", str(status_end), "--args", str(options)]
            command += [*strays.marked(self.id), "--", *bwrap.limited(argv, self._limits, timeout)]
            if machine.stage:
                group = str(machine.cgroups / self.id) if machine.cgroups else ""
                command = bwrap.staged(machine.stage, group, found, command)
            try:
                ran = await supervise(
                    command,
                    stdin=given,
                    keep=keep,
                    timeout=timeout,
                    pass_fds=(status_end, options),
                    owner=USER if machine.stage else None,
                )
            except OSError as problem:
                return _refused(problem)
            ended.close()
            # bubblewrap says how the command ended only if it came to start one.
            if not ran.timed_out and b"exit-code" not in _read_now(status):
                raise SandboxBroken(f"bubblewrap failed: {ran.stderr.text().strip()[-500:]}")
            return ran

    def _forget(self) -> None:
        """First of all: from here on nobody connects to it or starts anything in it."""
        (self._directory / "spec.json").unlink(missing_ok=True)

    def _remove(self, names: Sequence[str]) -> bool:
        """Never through a symbolic link, for rmtree works on directory handles."""
        for name in names:
            try:
                shutil.rmtree(self._directory / name)
            except FileNotFoundError:
                continue
            except (OSError, RecursionError):
                for needed in ("workspace", "tmp"):
                    (self._directory / needed).mkdir(exist_ok=True)
                return False
        return True


def _read_now(fd: int) -> bytes:
    """Without waiting for its end, which a stray holder of the other side could put off."""
    os.set_blocking(fd, False)
    with contextlib.suppress(BlockingIOError):
        return os.read(fd, 4096)
    return b""


def _refused(problem: OSError) -> Ran:
    """The kernel would not take the command itself, most often because it is too long."""
    stderr = Collector(1024)
    stderr.feed(f"cannot be run: {problem.strerror}\n".encode())
    return Ran(126, Collector(0), stderr, 0.0)
