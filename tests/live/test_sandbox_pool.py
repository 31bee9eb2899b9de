"""Containers that wait: whose one is, who may take it, and that none is left of a worker that is no more."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

import docker
import pytest

from bot.sandboxes.docker import owners
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from tests.contract.sandbox_backends import docker_host, docker_image
from workflows.errors import Gone
from workflows.ports.sandbox import Limits, SandboxSpec

OURS = SandboxSpec(run="run-1", tenant="acme/shop")


@pytest.fixture
def instance() -> str:
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_host())
    yield client
    client.close()


@pytest.fixture
async def worker(instance: str) -> AsyncIterator[DockerSandboxes]:
    worker = another(instance, pool=1)
    await worker.open()
    yield worker
    await worker.reap(frozenset())
    await worker.close()


def another(instance: str, *, pool: int = 0) -> DockerSandboxes:
    return DockerSandboxes(docker_image(), host=docker_host(), instance=instance, pool=pool)


async def full(worker: DockerSandboxes) -> None:
    async with asyncio.timeout(60):
        while not worker.ready:
            await asyncio.sleep(0.05)


async def names(engine: docker.DockerClient, instance: str) -> list[str]:
    label = f"{owners.INSTANCE}={instance}"
    found = await asyncio.to_thread(
        lambda: engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)
    )
    return [str(one.name) for one in found]


async def test_one_that_waited_is_a_sandbox_like_any_other_and_the_run_s_own(
    worker: DockerSandboxes, engine: docker.DockerClient, instance: str
) -> None:
    await full(worker)
    [waiting] = await names(engine, instance)
    sandbox = await worker.create(OURS)
    seen = await asyncio.to_thread(engine.containers.get, sandbox.id)
    assert (waiting.startswith("redfirst-pool-"), str(seen.name).startswith("redfirst-run-")) == (True, True)
    assert "acme-shop-run-1" in str(seen.name)
    await sandbox.write({"a": b"1"})
    other = another(instance)
    assert await (await other.connect(sandbox.id)).read("a") == b"1"
    await other.reap(frozenset({"run-1"}))
    assert (await sandbox.exec(["true"], timeout=20)).ok
    await other.reap(frozenset({"run-2"}))
    with pytest.raises(Gone):
        await other.connect(sandbox.id)
    await other.close()


async def test_one_of_other_limits_is_made_anew(worker: DockerSandboxes, engine: docker.DockerClient) -> None:
    await full(worker)
    sandbox = await worker.create(OURS.model_copy(update={"limits": Limits(pids=99)}))
    seen = await asyncio.to_thread(engine.containers.get, sandbox.id)
    assert seen.attrs["HostConfig"]["PidsLimit"] == 99
    assert worker.ready == 1


async def test_one_that_died_while_it_waited_is_given_to_nobody(
    worker: DockerSandboxes, engine: docker.DockerClient, instance: str
) -> None:
    await full(worker)
    [waiting] = await names(engine, instance)
    await asyncio.to_thread(lambda: engine.containers.get(waiting).kill())
    sandbox = await worker.create(OURS)
    assert (await sandbox.exec(["true"], timeout=20)).ok


async def test_of_one_that_is_taken_and_cleared_away_at_the_same_time_the_run_notices_nothing(
    worker: DockerSandboxes, instance: str
) -> None:
    other = another(instance)
    await other.open()
    for number in range(2):
        await full(worker)
        spec = SandboxSpec(run=f"run-{number}")
        sandbox, _ = await asyncio.gather(worker.create(spec), other.reap(frozenset({spec.run})))
        assert (await sandbox.exec(["true"], timeout=20)).ok
    await other.close()


async def test_one_whose_reaper_died_in_between_is_cleared_away(
    worker: DockerSandboxes, engine: docker.DockerClient, instance: str
) -> None:
    await full(worker)
    [waiting] = await names(engine, instance)
    await asyncio.to_thread(engine.api.rename, waiting, waiting.replace("-pool-", "-left-"))
    other = another(instance)
    assert await other.reap(frozenset({"run-1"})) == 1
    await other.close()
    assert await names(engine, instance) == []


async def test_what_waits_goes_with_its_worker_and_at_once(
    instance: str, engine: docker.DockerClient
) -> None:
    worker = another(instance, pool=2)
    await worker.open()
    await full(worker)
    async with asyncio.timeout(20):
        await worker.close()
    assert await names(engine, instance) == []


async def test_what_waits_for_another_worker_is_cleared_away_and_our_own_is_not(
    worker: DockerSandboxes, engine: docker.DockerClient, instance: str
) -> None:
    await full(worker)
    assert await worker.reap(frozenset()) == 0
    other = another(instance)
    assert await other.reap(frozenset()) == 1
    await other.close()
    assert await names(engine, instance) == []
    # Whose pool it was finds it gone, and makes another.
    assert (await (await worker.create(OURS)).exec(["true"], timeout=20)).ok
