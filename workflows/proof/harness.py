"""Runs tests in a sandbox of its own, made from a tree and a patch, never in one that an agent used."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from policies.patch import Patch
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports.sandbox import WORKSPACE, ExecResult, Sandbox, Sandboxes, SandboxFacts, SandboxSpec
from workflows.programs import finding
from workflows.proof.results import Results
from workflows.proof.runners.port import Ask
from workflows.proof.runners.sealed import Key
from workflows.proof.suite import Suite
from workflows.tree import File, Tree, joined

REPORT_LIMIT = 64 * 1024**2
_FULL = ("No space left on device", "File too large", "Wrote only", "Disk quota exceeded")
_KILLED_FOR_SIZE = 128 + signal.SIGXFSZ
_BESIDE = "/tmp"  # noqa: S108 - the sandbox's own, and not the workspace


@dataclass(frozen=True, slots=True)
class Ran:
    results: Results
    facts: SandboxFacts


@dataclass(frozen=True, slots=True)
class Harness:
    sandboxes: Sandboxes
    spec: SandboxSpec
    tree: Tree
    suite: Suite
    programs: tuple[str, ...] = ()
    """Folders to look for programs in first."""
    timeout: float = 600.0

    def on(self, tree: Tree) -> Harness:
        return replace(self, tree=tree)

    async def run(
        self, patch: Patch, files: Sequence[str] = (), *, times: int = 1, seed: int = 0, trace: bool = False
    ) -> list[Ran]:
        """The tests in `files`, or all, each time in a fresh sandbox and with another seed, side by side."""
        tree = self.tree.with_patch(patch)
        packed = tree.pack(WORKSPACE)
        inside = self.suite.inside_all(files)
        asks = [_ask(inside, one, trace) for one in range(seed, seed + times)]
        runs = [asyncio.create_task(self._once(tree, packed, ask)) for ask in asks]
        try:
            return await asyncio.gather(*runs)
        finally:
            for run in runs:
                run.cancel()
            await asyncio.gather(*runs, return_exceptions=True)

    async def _once(self, tree: Tree, packed: bytes, ask: Ask) -> Ran:
        runner, folder = self.suite.runner, self.suite.folder
        command = runner.command(tree.below(folder), ask)
        kit = Tree({name: File(content) for name, content in runner.kit().items()})
        async with self._opened(joined(packed, kit.pack(ask.kit))) as sandbox:
            argv = finding(self.programs, command.argv, folder)
            ran = await sandbox.exec(argv, timeout=self.timeout, stdin=command.stdin, env=command.env)
            results = runner.read(command, ask, ran, await _report(sandbox, ask.report, ran))
            return Ran(self.suite.from_root(results), sandbox.facts)

    @asynccontextmanager
    async def opened(self, tree: Tree) -> AsyncGenerator[Sandbox]:
        """A fresh sandbox with a tree in it, that nothing is left of."""
        async with self._opened(await asyncio.to_thread(tree.pack, WORKSPACE)) as sandbox:
            yield sandbox

    @asynccontextmanager
    async def _opened(self, packed: bytes) -> AsyncGenerator[Sandbox]:
        sandbox = await self.sandboxes.create(self.spec)
        try:
            await fill(sandbox, packed)
            yield sandbox
        finally:
            await sandbox.destroy()


def _ask(files: tuple[str, ...], seed: int, trace: bool) -> Ask:
    # Names that the code under test cannot know beforehand.
    beside = f"{_BESIDE}/redfirst-{secrets.token_hex(8)}"
    return Ask(f"{beside}/kit", f"{beside}/report", Key.new(), files, seed, trace)


async def fill(sandbox: Sandbox, packed: bytes) -> None:
    """All that was packed, at the place it was packed for."""
    done = await sandbox.exec(["tar", "-xf", "-", "-C", "/"], stdin=packed, timeout=120)
    if done.ok:
        return
    if done.code == _KILLED_FOR_SIZE or any(word in done.stderr for word in _FULL):
        raise UserProblem(
            f"the repository, {len(packed) // 1024**2} MiB as a tar, does not fit into a sandbox"
        )
    raise SandboxBroken(f"the repository could not be unpacked in the sandbox: {done.stderr.strip()[-500:]}")


async def _report(sandbox: Sandbox, path: str, ran: ExecResult) -> bytes | None:
    if ran.timed_out:
        return None
    try:
        return await sandbox.read(path, limit=REPORT_LIMIT)
    except (Gone, UserProblem):
        return None
