"""Sandboxes that are containers, with the defaults that held when they were tried on a real engine."""

from __future__ import annotations

import asyncio
import re
import secrets

from bot.breakers import Breakers
from bot.sandboxes.docker.engine import Engine
from bot.sandboxes.docker.pool import Pool
from bot.sandboxes.docker.sandbox import DockerSandbox
from bot.sandboxes.docker.setup import DockerSetUps
from bot.sandboxes.docker.starting import Starting
from bot.sandboxes.docker.taking import Taking
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.environments import Keeping, Kept
from workflows.errors import Gone, OperatorProblem, SandboxBroken
from workflows.ports.sandbox import Environment, SandboxSpec, SetUp

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
        self._instance = instance
        self._breakers = breakers
        self._starting = Starting(image, runtime, instance)
        self._setups = DockerSetUps(instance, image, runtime, egress or Egress(), keeping or Keeping())
        self._opening = asyncio.Lock()
        self._opened: Engine | None = None
        self._us = secrets.token_hex(8)
        self._taking = Taking()
        self._pool: Pool[SandboxSpec, DockerSandbox] = Pool(pool, self._made_ready, DockerSandbox.destroy)

    async def create(self, spec: SandboxSpec) -> DockerSandbox:
        engine = await self._engine()
        kind = self._kind(spec)
        while ready := self._pool.take(kind):
            if await self._taking.take(engine, ready, spec):
                self._pool.want(kind)
                return ready
        made = await self._make(engine, spec)
        self._pool.want(kind)
        return made

    async def _made_ready(self, kind: SandboxSpec) -> DockerSandbox:
        return await self._make(await self._engine(), kind, pool=self._us)

    async def _make(self, engine: Engine, spec: SandboxSpec, *, pool: str = "") -> DockerSandbox:
        kept = await self._environment(engine, spec) if spec.environment else None
        return await self._starting.start(engine, spec, kept, pool=pool)

    async def connect(self, sandbox_id: str) -> DockerSandbox:
        if not _ID.fullmatch(sandbox_id):
            raise Gone(f"There is no sandbox {sandbox_id!r} here.")
        return await self._starting.find(await self._engine(), sandbox_id)

    async def set_up(self, spec: SandboxSpec, packed: bytes, setup: SetUp) -> Environment:
        return await self._setups.set_up(await self._engine(), spec, packed, setup)

    async def trim(self) -> int:
        """Takes away environments that are too old, too much or too many; how many."""
        return len(await self._setups.trim(await self._engine()))

    async def reap(self, keep: frozenset[str]) -> int:
        from bot.sandboxes.docker import owners
        from bot.sandboxes.docker.container import remove

        engine = await self._engine()
        stale = await engine.call(lambda: list(owners.stale(engine.client, self._instance, keep, self._us)))
        for container_id in stale:
            await engine.call(lambda stale=container_id: remove(engine.client, stale))
        return len(stale)

    async def check(self) -> str:
        from bot.sandboxes.docker.container import warning

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
        await self._taking.close()
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
