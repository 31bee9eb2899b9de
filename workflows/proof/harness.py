"""Runs tests in a sandbox of its own, made from the base and a patch, never in one that an agent used."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from policies.patch import Patch
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports import ExecResult, Sandbox, Sandboxes, SandboxFacts, SandboxSpec
from workflows.programs import finding
from workflows.proof.results import Results
from workflows.proof.runners.port import Runner
from workflows.tree import Tree

REPORT_LIMIT = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Ran:
    results: Results
    facts: SandboxFacts


@dataclass(frozen=True, slots=True)
class Harness:
    sandboxes: Sandboxes
    spec: SandboxSpec
    tree: Tree
    runner: Runner
    programs: tuple[str, ...] = ()
    """Folders to look for programs in first."""
    timeout: float = 600.0

    async def run(self, patch: Patch, files: Sequence[str] = (), *, times: int = 1) -> list[Ran]:
        """The tests in `files`, or all, each time in a fresh sandbox and with another seed, side by side."""
        tree = self.tree.with_patch(patch)
        packed = tree.pack()
        runs = [asyncio.create_task(self._once(tree, packed, files, seed)) for seed in range(times)]
        try:
            return await asyncio.gather(*runs)
        finally:
            for run in runs:
                run.cancel()
            await asyncio.gather(*runs, return_exceptions=True)

    async def _once(self, tree: Tree, packed: bytes, files: Sequence[str], seed: int) -> Ran:
        sandbox = await self.sandboxes.create(self.spec)
        try:
            await fill(sandbox, packed)
            # A name that the code under test cannot know beforehand.
            report = f".redfirst-{secrets.token_hex(8)}.xml"
            command = self.runner.command(report, files, seed)
            argv = finding(self.programs, command)
            ran = await sandbox.exec(argv, timeout=self.timeout, env=self.runner.environment(tree, seed))
            results = self.runner.read(_shown(command, report), ran, await _report(sandbox, report, ran))
            return Ran(results, sandbox.facts)
        finally:
            await sandbox.destroy()


async def fill(sandbox: Sandbox, packed: bytes) -> None:
    """The tree into an empty workspace."""
    done = await sandbox.exec(["tar", "-xf", "-"], stdin=packed, timeout=120)
    if not done.ok:
        raise SandboxBroken(f"the repository could not be unpacked in the sandbox: {done.stderr.strip()}")


async def _report(sandbox: Sandbox, path: str, ran: ExecResult) -> bytes | None:
    if ran.timed_out:
        return None
    try:
        return await sandbox.read(path, limit=REPORT_LIMIT)
    except (Gone, UserProblem):
        return None


def _shown(command: Sequence[str], report: str) -> list[str]:
    """The command as it can be repeated: without the one-time name."""
    return [part.replace(report, "report.xml") for part in command]
