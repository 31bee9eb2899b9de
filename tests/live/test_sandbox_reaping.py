"""Workers that are killed while they have sandboxes: the next one leaves none of them."""

from __future__ import annotations

import asyncio
import signal
import sys
import uuid
from pathlib import Path

import docker

from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.process.sandboxes import ProcessSandboxes
from tests.contract.sandbox_backends import backend, docker_host, docker_image
from workflows.ports.sandbox import Sandboxes

WORKER = """
import asyncio, sys
from pathlib import Path
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.process.sandboxes import ProcessSandboxes
from workflows.ports.sandbox import SandboxSpec

async def main(kind, image, host, where):
    if kind == "docker":
        sandboxes = DockerSandboxes(image, host=host, instance=where, pool=1)
        await sandboxes.open()
    else:
        sandboxes = ProcessSandboxes(Path(where))
    made = [await sandboxes.create(SandboxSpec(run=f"run-{number}")) for number in range(3)]
    while kind == "docker" and not sandboxes.ready:
        await asyncio.sleep(0.05)
    await asyncio.gather(*map(busy, made))

async def busy(sandbox):
    await sandbox.exec(["sh", "-c", "setsid sleep 60 & echo x; sleep 60"], timeout=60, tee=said)

def said(stream, chunk):
    print("busy", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def killed_worker(kind: str, where: str) -> None:
    """Once it has three sandboxes in which something runs."""
    image, host = (docker_image(), docker_host()) if kind == "docker" else ("", "")
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, kind, image, host, where, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout
    try:
        async with asyncio.timeout(60):
            for _ in range(3):
                assert await worker.stdout.readline() == b"busy\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.communicate()


async def test_of_a_killed_worker_no_container_is_left() -> None:
    instance = f"test-{uuid.uuid4().hex}"
    client = docker.DockerClient(base_url=docker_host())
    next_one = DockerSandboxes(docker_image(), host=docker_host(), instance=instance)

    async def left() -> int:
        label: dict[str, str | list[str] | bool] = {"label": f"redfirst.instance={instance}"}
        return len(await asyncio.to_thread(lambda: client.containers.list(all=True, filters=label)))

    try:
        await killed_worker("docker", instance)
        assert await left() >= 3
        await next_one.reap(frozenset({"run-1"}))
        assert await left() == 1
    finally:
        await next_one.reap(frozenset())
    assert await left() == 0
    await next_one.close()
    client.close()


async def test_of_a_killed_worker_no_process_and_no_file_is_left(tmp_path: Path) -> None:
    sandboxes: Sandboxes = backend("process", tmp_path).another()
    assert isinstance(sandboxes, ProcessSandboxes)
    root = tmp_path / "sandboxes"
    await killed_worker("process", str(root))
    ids = [entry.name for entry in root.iterdir()]
    assert len(ids) == 3
    assert await sandboxes.reap(frozenset()) == 3
    assert list(root.iterdir()) == []
    assert not [pid for one in ids for pid in _of(one)]


def _of(sandbox: str) -> list[str]:
    """Those whose command line names it, as bubblewrap's does."""
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if sandbox.encode() in (entry / "cmdline").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found
