"""Sandboxes that are containers, with the defaults that held when they were tried on a real engine."""

from __future__ import annotations

import asyncio
import re

from pydantic import ValidationError

from bot.breakers import Breakers
from bot.sandboxes.docker_engine import Engine
from bot.sandboxes.docker_sandbox import DockerSandbox
from workflows.errors import Gone, OperatorProblem, SandboxBroken
from workflows.ports import SandboxSpec

_ID = re.compile(r"[0-9a-f]{64}")
_TOOLS = "for tool in tar head rm chmod; do command -v $tool >/dev/null || { echo $tool; exit 1; }; done"


class DockerSandboxes:
    def __init__(
        self,
        image: str,
        *,
        host: str = "",
        runtime: str = "",
        instance: str = "default",
        breakers: Breakers | None = None,
    ) -> None:
        """`image` is for specs that name none. `host` is as in DOCKER_HOST, which is used when it is empty.

        `runtime` is one of the engine's, such as runsc or kata. `instance` tells installations apart that
        share an engine: each connects to and reaps only its own.
        """
        self._image = image
        self._host = host
        self._runtime = runtime
        self._instance = instance
        self._breakers = breakers
        self._opening = asyncio.Lock()
        self._opened: Engine | None = None
        self._good_images: set[str] = set()

    async def create(self, spec: SandboxSpec) -> DockerSandbox:
        engine = await self._engine()
        creating = asyncio.create_task(engine.call(lambda: self._start(engine, spec)))
        try:
            sandbox = await asyncio.shield(creating)
        except asyncio.CancelledError:
            # The thread cannot be stopped, so what it makes is taken away again.
            await (await creating).destroy()
            raise
        if sandbox.facts.image not in self._good_images:
            try:
                await _check_image(sandbox)
            except BaseException:
                await sandbox.destroy()
                raise
            self._good_images.add(sandbox.facts.image)
        return sandbox

    async def connect(self, sandbox_id: str) -> DockerSandbox:
        if not _ID.fullmatch(sandbox_id):
            raise Gone(f"There is no sandbox {sandbox_id!r} here.")
        engine = await self._engine()
        return await engine.call(lambda: self._found(engine, sandbox_id))

    async def reap(self, keep: frozenset[str]) -> int:
        from bot.sandboxes import docker_container as container

        engine = await self._engine()
        ours: dict[str, str | list[str] | bool] = {
            "label": [f"{container.OURS}=1", f"{container.INSTANCE}={self._instance}"]
        }
        listed = await engine.call(
            lambda: engine.client.containers.list(all=True, filters=ours, sparse=True, ignore_removed=True)
        )
        stale = [str(one.id) for one in listed if one.attrs["Labels"].get(container.RUN) not in keep]
        for container_id in stale:
            await engine.call(lambda stale=container_id: container.remove(engine.client, stale))
        return len(stale)

    async def check(self) -> str:
        from bot.sandboxes.docker_container import warning

        engine = await self._engine()
        try:
            version = await engine.call(engine.client.version)
            sandbox = await self.create(SandboxSpec(run="check"))
            await sandbox.destroy()
        except SandboxBroken as broken:
            raise OperatorProblem(broken.sentence) from broken
        facts = sandbox.facts
        return (
            f"Sandboxes are containers of {facts.image} with {facts.runtime}, without network, "
            f"on Docker {version['Version']} at {engine.host}.{warning(facts.runtime)}"
        )

    async def close(self) -> None:
        if self._opened:
            await self._opened.close()
            self._opened = None

    async def open(self) -> None:
        """Finds out whether an engine answers; OperatorProblem when none does."""
        await self._engine()

    async def _engine(self) -> Engine:
        async with self._opening:
            if self._opened is None:
                self._opened = await Engine.open(self._host, self._breakers)
            return self._opened

    def _start(self, engine: Engine, spec: SandboxSpec) -> DockerSandbox:
        from bot.sandboxes import docker_container as container

        client = engine.client
        image = spec.image or self._image
        container.require_image(client, image)
        made = container.create(client, image, spec, runtime=self._runtime, instance=self._instance)
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
        from bot.sandboxes import docker_container as container

        found = engine.client.containers.get(container_id)
        if found.labels.get(container.INSTANCE) != self._instance or found.status != "running":
            raise Gone(f"There is no sandbox {container_id!r} here.")
        try:
            spec = SandboxSpec.model_validate_json(found.labels[container.SPEC])
        except (KeyError, ValidationError) as odd:
            raise Gone(f"The container {container_id!r} is not a sandbox of this version.") from odd
        return DockerSandbox(engine, container_id, spec, container.facts(engine.client, found))


async def _check_image(sandbox: DockerSandbox) -> None:
    """Commands, and files in and out, need a shell and four tools in the image."""
    try:
        ran = await sandbox.exec(["sh", "-c", _TOOLS], timeout=60)
    except SandboxBroken as broken:
        raise SandboxBroken(f"{broken.sentence} Does {sandbox.facts.image} have a shell at `sh`?") from broken
    if not ran.ok:
        missing = ran.stdout.strip() or "sh"
        raise OperatorProblem(f"The sandbox image {sandbox.facts.image} has no {missing}; use one that has.")
