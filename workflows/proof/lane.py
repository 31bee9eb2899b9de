"""Many small runs one after another, each from the same clean tree in a sandbox that is made only once.

For the controls, which change a line at a time: to make a container and bring a repository into it takes
several times as long as to put both back to what they were.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from policies.patch import Patch
from workflows.errors import Gone, SandboxBroken
from workflows.ports.sandbox import Sandbox
from workflows.proof.harness import Harness, Ran, ask_for


@dataclass
class Lane:
    harness: Harness
    _stack: AsyncExitStack
    _sandbox: Sandbox | None = None
    _clean: str = field(default="")
    """The snapshot of the harness's own tree."""

    async def run(self, patch: Patch, files: Sequence[str]) -> Ran:
        """The tests in `files`, with nothing of what ran before."""
        ask = ask_for(self.harness.suite.inside_all(files))
        kit = {f"{ask.kit}/{name}": content for name, content in self.harness.suite.runner.kit().items()}
        changed = {one.path: one.content.encode() for one in patch.changes if one.content is not None}
        sandbox = await self._cleaned()
        # First, for where a file was there may be a folder now.
        if gone := [one.path for one in patch.changes if one.content is None]:
            await sandbox.remove(gone)
        await sandbox.write({**changed, **kit})
        return await self.harness.run_in(sandbox, self.harness.tree.with_patch(patch), ask)

    async def _cleaned(self) -> Sandbox:
        if self._sandbox is not None:
            try:
                await self._sandbox.restore(self._clean)
            except (Gone, SandboxBroken):
                # What ran in it may have broken it: then the next one begins in another.
                await self._stack.aclose()
            else:
                return self._sandbox
        self._sandbox = await self._stack.enter_async_context(self.harness.opened(self.harness.tree))
        self._clean = await self._sandbox.snapshot()
        return self._sandbox


@asynccontextmanager
async def lane(harness: Harness) -> AsyncGenerator[Lane]:
    async with AsyncExitStack() as stack:
        yield Lane(harness, stack)
