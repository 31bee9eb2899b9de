"""What only containers have: how they are closed off, and what is said when something fails."""

from __future__ import annotations

import asyncio
import io
import tarfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator

import docker
import docker.errors
import pytest

from bot.sandboxes.docker import DockerSandboxes
from bot.sandboxes.docker_container import warning
from tests.contract.sandbox_backends import docker_host, docker_image
from workflows.errors import OperatorProblem, SandboxBroken, UserProblem
from workflows.ports import Limits, SandboxSpec

MIB = 1024**2


@pytest.fixture
async def sandboxes() -> AsyncIterator[DockerSandboxes]:
    sandboxes = DockerSandboxes(docker_image(), host=docker_host(), instance=f"test-{uuid.uuid4().hex}")
    yield sandboxes
    await sandboxes.reap(frozenset())
    await sandboxes.close()


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_host())
    yield client
    client.close()


async def test_the_container_is_closed_off(sandboxes: DockerSandboxes, engine: docker.DockerClient) -> None:
    spec = SandboxSpec(run="run-1", tenant="acme/shop")
    sandbox = await sandboxes.create(spec)
    seen = engine.containers.get(sandbox.id)
    host = seen.attrs["HostConfig"]
    assert host["Init"] is True
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["PidsLimit"] == spec.limits.pids
    assert host["Memory"] == host["MemorySwap"] == spec.limits.memory_bytes
    assert host["NanoCpus"] == 2_000_000_000
    assert host["IpcMode"] == "private"
    assert host["LogConfig"]["Type"] == "none"
    assert not host["Binds"]
    assert not seen.attrs["Mounts"]
    assert {(limit["Name"], limit["Hard"]) for limit in host["Ulimits"]} == {
        ("nofile", 1024),
        ("core", 0),
        ("fsize", spec.limits.file_bytes),
    }
    assert set(host["Tmpfs"]) == {"/tmp", "/workspace"}
    assert {"nosuid", "nodev", "noexec", "size=67108864"} <= set(host["Tmpfs"]["/tmp"].split(","))
    assert {"nosuid", "nodev", "uid=65532", "mode=0700"} <= set(host["Tmpfs"]["/workspace"].split(","))
    labels = seen.labels
    assert (labels["redfirst.run"], labels["redfirst.tenant"]) == ("run-1", "acme/shop")
    assert labels["redfirst.sandbox"] == "1"


async def test_no_process_of_the_container_is_root(sandboxes: DockerSandboxes) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    uids = await sandbox.exec(["sh", "-c", "grep -h ^Uid: /proc/[0-9]*/status"], timeout=20)
    assert {uid for line in uids.stdout.splitlines() for uid in line.split()[1:]} == {"65531", "65532"}


async def test_the_facts_name_the_image_by_digest(sandboxes: DockerSandboxes) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    assert "@sha256:" in sandbox.facts.image
    assert sandbox.facts.runtime.startswith("runc ")


async def test_an_image_that_is_missing_is_told_with_what_to_do(sandboxes: DockerSandboxes) -> None:
    with pytest.raises(OperatorProblem, match=r"docker pull no\.such/image:1"):
        await sandboxes.create(SandboxSpec(run="run-1", image="no.such/image:1"))


async def test_an_engine_that_does_not_answer_is_told_with_what_to_do() -> None:
    sandboxes = DockerSandboxes("image", host="unix:///nonexistent/docker.sock")
    for attempt in (sandboxes.check(), sandboxes.create(SandboxSpec(run="run-1"))):
        with pytest.raises(OperatorProblem, match="DOCKER_HOST"):
            await attempt


async def test_an_unknown_runtime_is_the_operator_s(engine: docker.DockerClient) -> None:
    sandboxes = DockerSandboxes(docker_image(), host=docker_host(), runtime="no-such-runtime")
    with pytest.raises(OperatorProblem, match="no-such-runtime"):
        await sandboxes.create(SandboxSpec(run="run-1"))
    await sandboxes.close()


async def test_limits_that_cannot_hold_are_refused(sandboxes: DockerSandboxes) -> None:
    limits = Limits(memory_bytes=128 * MIB, workspace_bytes=128 * MIB)
    with pytest.raises(OperatorProblem, match="memory"):
        await sandboxes.create(SandboxSpec(run="run-1", limits=limits))


async def test_a_container_that_died_is_a_broken_sandbox(
    sandboxes: DockerSandboxes, engine: docker.DockerClient
) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    running = asyncio.create_task(sandbox.exec(["sleep", "60"], timeout=60))
    await asyncio.sleep(1)
    await asyncio.to_thread(engine.containers.get(sandbox.id).kill)
    with pytest.raises(SandboxBroken):
        await running
    with pytest.raises(SandboxBroken):
        await sandbox.exec(["true"], timeout=20)


async def test_a_container_removed_by_others_is_a_broken_sandbox(
    sandboxes: DockerSandboxes, engine: docker.DockerClient
) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    await asyncio.to_thread(lambda: engine.containers.get(sandbox.id).remove(force=True))
    with pytest.raises(SandboxBroken):
        await sandbox.exec(["true"], timeout=20)


async def test_a_command_killed_for_its_memory_says_so(sandboxes: DockerSandboxes) -> None:
    limits = Limits(memory_bytes=256 * MIB, workspace_bytes=64 * MIB)
    sandbox = await sandboxes.create(SandboxSpec(run="run-1", limits=limits))
    result = await sandbox.exec(["python3", "-c", "x = bytearray(400 * 1024 ** 2)"], timeout=30)
    assert result.code == 137
    assert "memory limit of 256 MiB was reached" in result.stderr
    result = await sandbox.exec(["sh", "-c", "kill -9 $$"], timeout=30)
    assert (result.code, "memory" in result.stderr) == (137, False)


async def test_a_full_workspace_is_told_and_can_be_emptied(sandboxes: DockerSandboxes) -> None:
    limits = Limits(memory_bytes=512 * MIB, workspace_bytes=8 * MIB)
    sandbox = await sandboxes.create(SandboxSpec(run="run-1", limits=limits))
    with pytest.raises(UserProblem, match="refused writing"):
        await sandbox.write({"big": b"x" * 16 * MIB})
    await sandbox.remove(["big"])
    await sandbox.write({"small": b"x"})


async def test_cancelled_while_it_is_made_leaves_no_container(
    sandboxes: DockerSandboxes, engine: docker.DockerClient
) -> None:
    run = f"run-{uuid.uuid4().hex}"
    await sandboxes.open()
    creating = asyncio.create_task(sandboxes.create(SandboxSpec(run=run)))
    await asyncio.sleep(0.05)
    creating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await creating
    assert not await asyncio.to_thread(
        lambda: engine.containers.list(all=True, filters={"label": f"redfirst.run={run}"})
    )


async def test_a_command_that_cannot_be_killed_goes_with_its_sandbox(
    sandboxes: DockerSandboxes, engine: docker.DockerClient
) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    running = asyncio.create_task(sandbox.exec(["sleep", "60"], timeout=2))
    await asyncio.sleep(1)
    # A frozen container starts no killer and heeds none.
    await asyncio.to_thread(engine.containers.get(sandbox.id).pause)
    began = time.monotonic()
    assert (await running).timed_out
    assert time.monotonic() - began < 20
    with pytest.raises(docker.errors.NotFound):
        await asyncio.to_thread(engine.containers.get, sandbox.id)
    with pytest.raises(SandboxBroken):
        await sandbox.exec(["true"], timeout=20)


@pytest.mark.parametrize(
    ("runtime", "old"),
    [("runc 1.1.5+ds1", True), ("runc 1.2.7", True), ("runc 1.3.2", True)]
    + [(fine, False) for fine in ("runc 1.2.8", "runc 1.3.3", "runc 1.4.0", "runc 2.0.0", "runsc", "runc")],
)
def test_a_runc_with_known_escapes_is_named(runtime: str, old: bool) -> None:
    assert bool(warning(runtime)) == old


async def test_an_image_without_a_shell_is_told_and_leaves_no_container(
    sandboxes: DockerSandboxes, engine: docker.DockerClient
) -> None:
    name, run = "redfirst-test-empty:local", f"run-{uuid.uuid4().hex}"
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    engine.api.import_image_from_data(empty.getvalue(), *name.split(":"))
    try:
        with pytest.raises((OperatorProblem, SandboxBroken), match="shell"):
            await sandboxes.create(SandboxSpec(run=run, image=name))
        assert not await asyncio.to_thread(
            lambda: engine.containers.list(all=True, filters={"label": f"redfirst.run={run}"})
        )
    finally:
        await asyncio.to_thread(lambda: engine.images.remove(name, force=True))
