"""The making of one environment: claimed, furnished with a way out, stripped, kept, and cleared away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.sandboxes.docker.engine import Engine
from bot.sandboxes.docker.sandbox import DockerSandbox
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.egress.denied import about_denied, hosts_of
from bot.sandboxes.egress.relay import PORT
from bot.sandboxes.environments import Base, Kept
from bot.sandboxes.setting_up import CA_FILE, furnish, measured, strip, variables
from workflows.errors import Gone, OperatorProblem, SandboxBroken, UserProblem
from workflows.ports.sandbox import Environment, SandboxSpec, SetUp

T = TypeVar("T")

_OWN_LOOPBACK = ("runsc", "kata")


def refuse_own_loopback(runtime: str) -> None:
    """What listens on the loopback beside it is not there for who has one of its own."""
    if any(name in runtime for name in _OWN_LOOPBACK):
        raise OperatorProblem(
            f"A set-up with network does not work under {runtime}, which has a loopback of its own: "
            "name an image that has what the tests need."
        )


@dataclass(frozen=True)
class Making:
    engine: Engine
    name: str
    base: Base
    key: str
    spec: SandboxSpec
    instance: str
    image: str
    runtime: str
    egress: Egress
    most_bytes: int

    async def claimed(self, seconds: float) -> bool:
        """Whether it is ours to make. A claim that was left behind is taken away, for the next time."""
        from bot.sandboxes.docker import claims

        def claim() -> bool:
            made = claims.claim(
                self.engine.client,
                self.name,
                self.base.id,
                self.spec,
                runtime=self.runtime,
                instance=self.instance,
                most=self.most_bytes,
            )
            if not made and claims.is_abandoned(self.engine.client, self.name, self.spec.run, seconds):
                claims.clear(self.engine.client, self.name)
            return made

        claiming = asyncio.ensure_future(self._call(claim))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            if await claiming:
                await self._clear()
            raise

    async def made(self, packed: bytes, setup: SetUp) -> Environment:
        from bot.sandboxes.docker import environments as images

        try:
            # Another may have made it between our look and our claim.
            client, tenant = self.engine.client, self.spec.tenant
            if await self._call(lambda: images.use(client, self.instance, tenant, self.key)):
                return Environment(id=self.key)
            sandbox = await self._begun()
            try:
                log, denied = await self._commanded(sandbox, packed, setup)
                await strip(sandbox, packed)
                await self._keep(sandbox)
            finally:
                # It holds a connection to its container.
                await sandbox.destroy()
        finally:
            await self._clear()
        return Environment(id=self.key, is_new=True, denied=denied, log=log)

    async def _begun(self) -> DockerSandbox:
        from bot.sandboxes.docker import container

        def start() -> DockerSandbox:
            client = self.engine.client
            found = client.containers.get(self.name)
            found.start()
            found.reload()
            spec = SandboxSpec.model_validate_json(found.labels[container.SPEC])
            return DockerSandbox(self.engine, str(found.id), spec, container.facts(client, found))

        try:
            sandbox = await self._call(start)
            await sandbox.open()
        except Gone as gone:
            raise SandboxBroken("The container of a set-up was taken away.") from gone
        return sandbox

    async def _commanded(
        self, sandbox: DockerSandbox, packed: bytes, setup: SetUp
    ) -> tuple[str, tuple[str, ...]]:
        """What the commands said, and whom they asked for in vain. Afterwards there is no network."""
        from bot.sandboxes.docker import egress

        if self.egress.ca:
            await sandbox.write({CA_FILE: self.egress.ca})
        env = variables(PORT if setup.hosts else None, ca=bool(self.egress.ca))
        if not setup.hosts:
            return await furnish(sandbox, packed, setup, env), ()
        refuse_own_loopback(sandbox.facts.runtime)
        way = egress.Way(
            client=self.engine.client,
            container=sandbox.id,
            name=self.name,
            spec=self.spec,
            egress=self.egress,
            image=self.image,
            instance=self.instance,
        )
        await self._call(lambda: way.open(setup.hosts))
        try:
            log = await furnish(sandbox, packed, setup, env)
        except UserProblem as failed:
            said = about_denied(await self._call(way.denied))
            raise UserProblem(f"{failed.sentence}\n{said}".strip()) from failed
        denied = await self._call(way.denied)
        await self._call(lambda: egress.close(self.engine.client, self.name))
        return log, hosts_of(denied)

    async def _keep(self, sandbox: DockerSandbox) -> None:
        from bot.sandboxes.docker import claims
        from bot.sandboxes.docker import environments as images

        size, files = await measured(sandbox)
        most = self.most_bytes
        kept = Kept(self.key, self.spec.tenant, bytes=min(size, most), files=min(files, claims.FILES), used=0)
        await self._call(
            lambda: images.keep(
                self.engine.client,
                sandbox.id,
                self.base,
                kept,
                self.spec,
                instance=self.instance,
                most=most,
            )
        )

    async def _clear(self) -> None:
        from bot.sandboxes.docker import claims

        await self._call(lambda: claims.clear(self.engine.client, self.name))

    async def _call(self, work: Callable[[], T]) -> T:
        """A thread cannot be stopped: who is cancelled waits for it, so that nothing comes after the end."""
        task = asyncio.ensure_future(self.engine.call(work))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise
