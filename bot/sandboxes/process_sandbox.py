"""One sandbox of bubblewrap: every command gets namespaces of its own, and they end with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import re
import secrets
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sandboxes import bwrap, cgroup, inout, strays
from bot.sandboxes.command import HOME, USER, checked
from bot.sandboxes.output import Collector, Ran, collectors
from bot.sandboxes.seccomp import bubblewrap_filter
from bot.sandboxes.setting_up import STAYING
from bot.sandboxes.supervise import kept, supervise
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports import WORKSPACE, ExecResult, SandboxFacts, SandboxSpec, Tee

_PLACES = f"{HOME} {WORKSPACE}"
_WIPE = "chmod -R u+rwX {places} 2>/dev/null; find {places} -mindepth 1 -delete"
_KEEP = f"exec cp -a --reflink=auto {WORKSPACE}/. {bwrap.SNAPSHOT}"
_RESTORE = f"{_WIPE.format(places=_PLACES)} && exec cp -a --reflink=auto {bwrap.SNAPSHOT}/. {WORKSPACE}"
ENVIRONMENT = "environment"
"""Beside the workspace: a folder while a set-up fills it, and a link to one for who starts from it."""
_NAME = re.compile(r"[0-9a-f]{16}")


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
    def directory(self) -> Path:
        return self._directory

    @property
    def facts(self) -> SandboxFacts:
        bounds = "memory, pids and cpu by cgroup" if self._machine.cgroups else "memory by process, no cgroup"
        return SandboxFacts(
            kind="process",
            image=f"host: {self._machine.system}{self._with()}",
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
        place = self._snapshots / name
        await asyncio.to_thread(self._make_owned, place)
        ran = await self._run(["sh", "-c", _KEEP], timeout=inout.SECONDS, snapshot=place)
        if ran.code != 0:
            await self._remove_snapshot(place)
            raise UserProblem(f"The workspace cannot be kept as it is: {ran.stderr.text().strip()[-500:]}")
        return name

    async def restore(self, snapshot: str) -> None:
        place = self._snapshots / snapshot
        if not _NAME.fullmatch(snapshot) or not await asyncio.to_thread(place.is_dir):
            raise Gone(f"There is no snapshot {snapshot!r}.")
        ran = await self._run(["sh", "-c", _RESTORE], timeout=inout.SECONDS, snapshot=place)
        if ran.code != 0:
            said = ran.stderr.text().strip()[-500:]
            raise SandboxBroken(f"The sandbox could not be made clean again: {said}")

    async def destroy(self) -> None:
        await asyncio.to_thread(self._forget)
        if not await strays.end(self.id):
            raise SandboxBroken(f"Processes of the sandbox {self.id} would not die.")
        if self._machine.cgroups:
            await cgroup.end(self._machine.cgroups / self.id)
        if not await asyncio.to_thread(self._remove, ("workspace", "tmp")):
            await self._wipe(_PLACES, None)
        for place in await asyncio.to_thread(lambda: list(self._snapshots.glob("*"))):
            await self._remove_snapshot(place)
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
        tee: Tee | None = None,
        snapshot: Path | None = None,
    ) -> Ran:
        command, given = checked(argv, env)
        if not await asyncio.to_thread((self._directory / "spec.json").exists):
            raise SandboxBroken(f"The sandbox {self.id} was destroyed.")
        out, err = collectors(keep or self._limits.output_bytes, tee)
        ours = snapshot is not None
        return await self._inside(command, given, stdin, timeout, out, err, snapshot, ours=ours)

    async def _inside(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        stdin: bytes,
        timeout: float,
        out: Collector,
        err: Collector,
        snapshot: Path | None = None,
        *,
        ours: bool = False,
    ) -> Ran:
        machine = self._machine
        environment = self._directory / ENVIRONMENT
        layout = bwrap.Layout(
            directory=self._directory,
            # What empties a place must not find a Python of ours in it, as in a checkout below /tmp.
            prefixes=() if ours else machine.prefixes,
            path=machine.path,
            seal_userns=machine.seal_userns,
            snapshot=snapshot,
            environment=environment.resolve() if environment.exists() else None,
            in_set_up=not environment.is_symlink(),
        )
        env = {**STAYING, **env} if layout.environment else env
        found = bwrap.sources(layout)
        seen = [f"{machine.stage}/{n}" for n in range(len(found))] if machine.stage else found
        await asyncio.to_thread(self._unlock)
        status, status_end = os.pipe()
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, status)
            ended = stack.enter_context(os.fdopen(status_end, "wb", buffering=0))
            # Through a file, not as arguments: code inside can read the command line of its process 1.
            told = "\0".join([*bwrap.options(layout, env, seen), ""])
            options = stack.enter_context(kept(told.encode()))
            given = stack.enter_context(kept(stdin))
            passed = [status_end, options]
            command = [machine.bwrap, "--json-status-fd", str(status_end), "--args", str(options)]
            if program := bubblewrap_filter(platform.machine()):
                passed.append(stack.enter_context(kept(program)))
                command += ["--seccomp", str(passed[-1])]
            command += [*strays.marked(self.id), "--", *bwrap.limited(argv, self._limits, timeout)]
            if machine.stage:
                group = str(machine.cgroups / self.id) if machine.cgroups else ""
                command = bwrap.staged(machine.stage, group, found, command)
            try:
                ran = await supervise(
                    command,
                    stdin=given,
                    out=out,
                    err=err,
                    timeout=timeout,
                    pass_fds=passed,
                    owner=USER if machine.stage else None,
                )
            except OSError as problem:
                return _refused(problem)
            ended.close()
            # bubblewrap says how the command ended only if it came to start one.
            if not ran.timed_out and b"exit-code" not in _read_now(status):
                raise SandboxBroken(f"bubblewrap failed: {ran.stderr.text().strip()[-500:]}")
            return ran

    def _with(self) -> str:
        link = self._directory / ENVIRONMENT
        return f" with environment {link.readlink().parent.name}" if link.is_symlink() else ""

    @property
    def _snapshots(self) -> Path:
        return self._directory / "snapshots"

    def _make_owned(self, place: Path) -> None:
        place.mkdir(parents=True, mode=0o700)
        if self._machine.stage:
            os.chown(place, USER, USER)

    async def _remove_snapshot(self, place: Path) -> None:
        try:
            await asyncio.to_thread(shutil.rmtree, place)
        except (OSError, RecursionError):
            await self._wipe(bwrap.SNAPSHOT, place)

    async def _wipe(self, places: str, snapshot: Path | None) -> None:
        """By their owner, who can remove what has no permissions, or is deeper than our own recursion."""
        argv = ["sh", "-c", _WIPE.format(places=places)]
        await self._inside(argv, {}, b"", inout.SECONDS, *collectors(1024, None), snapshot, ours=True)

    def _unlock(self) -> None:
        """A command may have taken the permissions from the places that it was given, which are its own."""
        for name in ("workspace", "tmp"):
            place = self._directory / name
            with contextlib.suppress(FileNotFoundError):
                mode = stat.S_IMODE(place.lstat().st_mode)
                if mode & stat.S_IRWXU != stat.S_IRWXU:
                    place.chmod(mode | stat.S_IRWXU, follow_symlinks=False)

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
