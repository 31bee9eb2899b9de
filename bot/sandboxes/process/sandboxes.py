"""Sandboxes of bubblewrap, for machines without a container engine. Not a wall against a kernel exploit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from bot.sandboxes.command import USER
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.environments import Keeping
from bot.sandboxes.process import bwrap, cgroup
from bot.sandboxes.process.inside import ENVIRONMENT
from bot.sandboxes.process.machine import Machine, look
from bot.sandboxes.process.sandbox import ProcessSandbox
from bot.sandboxes.process.setup import ProcessSetUps
from bot.sandboxes.setting_up import settle
from workflows.errors import Gone, OperatorProblem, SandboxBroken
from workflows.ports.sandbox import Environment, SandboxSpec, SetUp

_ID = re.compile(r"rf-[0-9a-f]{16}")
_HALF_MADE_SECONDS = 60.0


class ProcessSandboxes:
    """One directory per sandbox below `root`: its workspace, and beside it a note of whose it is."""

    def __init__(
        self,
        root: Path,
        *,
        python_prefixes: Sequence[Path] = (),
        path: Sequence[str] = (),
        cgroup_parent: Path | None = None,
        egress: Egress | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        """`python_prefixes` are shown read-only, and their bin/ comes first on the PATH, after `path`.

        `cgroup_parent` is a cgroup (version 2) given to us to divide; by default we try to make one, as root.
        """
        self._root = root.absolute()
        covered = (Path("/usr"), Path("/bin"), Path("/lib"))
        self._prefixes = tuple(p.absolute() for p in dict.fromkeys(python_prefixes) if p not in covered)
        for prefix in self._prefixes:
            if prefix in {Path("/"), Path.home(), Path("/proc"), Path("/etc")}:
                raise OperatorProblem(f"{prefix} is too much to show to sandboxes: name a Python's own.")
        self._path = tuple(path)
        self._cgroup_parent = cgroup_parent
        self._setups = ProcessSetUps(
            self._root / "environments", self._begun, egress or Egress(), keeping or Keeping()
        )

    async def create(self, spec: SandboxSpec) -> ProcessSandbox:
        kept = await self._setups.use(spec) if spec.environment else None
        sandbox = await self._begun(spec, kept)
        if kept:
            try:
                await settle(sandbox)
            except BaseException:
                await sandbox.destroy()
                raise
        return sandbox

    async def connect(self, sandbox_id: str) -> ProcessSandbox:
        if _ID.fullmatch(sandbox_id):
            spec = await asyncio.to_thread(self._spec, sandbox_id)
            if spec is not None:
                return self._sandbox(sandbox_id, spec, await asyncio.to_thread(lambda: self._machine))
        raise Gone(f"There is no sandbox {sandbox_id!r} here.")

    async def set_up(self, spec: SandboxSpec, packed: bytes, setup: SetUp) -> Environment:
        machine = await asyncio.to_thread(lambda: self._machine)
        base = "\n".join([machine.system, *map(str, machine.prefixes), *machine.path])
        return await self._setups.set_up(spec, packed, setup, base)

    async def trim(self) -> int:
        """Takes away environments that are too old, too much or too many; how many."""
        return len(await asyncio.to_thread(self._setups.trim))

    async def reap(self, keep: frozenset[str]) -> int:
        found = await asyncio.to_thread(lambda: list(self._leftovers(keep)))
        if found:
            machine = await asyncio.to_thread(lambda: self._machine)
            for name, spec in found:
                await self._sandbox(name, spec, machine).destroy()
        return len(found)

    async def check(self) -> str:
        sandbox = await self.create(SandboxSpec(run="check"))
        try:
            ran = await sandbox.exec(["true"], timeout=30)
        except SandboxBroken as broken:
            raise OperatorProblem(_advice(broken.sentence)) from broken
        finally:
            await sandbox.destroy()
        if not ran.ok:
            raise OperatorProblem(_advice(ran.stderr))
        return f"Sandboxes are {sandbox.facts.runtime} on {sandbox.facts.image}, for code you trust only."

    async def close(self) -> None:
        """Nothing is held between commands."""

    @cached_property
    def _machine(self) -> Machine:
        return look(self._root, self._prefixes, self._path, self._cgroup_parent)

    async def _begun(self, spec: SandboxSpec, environment: Path | None) -> ProcessSandbox:
        machine = await asyncio.to_thread(lambda: self._machine)
        name = f"rf-{secrets.token_hex(8)}"
        try:
            await asyncio.to_thread(self._lay_out, name, spec, machine, environment)
        except OSError as problem:
            raise OperatorProblem(f"No sandbox can be made below {self._root}: {problem}") from problem
        return self._sandbox(name, spec, machine)

    def _sandbox(self, name: str, spec: SandboxSpec, machine: Machine) -> ProcessSandbox:
        return ProcessSandbox(self._root / name, spec, machine)

    def _lay_out(self, name: str, spec: SandboxSpec, machine: Machine, environment: Path | None) -> None:
        # Renamed into place when complete, so that a reaper never meets one that it cannot read.
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self._root / f".new-{name}"
        (new / "etc").mkdir(parents=True)
        for file, text in bwrap.SYNTHETIC_ETC.items():
            (new / "etc" / file).write_text(text)
            (new / "etc" / file).chmod(0o644)
        (new / "etc").chmod(0o755)
        for writable in (new / "tmp", new / "workspace"):
            writable.mkdir()
            writable.chmod(0o700)
            if machine.stage:
                os.chown(writable, USER, USER)
        if environment:
            (new / ENVIRONMENT).symlink_to(environment)
        (new / "spec.json").write_text(spec.model_dump_json())
        if machine.cgroups:
            cgroup.limit(machine.cgroups / name, spec.limits)
        new.rename(self._root / name)

    def _spec(self, name: str) -> SandboxSpec | None:
        try:
            return SandboxSpec.model_validate_json((self._root / name / "spec.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def _leftovers(self, keep: frozenset[str]) -> Iterator[tuple[str, SandboxSpec]]:
        for directory in self._root.glob("rf-*"):
            spec = self._spec(directory.name)
            if _ID.fullmatch(directory.name) and (spec is None or spec.run not in keep):
                yield directory.name, spec or SandboxSpec(run="unknown")
        for half_made in self._root.glob(".new-rf-*"):
            with contextlib.suppress(OSError):
                if time.time() - half_made.stat().st_mtime > _HALF_MADE_SECONDS:
                    shutil.rmtree(half_made)


def _advice(said: str) -> str:
    return (
        f"bubblewrap is here but cannot make a sandbox: {said.strip()[-300:]} "
        "User namespaces must be allowed (sysctl user.max_user_namespaces above 0; on Ubuntu "
        "kernel.apparmor_restrict_unprivileged_userns=0), or use a container engine instead."
    )
