"""One command in a sandbox of bubblewrap: what it may see, how it is started, and what it came to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sandboxes.command import USER
from bot.sandboxes.output import Ran
from bot.sandboxes.process import bwrap, strays
from bot.sandboxes.process.machine import Machine
from bot.sandboxes.process.supervise import kept, supervise
from bot.sandboxes.seccomp import bubblewrap_filter
from bot.sandboxes.setting_up import STAYING
from workflows.errors import SandboxBroken
from workflows.ports.sandbox import Limits
from workflows.printed import Collector

ENVIRONMENT = "environment"
"""Beside the workspace: a folder while a set-up fills it, and a link to one for who starts from it."""


@dataclass(frozen=True)
class Inside:
    directory: Path
    limits: Limits
    machine: Machine

    async def run(
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
        """`ours` is a command that must work whatever is there, such as one that cleans up."""
        machine = self.machine
        layout = self._layout(snapshot, ours=ours)
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
            command += [*strays.marked(self.directory.name), "--", *bwrap.limited(argv, self.limits, timeout)]
            if machine.stage:
                group = str(machine.cgroups / self.directory.name) if machine.cgroups else ""
                # Read from us, and not passed on: what is open here would be open in the sandbox.
                table = stack.enter_context(kept(os.fsencode(bwrap.table(machine.stage, found))))
                command = bwrap.staged(group, f"/proc/{os.getpid()}/fd/{table}", command)
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

    def _layout(self, snapshot: Path | None, *, ours: bool) -> bwrap.Layout:
        environment = self.directory / ENVIRONMENT
        return bwrap.Layout(
            directory=self.directory,
            # What empties a place must not find a Python of ours in it, as in a checkout below /tmp.
            prefixes=() if ours else self.machine.prefixes,
            path=self.machine.path,
            seal_userns=self.machine.seal_userns,
            snapshot=snapshot,
            environment=environment.resolve() if environment.exists() else None,
            in_set_up=not environment.is_symlink(),
        )

    def _unlock(self) -> None:
        """A command may have taken the permissions from the places that it was given, which are its own."""
        for name in ("workspace", "tmp"):
            place = self.directory / name
            with contextlib.suppress(FileNotFoundError):
                mode = stat.S_IMODE(place.lstat().st_mode)
                if mode & stat.S_IRWXU != stat.S_IRWXU:
                    place.chmod(mode | stat.S_IRWXU, follow_symlinks=False)


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
