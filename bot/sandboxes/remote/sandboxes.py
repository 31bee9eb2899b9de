"""Sandboxes that somebody else hosts: made, found, set up and ended, whoever it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping

from pydantic import ValidationError

from bot.sandboxes.remote.host import Host, Order
from bot.sandboxes.remote.sandbox import RemoteSandbox
from bot.sandboxes.remote.setup import furnish
from workflows.errors import Gone, OperatorProblem, SandboxBroken
from workflows.ports.sandbox import Environment, SandboxSpec, SetUp

_OURS = "redfirst-sandbox"
_INSTANCE = "redfirst-instance"
_RUN = "redfirst-run"
_TENANT = "redfirst-tenant"
_SPEC = "redfirst-spec"
_IMAGE = "redfirst-image"


class RemoteSandboxes:
    def __init__(
        self, host: Host, *, template: str = "", instance: str = "default", open_setup: bool = False
    ) -> None:
        """`template` is for specs that name none, and empty is the provider's own default. `instance` tells
        installations apart that share an account: each connects to and reaps only its own. `open_setup` lets
        set-up commands talk to anybody, where the provider cannot hold them to some hosts."""
        self._host = host
        self._template = template
        self._instance = instance
        self._open_setup = open_setup

    async def create(self, spec: SandboxSpec) -> RemoteSandbox:
        return await self._create(spec)

    async def connect(self, sandbox_id: str) -> RemoteSandbox:
        if not sandbox_id.isascii() or not sandbox_id.replace("-", "").isalnum():
            raise Gone(f"There is no sandbox {sandbox_id!r} here.")
        known = await self._host.look(sandbox_id)
        labels = known.labels
        if labels.get(_INSTANCE) != self._instance:
            raise Gone(f"There is no sandbox {sandbox_id!r} here.")
        try:
            spec = SandboxSpec.model_validate_json(labels[_SPEC])
        except (KeyError, ValidationError) as odd:
            raise Gone(f"{sandbox_id!r} is not a sandbox of this version.") from odd
        return RemoteSandbox(self._host, await self._host.open(known), spec, labels.get(_IMAGE, ""))

    async def set_up(self, spec: SandboxSpec, packed: bytes, setup: SetUp) -> Environment:
        named = hashlib.sha256(f"{setup.key}\n{self._wanted(spec)}".encode()).hexdigest()[:24]
        name = f"redfirst-{self._instance}-{named}"
        if found := await self._host.kept(name):
            return Environment(id=found)
        # Providers hold to names; those know of no ports.
        hosts = tuple(dict.fromkeys(host.partition(":")[0] for host in setup.hosts))
        sandbox = await self._create(spec, hosts, network=True)
        try:
            if not (sandbox.sealed or self._open_setup):
                raise OperatorProblem(
                    f"{self._host.name} does not say that it holds a sandbox to the hosts which set-up may "
                    "talk to. Upgrade it, or let set-up talk to anybody: REDFIRST_SANDBOX_OPEN_SETUP=true."
                )
            log = await furnish(sandbox, packed, setup)
            return Environment(id=await sandbox.keep(name), is_new=True, log=log)
        finally:
            await asyncio.shield(sandbox.destroy())

    async def trim(self) -> int:
        """They are kept at the provider, who says how long."""
        return 0

    async def reap(self, keep: frozenset[str]) -> int:
        found = await self._host.listed(self._mine())
        stale = [machine.id for machine in found if machine.labels.get(_RUN) not in keep]
        for machine_id in stale:
            await self._host.end(machine_id)
        return len(stale)

    async def check(self) -> str:
        try:
            sandbox = await self.create(SandboxSpec(run="check"))
            try:
                ran = await sandbox.exec(["true"], timeout=60)
            finally:
                await sandbox.destroy()
        except SandboxBroken as broken:
            raise OperatorProblem(broken.sentence) from broken
        if not ran.ok:
            raise OperatorProblem(f"Sandboxes of {self._host.name} run no commands: {ran.stderr[-300:]}")
        facts = sandbox.facts
        return f"Sandboxes are {facts.image} of {self._host.name}, {facts.runtime}, without network."

    async def close(self) -> None:
        await self._host.close()

    async def _create(
        self, spec: SandboxSpec, hosts: tuple[str, ...] = (), *, network: bool = False
    ) -> RemoteSandbox:
        creating = asyncio.create_task(self._make(spec, hosts, network))
        try:
            return await asyncio.shield(creating)
        except asyncio.CancelledError:
            # What is being made may be there already without anybody knowing its name.
            made = await asyncio.gather(creating, return_exceptions=True)
            for sandbox in made:
                if isinstance(sandbox, RemoteSandbox):
                    await sandbox.destroy()
            raise

    async def _make(self, spec: SandboxSpec, hosts: tuple[str, ...], network: bool) -> RemoteSandbox:
        wanted = self._wanted(spec)
        labels = {
            **self._mine(),
            _RUN: spec.run,
            _TENANT: spec.tenant,
            _SPEC: spec.model_dump_json(),
            _IMAGE: wanted or "default",
        }
        machine = await self._host.make(Order(wanted, labels, hosts))
        sandbox = RemoteSandbox(self._host, machine, spec, wanted or "default", network=network)
        try:
            await sandbox.prepare()
        except BaseException:
            await sandbox.destroy()
            raise
        return sandbox

    def _wanted(self, spec: SandboxSpec) -> str:
        return spec.environment or spec.image or self._template

    def _mine(self) -> Mapping[str, str]:
        return {_OURS: "1", _INSTANCE: self._instance}
