"""A container, begun and found again: what makes one a sandbox of this installation."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pydantic import ValidationError

from bot.sandboxes.docker.engine import Engine
from bot.sandboxes.docker.sandbox import DockerSandbox
from bot.sandboxes.environments import Kept, roomier
from bot.sandboxes.setting_up import settle
from workflows.errors import Gone, OperatorProblem, SandboxBroken
from workflows.ports.sandbox import SandboxSpec


@dataclass(frozen=True)
class Starting:
    image: str
    """For specs that name none."""
    runtime: str
    instance: str

    async def start(
        self, engine: Engine, spec: SandboxSpec, kept: Kept | None, *, pool: str = ""
    ) -> DockerSandbox:
        """One that can run commands; nothing is left of one that cannot. In a `pool` it is no run's yet."""
        creating = asyncio.create_task(engine.call(lambda: self._begin(engine, spec, kept, pool)))
        try:
            sandbox = await asyncio.shield(creating)
        except asyncio.CancelledError:
            # The thread cannot be stopped, so what it makes is taken away again.
            await (await creating).destroy()
            raise
        try:
            await sandbox.open()
            if kept:
                await settle(sandbox)
        except SandboxBroken as broken:
            await sandbox.destroy()
            raise SandboxBroken(
                f"{broken.sentence} Does {sandbox.facts.image} have a shell at `sh`?"
            ) from broken
        except BaseException:
            await sandbox.destroy()
            raise
        return sandbox

    async def find(self, engine: Engine, container_id: str) -> DockerSandbox:
        return await engine.call(lambda: self._found(engine, container_id))

    def _begin(self, engine: Engine, spec: SandboxSpec, kept: Kept | None, pool: str) -> DockerSandbox:
        from bot.sandboxes.docker import container
        from bot.sandboxes.docker.environments import name_of

        client = engine.client
        image = name_of(kept.key) if kept else spec.image or self.image
        container.require_image(client, image)
        made = container.create(
            client,
            image,
            roomier(spec, kept) if kept else spec,
            runtime=self.runtime,
            instance=self.instance,
            more_files=kept.files if kept else 0,
            pool=pool,
        )
        try:
            client.api.start(made)
            return self._found(engine, made)
        except Gone as ended:
            container.remove(client, made)
            raise OperatorProblem(
                f"A container of {image} ended as soon as it began: the image needs a shell at `sh`."
            ) from ended
        except BaseException:
            container.remove(client, made)
            raise

    def _found(self, engine: Engine, container_id: str) -> DockerSandbox:
        from bot.sandboxes.docker import container
        from bot.sandboxes.docker.owners import INSTANCE

        found = engine.client.containers.get(container_id)
        if found.labels.get(INSTANCE) != self.instance or found.status != "running":
            raise Gone(f"There is no sandbox {container_id!r} here.")
        try:
            spec = SandboxSpec.model_validate_json(found.labels[container.SPEC])
        except (KeyError, ValidationError) as odd:
            raise Gone(f"The container {container_id!r} is not a sandbox of this version.") from odd
        return DockerSandbox(
            engine, container_id, spec, container.facts(engine.client, found), str(found.name)
        )
