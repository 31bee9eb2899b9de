"""Sandboxes that are containers, with the defaults that held when they were tried on a real engine."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets

from pydantic import ValidationError

from bot.breakers import Breakers
from bot.sandboxes.docker_engine import Engine
from bot.sandboxes.docker_sandbox import DockerSandbox
from bot.sandboxes.docker_setup import DockerSetUps
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.environments import Keeping, Kept, roomier
from bot.sandboxes.pool import Pool
from bot.sandboxes.setting_up import settle
from workflows.errors import Gone, OperatorProblem, Problem, SandboxBroken
from workflows.ports import Environment, SandboxSpec, SetUp

_ID = re.compile(r"[0-9a-f]{64}")


class DockerSandboxes:
    def __init__(
        self,
        image: str,
        *,
        host: str = "",
        runtime: str = "",
        instance: str = "default",
        breakers: Breakers | None = None,
        egress: Egress | None = None,
        keeping: Keeping | None = None,
        pool: int = 0,
    ) -> None:
        """`image` is for specs that name none. `host` is as in DOCKER_HOST, which is used when it is empty.

        `runtime` is one of the engine's, such as runsc or kata. `instance` tells installations apart that
        share an engine: each connects to and reaps only its own. `pool` is how many are kept ready, which is
        for whoever stays.
        """
        self._image = image
        self._host = host
        self._runtime = runtime
        self._instance = instance
        self._breakers = breakers
        self._setups = DockerSetUps(instance, image, runtime, egress or Egress(), keeping or Keeping())
        self._opening = asyncio.Lock()
        self._opened: Engine | None = None
        self._us = secrets.token_hex(8)
        self._saying: set[asyncio.Task[None]] = set()
        self._pool: Pool[SandboxSpec, DockerSandbox] = Pool(pool, self._made_ready, DockerSandbox.destroy)

    async def create(self, spec: SandboxSpec) -> DockerSandbox:
        engine = await self._engine()
        kind = self._kind(spec)
        while ready := self._pool.take(kind):
            if await self._taken(engine, ready, spec):
                self._pool.want(kind)
                return ready
        made = await self._make(engine, spec)
        self._pool.want(kind)
        return made

    async def _made_ready(self, kind: SandboxSpec) -> DockerSandbox:
        return await self._make(await self._engine(), kind, pool=self._us)

    async def _make(self, engine: Engine, spec: SandboxSpec, *, pool: str = "") -> DockerSandbox:
        kept = await self._environment(engine, spec) if spec.environment else None
        creating = asyncio.create_task(engine.call(lambda: self._start(engine, spec, kept, pool)))
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

    async def connect(self, sandbox_id: str) -> DockerSandbox:
        if not _ID.fullmatch(sandbox_id):
            raise Gone(f"There is no sandbox {sandbox_id!r} here.")
        engine = await self._engine()
        return await engine.call(lambda: self._found(engine, sandbox_id))

    async def set_up(self, spec: SandboxSpec, packed: bytes, setup: SetUp) -> Environment:
        return await self._setups.set_up(await self._engine(), spec, packed, setup)

    async def trim(self) -> int:
        """Takes away environments that are too old, too much or too many; how many."""
        return len(await self._setups.trim(await self._engine()))

    async def reap(self, keep: frozenset[str]) -> int:
        from bot.sandboxes import docker_owners
        from bot.sandboxes.docker_container import remove

        engine = await self._engine()
        stale = await engine.call(
            lambda: list(docker_owners.stale(engine.client, self._instance, keep, self._us))
        )
        for container_id in stale:
            await engine.call(lambda stale=container_id: remove(engine.client, stale))
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
        await self._pool.close()
        for saying in self._saying:
            saying.cancel()
        await asyncio.gather(*self._saying, return_exceptions=True)
        if self._opened:
            await self._opened.close()
            self._opened = None

    @property
    def ready(self) -> int:
        """How many wait in the pool."""
        return self._pool.ready

    async def open(self) -> None:
        """Finds out whether an engine answers; OperatorProblem when none does."""
        await self._engine()
        self._pool.want(self._kind(SandboxSpec(run="")))

    async def _engine(self) -> Engine:
        async with self._opening:
            if self._opened is None:
                self._opened = await Engine.open(self._host, self._breakers)
            return self._opened

    async def _environment(self, engine: Engine, spec: SandboxSpec) -> Kept:
        kept = await self._setups.use(engine, spec.tenant, spec.environment)
        if kept is None:
            raise Gone(f"The environment {spec.environment[:12]} is no longer here.")
        return kept

    def _kind(self, spec: SandboxSpec) -> SandboxSpec:
        """What one that waits has to be, for this one to be it. An environment belongs to a tenant."""
        tenant = spec.tenant if spec.environment else ""
        return spec.model_copy(update={"run": "", "tenant": tenant, "image": spec.image or self._image})

    async def _taken(self, engine: Engine, ready: DockerSandbox, spec: SandboxSpec) -> bool:
        """Whether it still runs, and is now this run's."""
        from bot.sandboxes import docker_owners

        try:
            name = ready.waits and await engine.call(
                lambda: docker_owners.take(engine.client, ready.name, spec)
            )
        except BaseException:
            await ready.destroy()
            raise
        if not name:
            await ready.destroy()
            return False
        saying = asyncio.create_task(self._say_again(engine, ready.id, name))
        self._saying.add(saying)
        saying.add_done_callback(self._saying.discard)
        return True

    async def _say_again(self, engine: Engine, container_id: str, name: str) -> None:
        from bot.sandboxes import docker_owners

        await asyncio.sleep(docker_owners.AGAIN_SECONDS)
        # Who wants to use it notices by himself what is wrong.
        with contextlib.suppress(Problem):
            await engine.call(lambda: docker_owners.say_again(engine.client, container_id, name))

    def _start(
        self, engine: Engine, spec: SandboxSpec, kept: Kept | None = None, pool: str = ""
    ) -> DockerSandbox:
        from bot.sandboxes import docker_container as container
        from bot.sandboxes.docker_environments import name_of

        client = engine.client
        image = name_of(kept.key) if kept else spec.image or self._image
        container.require_image(client, image)
        made = container.create(
            client,
            image,
            roomier(spec, kept) if kept else spec,
            runtime=self._runtime,
            instance=self._instance,
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
        from bot.sandboxes import docker_container as container
        from bot.sandboxes.docker_owners import INSTANCE

        found = engine.client.containers.get(container_id)
        if found.labels.get(INSTANCE) != self._instance or found.status != "running":
            raise Gone(f"There is no sandbox {container_id!r} here.")
        try:
            spec = SandboxSpec.model_validate_json(found.labels[container.SPEC])
        except (KeyError, ValidationError) as odd:
            raise Gone(f"The container {container_id!r} is not a sandbox of this version.") from odd
        return DockerSandbox(
            engine, container_id, spec, container.facts(engine.client, found), str(found.name)
        )
