"""A real engine of our own that goes and comes back: what is said meanwhile, and that nothing is left."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from bot.breakers import Breakers, Pace
from bot.sandboxes.docker.engine import EngineSilent
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from tests.contract.sandbox_backends import docker_host
from workflows.errors import SandboxBroken, Unreachable, Who
from workflows.ports.sandbox import SandboxSpec

SCRIPT = Path(__file__).parents[2] / "scripts" / "docker-engine"
TOOLS = ("sh", "head", "tar", "rm", "chmod", "mkfifo", "cat", "ln", "mkdir", "sleep", "true")
IMAGE = "redfirst-test-small:local"


@dataclass
class OwnEngine:
    folder: Path
    host: str = ""

    def start(self) -> None:
        said = subprocess.run([SCRIPT, "start", self.folder], check=True, stdout=subprocess.PIPE, text=True)
        self.host = said.stdout.strip().removeprefix("DOCKER_HOST=")

    def stop(self) -> None:
        subprocess.run([SCRIPT, "stop", self.folder], check=True)

    def left(self) -> int:
        client = docker.DockerClient(base_url=self.host)
        try:
            return len(client.containers.list(all=True, sparse=True))
        finally:
            client.close()


@pytest.fixture
def own_engine() -> Iterator[OwnEngine]:
    docker_host()
    if os.geteuid() != 0:
        pytest.skip("an engine of our own needs root")
    # Not where pytest keeps its files: there is little room in the name of a socket.
    folder = Path(tempfile.mkdtemp(prefix="rf-"))
    engine = OwnEngine(folder)
    try:
        engine.start()
        client = docker.DockerClient(base_url=engine.host)
        client.api.import_image_from_data(small_image(), *IMAGE.split(":"))
        client.close()
        yield engine
    finally:
        engine.stop()
        shutil.rmtree(folder)


def small_image() -> bytes:
    """What this machine has of the tools that a sandbox needs, with what they are linked to."""
    programs = [
        Path(found).resolve() for tool in TOOLS if (found := shutil.which(tool, path="/usr/bin:/bin"))
    ]
    linked = subprocess.run(["ldd", *programs], check=True, capture_output=True, text=True).stdout
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", dereference=True) as tar:
        for library in sorted(set(re.findall(r"(/\S+\.so\S*) \(", linked))):
            tar.add(library)
        for tool, program in zip(TOOLS, programs, strict=True):
            tar.add(program, f"bin/{tool}")
    return out.getvalue()


# The SDK leaves a socket open each time that nobody answers.
@pytest.mark.filterwarnings("ignore:.*unclosed <socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
async def test_an_engine_that_restarts_takes_the_sandbox_and_nothing_else(own_engine: OwnEngine) -> None:
    breakers = Breakers(Pace(first_rest=0.1, longest_rest=0.1))
    sandboxes = DockerSandboxes(IMAGE, host=own_engine.host, breakers=breakers)
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    running = asyncio.create_task(sandbox.exec(["sleep", "60"], timeout=60))
    assert not (await asyncio.wait([running], timeout=0.5))[0]

    await asyncio.to_thread(own_engine.stop)
    with pytest.raises(SandboxBroken) as broken:
        await running
    assert broken.value.who is Who.NOBODY
    for attempt in (sandbox.exec(["true"], timeout=20), sandboxes.create(SandboxSpec(run="run-2"))):
        with pytest.raises((EngineSilent, Unreachable)) as silent:
            await attempt
        assert silent.value.who is Who.NOBODY

    await asyncio.to_thread(own_engine.start)
    await asyncio.sleep(0.2)
    with pytest.raises(SandboxBroken):
        await sandbox.exec(["true"], timeout=20)
    again = await sandboxes.create(SandboxSpec(run="run-3"))
    assert (await again.exec(["cat"], timeout=20, stdin=b"through")).stdout == "through"
    assert await sandboxes.reap(frozenset()) == 2
    assert await asyncio.to_thread(own_engine.left) == 0
    await sandboxes.close()
    del broken, silent, running
    gc.collect()
