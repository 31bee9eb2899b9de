"""What only containers have: how they are closed off, and what is said when something fails."""

from __future__ import annotations

import asyncio
import io
import re
import tarfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator

import docker
import docker.errors
import pytest

from bot.sandboxes.docker.container import warning
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.seccomp import docker_profile
from tests.contract.sandbox_backends import docker_host, docker_image
from workflows.errors import OperatorProblem, SandboxBroken, UserProblem
from workflows.ports.sandbox import Limits, SandboxSpec

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
    assert host["SecurityOpt"] == ["no-new-privileges", f"seccomp={docker_profile()}"]
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
    assert not host["CapAdd"]
    assert not host["Privileged"]
    assert not host["Devices"]
    assert host["PidMode"] == host["UTSMode"] == ""
    assert host["ShmSize"] == 32 * MIB
    tmpfs = {place: set(how.split(",")) for place, how in host["Tmpfs"].items()}
    assert set(tmpfs) == {"/tmp", "/workspace", "/redfirst"}
    assert {"noexec", "size=67108864"} <= tmpfs["/tmp"]
    assert {"uid=65532", "mode=0700", f"size={spec.limits.workspace_bytes}"} <= tmpfs["/workspace"]
    assert {"uid=65531", "mode=0755"} <= tmpfs["/redfirst"]
    for how in tmpfs.values():
        assert {"nosuid", "nodev"} <= how
        assert any(word.startswith("nr_inodes=") for word in how)
    assert seen.attrs["Config"]["User"] == "65531:65531"
    assert [name for name in seen.attrs["Config"]["Env"] if not name.startswith("PATH=")] == ["HOME=/tmp"]
    labels = seen.labels
    assert (labels["redfirst.run"], labels["redfirst.tenant"]) == ("run-1", "acme/shop")
    assert labels["redfirst.sandbox"] == "1"


async def test_no_process_of_the_container_is_root(sandboxes: DockerSandboxes) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    uids = await sandbox.exec(["sh", "-c", "grep -h ^Uid: /proc/[0-9]*/status"], timeout=20)
    assert {uid for line in uids.stdout.splitlines() for uid in line.split()[1:]} == {"65531", "65532"}


async def test_from_inside_the_walls_are_there(sandboxes: DockerSandboxes) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    status = (await sandbox.exec(["cat", "/proc/self/status"], timeout=20)).stdout
    lines = {name: value.strip() for name, _, value in (line.partition(":") for line in status.splitlines())}
    assert lines["Seccomp"] == "2"
    assert lines["NoNewPrivs"] == "1"
    limits = await sandbox.exec(["sh", "-c", "ulimit -n; ulimit -c; ulimit -f"], timeout=20)
    assert limits.stdout.split() == ["1024", "0", str(256 * MIB // 512)]
    write = "while read -r _ on _; do (: >$on/x) 2>/dev/null && echo $on; done </proc/mounts; :"
    writable = (await sandbox.exec(["sh", "-c", write], timeout=20)).stdout
    assert set(writable.split()) == {"/dev/shm", "/tmp", "/workspace"}
    shown = (await sandbox.exec(["sh", "-c", "ls /sys/class/net; ls /var/run/*.sock"], timeout=20)).stdout
    assert shown == "lo\n"
    inits = await sandbox.exec(["cat", "/proc/1/comm"], timeout=20)
    assert inits.stdout.strip() in {"docker-init", "tini", "catatonit"}


async def test_what_would_outlive_its_process_cannot_be_made(sandboxes: DockerSandboxes) -> None:
    """Messages, semaphores and shared memory that no `rm` finds would lead from one run to the next."""
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    make = (
        "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "for make in (lambda: libc.msgget(1, 0o1666), lambda: libc.semget(1, 1, 0o1666),\n"
        "             lambda: libc.syscall(240, b'left', 0o102, 0o666, None)):\n"
        "    print(errno.errorcode[ctypes.get_errno()] if make() < 0 else 'made')\n"
        "there = libc.shmget(1, 4096, 0o1666)\nlibc.shmat.restype = ctypes.c_void_p\n"
        "print(there >= 0 and libc.shmat(there, None, 0) != ctypes.c_void_p(-1).value)\n"
    )
    made = await sandbox.exec(["python3", "-c", make], timeout=20)
    assert made.stdout.split() == ["ENOSPC", "ENOSPC", "ENOSPC", "True"], made
    left = await sandbox.exec(["sh", "-c", "cat /proc/sysvipc/shm | wc -l"], timeout=20)
    assert left.stdout.strip() == "1"


async def test_what_the_kernel_offers_beyond_programs_needs_is_refused(sandboxes: DockerSandboxes) -> None:
    """By the engine's own filter, and for want of capabilities."""
    calls = {"keyctl": 250, "add_key": 248, "bpf": 321, "userfaultfd": 323, "mount": 165, "unshare": 272}
    calls |= {"setns": 308, "perf_event_open": 298, "kexec_load": 246, "init_module": 175, "pivot_root": 155}
    calls |= {"open_by_handle_at": 304, "clock_settime": 227, "swapon": 167, "reboot": 169, "quotactl": 179}
    ask = (
        "import ctypes, errno, sys\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "for number in map(int, sys.argv[1:]):\n"
        "    libc.syscall(number, 0x10000000, 0, 0, 0, 0)\n    print(errno.errorcode[ctypes.get_errno()])\n"
    )
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    asked = await sandbox.exec(["python3", "-c", ask, *map(str, calls.values())], timeout=20)
    refused = dict(zip(calls, asked.stdout.split(), strict=True))
    assert set(refused.values()) == {"EPERM"}, refused


async def test_the_facts_name_the_image_by_digest(sandboxes: DockerSandboxes) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    assert "@sha256:" in sandbox.facts.image
    assert sandbox.facts.runtime.startswith("runc ")
    assert ", seccomp" in sandbox.facts.runtime


@pytest.mark.parametrize(
    ("image", "get"),
    [
        ("no.such/image:1", "docker pull no.such/image:1,"),
        # No registry has our own.
        ("redfirst-sandbox:never", "engine: redfirst sandbox build --name redfirst-sandbox:never."),
    ],
)
async def test_an_image_that_is_missing_is_told_with_what_to_do(
    sandboxes: DockerSandboxes, image: str, get: str
) -> None:
    with pytest.raises(OperatorProblem, match=re.escape(get)):
        await sandboxes.create(SandboxSpec(run="run-1", image=image))


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
    + [(fine, False) for fine in ("runc 1.2.8", "runc 1.3.3", "runc 1.4.0", "runc 2.0.0", "runsc", "runc")]
    + [("runc 1.1.5, seccomp, AppArmor", True), ("runc 1.4.0, no seccomp", True)],
)
def test_a_runtime_with_known_gaps_is_named(runtime: str, old: bool) -> None:
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
