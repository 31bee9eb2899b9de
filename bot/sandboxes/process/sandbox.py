"""One sandbox of bubblewrap: every command gets namespaces of its own, and they end with it."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.sandboxes import inout
from bot.sandboxes.command import HOME, USER, checked
from bot.sandboxes.output import Ran, collectors
from bot.sandboxes.process import bwrap, cgroup, strays
from bot.sandboxes.process.inside import ENVIRONMENT, Inside
from bot.sandboxes.process.machine import Machine
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports.sandbox import WORKSPACE, ExecResult, SandboxFacts, SandboxSpec, Tee

_PLACES = f"{HOME} {WORKSPACE}"
_WIPE = "chmod -R u+rwX {places} 2>/dev/null; find {places} -mindepth 1 -delete"
_KEEP = f"exec cp -a --reflink=auto {WORKSPACE}/. {bwrap.SNAPSHOT}"
_RESTORE = f"{_WIPE.format(places=_PLACES)} && exec cp -a --reflink=auto {bwrap.SNAPSHOT}/. {WORKSPACE}"
_NAME = re.compile(r"[0-9a-f]{16}")


class ProcessSandbox:
    def __init__(self, directory: Path, spec: SandboxSpec, machine: Machine) -> None:
        self._directory = directory
        self._limits = spec.limits
        self._machine = machine
        self._inside = Inside(directory, spec.limits, machine)

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
        return await self._inside.run(command, given, stdin, timeout, out, err, snapshot, ours=ours)

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
        await self._inside.run(argv, {}, b"", inout.SECONDS, *collectors(1024, None), snapshot, ours=True)

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
