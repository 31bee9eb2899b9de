"""What an agent works on: the files of the base, its changes on top, and a sandbox to try things in.

Changes are data here, made through tools only. What a command leaves behind in the sandbox is not a change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from policies.patch import FileChange, Patch
from workflows.ports.blobs import Blobs
from workflows.ports.sandbox import WORKSPACE, ExecResult, Sandbox, Sandboxes, SandboxSpec, Tee
from workflows.programs import finding
from workflows.proof.harness import fill
from workflows.tree import Tree


@dataclass(slots=True)
class Desk:
    base: Tree
    sandboxes: Sandboxes
    spec: SandboxSpec
    blobs: Blobs
    objection: Callable[[str], str | None]
    """Why a path may not be written, or None."""
    programs: tuple[str, ...] = ()
    """Folders to look for programs in first."""
    patch: Patch = field(default_factory=Patch)
    _sandbox: Sandbox | None = None
    _in_sandbox: Patch = field(default_factory=Patch)

    @property
    def tree(self) -> Tree:
        return self.base.with_patch(self.patch)

    def change(self, change: FileChange) -> None:
        self.patch = self.patch.with_change(change)

    async def run(self, command: str, timeout: float, tee: Tee) -> ExecResult:
        """A shell command inside the sandbox: the one place where a model's text is executed."""
        sandbox = await self._synced()
        return await sandbox.exec(finding(self.programs, ["sh", "-c", command]), timeout=timeout, tee=tee)

    async def close(self) -> None:
        if self._sandbox is not None:
            await self._sandbox.destroy()

    async def _synced(self) -> Sandbox:
        if self._sandbox is None:
            self._sandbox = await self.sandboxes.create(self.spec)
            await fill(self._sandbox, self.base.pack(WORKSPACE))
        old = {change.path: change for change in self._in_sandbox.changes}
        new = [change for change in self.patch.changes if old.get(change.path) != change]
        await self._sandbox.write({c.path: c.content.encode() for c in new if c.content is not None})
        await self._sandbox.remove([c.path for c in new if c.content is None])
        self._in_sandbox = self.patch
        return self._sandbox
