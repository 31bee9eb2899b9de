"""Set-ups in containers: one for each key, however many ask at once, and nothing left of one that fails."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

from bot.sandboxes import environments
from bot.sandboxes.docker.engine import Engine
from bot.sandboxes.docker.making import Making, refuse_own_loopback
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.environments import DAY, Base, Keeping, Kept
from workflows.ports.sandbox import Environment, SandboxSpec, SetUp

T = TypeVar("T")

_SLACK_SECONDS = 300.0
"""Beside its commands: to be made, packed, and taken away."""
_ASK_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class DockerSetUps:
    instance: str
    image: str
    """The sandboxes' default; the proxy runs in it, too."""
    runtime: str = ""
    egress: Egress = field(default_factory=Egress)
    keeping: Keeping = field(default_factory=Keeping)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(
        default_factory=WeakValueDictionary[str, asyncio.Lock]
    )

    async def set_up(self, engine: Engine, spec: SandboxSpec, packed: bytes, setup: SetUp) -> Environment:
        if setup.hosts:
            refuse_own_loopback(self.runtime)
        base = await engine.call(lambda: _base(engine, spec.image or self.image))
        key = environments.key_of(self.instance, spec, base.id, setup)
        making = Making(
            engine=engine,
            name=f"redfirst-setup-{key[:40]}",
            base=base,
            key=key,
            spec=spec,
            instance=self.instance,
            image=self.image,
            runtime=self.runtime,
            egress=self.egress,
            most_bytes=self.keeping.each_bytes,
        )
        # Here they wait for each other in turn, and for those of other processes by asking again.
        async with self._locks.setdefault(key, asyncio.Lock()):
            while not await self.use(engine, spec.tenant, key):
                if await making.claimed(setup.seconds + _SLACK_SECONDS):
                    made = await making.made(packed, setup)
                    await self.trim(engine)
                    return made
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
        return Environment(id=key)

    async def use(self, engine: Engine, tenant: str, key: str) -> Kept | None:
        """One that is there, and is now the last that would be taken away."""
        from bot.sandboxes.docker import environments as images

        return await engine.call(lambda: images.use(engine.client, self.instance, tenant, key))

    async def trim(self, engine: Engine) -> list[Kept]:
        """Takes away what is too old, too much or too many; what went."""
        from bot.sandboxes.docker import egress
        from bot.sandboxes.docker import environments as images

        def trim() -> list[Kept]:
            now = time.time()
            egress.trim(engine.client, now - max(self.keeping.seconds, DAY))
            return images.trim(engine.client, self.instance, self.keeping, now)

        return await engine.call(trim)


def _base(engine: Engine, image: str) -> Base:
    from bot.sandboxes.docker.container import pinned, require_image

    require_image(engine.client, image)
    found = engine.client.images.get(image)
    return Base(str(found.id), pinned(found, image))
