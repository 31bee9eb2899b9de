"""Taking a container out of its pool: from then on it is a run's, and says so twice."""

from __future__ import annotations

import asyncio
import contextlib

from bot.sandboxes.docker.engine import Engine
from bot.sandboxes.docker.sandbox import DockerSandbox
from workflows.errors import Problem
from workflows.ports.sandbox import SandboxSpec


class Taking:
    def __init__(self) -> None:
        self._saying: set[asyncio.Task[None]] = set()

    async def take(self, engine: Engine, ready: DockerSandbox, spec: SandboxSpec) -> bool:
        """Whether it still runs, and is now this run's."""
        from bot.sandboxes.docker import owners

        try:
            name = ready.waits and await engine.call(lambda: owners.take(engine.client, ready.name, spec))
        except BaseException:
            await ready.destroy()
            raise
        if not name:
            await ready.destroy()
            return False
        saying = asyncio.create_task(_say_again(engine, ready.id, name))
        self._saying.add(saying)
        saying.add_done_callback(self._saying.discard)
        return True

    async def close(self) -> None:
        for saying in self._saying:
            saying.cancel()
        await asyncio.gather(*self._saying, return_exceptions=True)


async def _say_again(engine: Engine, container_id: str, name: str) -> None:
    from bot.sandboxes.docker import owners

    await asyncio.sleep(owners.AGAIN_SECONDS)
    # Who wants to use it notices by himself what is wrong.
    with contextlib.suppress(Problem):
        await engine.call(lambda: owners.say_again(engine.client, container_id, name))
