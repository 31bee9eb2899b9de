"""`make bench-sandbox`: what a run waits for before its first command, at each one, and between two."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import docker

from bot.sandboxes.docker import container as docker_container
from bot.sandboxes.docker.sandbox import DockerSandbox
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from tests.bench.report import Report, Target, repeated, versions
from tests.bench.sandboxes.engine import There, engine
from tests.bench.sandboxes.repository import repository
from workflows.ports.sandbox import WORKSPACE, SandboxSpec, SetUp
from workflows.proof.harness import fill

ROUNDS = 12
CALLS = 20
SPEC = SandboxSpec(run="bench")


def main() -> int:
    with engine() as there, asyncio.Runner() as loop:
        bench = loop.run(Bench.made(there))
        try:
            samples = repeated(ROUNDS, bench.measures(loop))
        finally:
            loop.run(bench.close())
    return Report(
        bench="sandbox",
        title="Sandboxes in Docker",
        unit="ms",
        samples={name: [seconds * 1000 for seconds in took] for name, took in samples.items()},
        ratios={
            "from a cold start": ("to a first result: cold", "engine: create + start"),
            "from an environment": ("to a first result: environment", "engine: create + start"),
            "from the pool": ("to a first result: pool", "engine: create + start"),
            "exec to the CLI": ("exec", "docker CLI exec"),
            "exec to the SDK": ("exec", "SDK exec_run"),
            "a repository in": ("from the pool, with a repository", "engine: create + start"),
            "back to clean": ("restore", "a new one, with a repository"),
        },
        targets=[
            Target("from the pool", 0.1),
            Target("exec to the CLI", 0.05),
            Target("a repository in", 1.2),
            Target("back to clean", 0.4),
        ],
        versions=versions("docker") | {"engine": bench.version},
    ).finish()


@dataclass
class Bench:
    there: There
    client: docker.DockerClient
    cold: DockerSandboxes
    warm: DockerSandboxes
    kept: DockerSandbox
    """One for commands."""
    full: DockerSandbox
    snapshot: str
    """Of the repository in it."""
    environment: str
    version: str
    packed: bytes = field(default_factory=lambda: repository().pack(WORKSPACE))

    @classmethod
    async def made(cls, there: There) -> Bench:
        client = docker.DockerClient(base_url=there.host)
        instance = f"bench-{secrets.token_hex(6)}"
        cold = DockerSandboxes(there.image, host=there.host, instance=instance)
        warm = DockerSandboxes(there.image, host=there.host, instance=f"{instance}-warm", pool=1)
        await warm.open()
        full = await cold.create(SPEC)
        await fill(full, repository().pack(WORKSPACE))
        setup = SetUp(key="bench", commands=("python3 -m venv --without-pip .venv",))
        return cls(
            there=there,
            client=client,
            cold=cold,
            warm=warm,
            kept=await cold.create(SPEC),
            full=full,
            snapshot=await full.snapshot(),
            environment=(await cold.set_up(SPEC, repository().pack(), setup)).id,
            version=str(client.version()["Version"]),
        )

    def measures(self, loop: asyncio.Runner) -> dict[str, Callable[[], float]]:
        measures: dict[str, Callable[[], Awaitable[float]]] = {
            "engine: create + start": self._bare,
            "to a first result: cold": partial(self._first, self.cold, SPEC),
            "to a first result: environment": partial(
                self._first, self.cold, SPEC.model_copy(update={"environment": self.environment})
            ),
            "to a first result: pool": partial(self._first, self.warm, SPEC),
            "docker CLI exec": self._cli,
            "SDK exec_run": self._sdk,
            "exec": self._exec,
            "from the pool, with a repository": partial(self._filled, self.warm),
            "a new one, with a repository": partial(self._filled, self.cold),
            "restore": self._restore,
        }
        return {name: partial(_run, loop, measure) for name, measure in measures.items()}

    async def close(self) -> None:
        for sandboxes in (self.cold, self.warm):
            await sandboxes.reap(frozenset())
            await sandboxes.close()
        self.client.close()

    async def _bare(self) -> float:
        """As closed off as ours are: the flags cost next to nothing."""
        began = time.perf_counter()
        made = docker_container.create(self.client, self.there.image, SPEC, runtime="", instance="bench")
        self.client.api.start(made)
        took = time.perf_counter() - began
        docker_container.remove(self.client, made)
        return took

    async def _first(self, sandboxes: DockerSandboxes, spec: SandboxSpec) -> float:
        await self._pool_is_full()
        began = time.perf_counter()
        sandbox = await sandboxes.create(spec)
        assert (await sandbox.exec(["true"], timeout=60)).ok
        took = time.perf_counter() - began
        await sandbox.destroy()
        return took

    async def _filled(self, sandboxes: DockerSandboxes) -> float:
        await self._pool_is_full()
        began = time.perf_counter()
        sandbox = await sandboxes.create(SPEC)
        await fill(sandbox, self.packed)
        took = time.perf_counter() - began
        await sandbox.destroy()
        return took

    async def _restore(self) -> float:
        await self._pool_is_full()
        spoil = "rm -rf package1 && echo x >package2/new && touch /tmp/new"
        assert (await self.full.exec(["sh", "-c", spoil], timeout=60)).ok
        began = time.perf_counter()
        await self.full.restore(self.snapshot)
        return time.perf_counter() - began

    async def _exec(self) -> float:
        await self._pool_is_full()
        began = time.perf_counter()
        for _ in range(CALLS):
            assert (await self.kept.exec(["true"], timeout=60)).ok
        return (time.perf_counter() - began) / CALLS

    async def _cli(self) -> float:
        command = ["docker", "--host", self.there.host, "exec", "--user", "65532", self.kept.id, "true"]
        began = time.perf_counter()
        await asyncio.to_thread(subprocess.run, command, check=True)
        return time.perf_counter() - began

    async def _sdk(self) -> float:
        container = self.client.containers.get(self.kept.id)
        began = time.perf_counter()
        assert container.exec_run(["true"], user="65532").exit_code == 0
        return time.perf_counter() - began

    async def _pool_is_full(self) -> None:
        while not self.warm.ready:
            await asyncio.sleep(0.02)


def _run(loop: asyncio.Runner, measure: Callable[[], Awaitable[float]]) -> float:
    async def measured() -> float:
        return await measure()

    return loop.run(measured())


if __name__ == "__main__":
    sys.exit(main())
