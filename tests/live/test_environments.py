"""Environments: made once, started from without network, their tenant's own, and nothing left of failures."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import docker
import pytest

from bot.sandboxes.docker import claims
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.environments import Keeping
from bot.sandboxes.process.sandboxes import ProcessSandboxes
from tests.contract.sandbox_backends import docker_host, docker_image
from tests.services.environments import environments_of, forget_environments
from tests.services.need import need
from workflows.errors import Gone, UserProblem
from workflows.ports.sandbox import Sandbox, SandboxSpec, SetUp
from workflows.tree import File, Tree

MIB = 1024**2
SPEC = SandboxSpec(run="run-1", tenant="acme/shop")
FILES = {"setup.cfg": File(b"[base]\n"), "src/a.py": File(b"a = 1\n"), "-f": File(b"")}
PACKED = Tree(FILES, {"link": "src/a.py"}).pack()
MADE = (
    "mkdir -p .venv/bin && printf '#!/workspace/.venv/bin/sh\\necho ran $0\\n' >.venv/bin/tool",
    "chmod 755 .venv/bin/tool && ln -s /bin/sh .venv/bin/sh && ln .venv/bin/tool .venv/bin/same",
    "echo generated >src/b.py && echo changed >src/a.py && mkdir -p empty && chmod 500 empty",
    "mkdir -p $HOME/.cache/pip $CARGO_HOME && echo kept >$CARGO_HOME/file && echo x >$HOME/.cache/pip/file",
    "nohup sh -c 'while :; do echo beat >>beats; sleep 0.05; done' & until [ -s beats ]; do :; done",
)
LOOK = (
    "find . | sort; .venv/bin/tool; cat $CARGO_HOME/file; ls $CARGO_HOME/../.cache; stat -c %h .venv/bin/tool"
)


@dataclass
class Place:
    """One kind of sandboxes, and where they are."""

    kind: str
    scratch: Path
    instance: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex}")
    workers: list[DockerSandboxes | ProcessSandboxes] = field(
        default_factory=list[DockerSandboxes | ProcessSandboxes]
    )

    sandboxes: list[Sandbox] = field(default_factory=list[Sandbox])

    def worker(self, keeping: Keeping | None = None) -> DockerSandboxes | ProcessSandboxes:
        """Another that reaches the same sandboxes and environments."""
        if self.kind == "process":
            made = ProcessSandboxes(self.scratch, keeping=keeping)
        else:
            made = DockerSandboxes(
                docker_image(), host=docker_host(), instance=self.instance, keeping=keeping
            )
        self.workers.append(made)
        return made

    async def start(self, worker: DockerSandboxes | ProcessSandboxes, spec: SandboxSpec) -> Sandbox:
        sandbox = await worker.create(spec)
        self.sandboxes.append(sandbox)
        return sandbox

    def environments(self) -> list[str]:
        if self.kind == "process":
            return [folder.name for folder in self.scratch.glob("environments/[!.]*")]
        return environments_of(self.instance)


@pytest.fixture(params=["process", "docker"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "process":
        need("bubblewrap", shutil.which("bwrap"), "scripts/install-system-packages bubblewrap")
    else:
        docker_host()
    place = Place(request.param, tmp_path / "sandboxes")
    yield place
    for sandbox in place.sandboxes:
        await sandbox.destroy()
    for worker in place.workers:
        await worker.reap(frozenset())
        await worker.close()
    if place.kind == "docker":
        await asyncio.to_thread(forget_environments, place.instance)


def _setup(*commands: str, key: str = "k") -> SetUp:
    return SetUp(key=key, commands=commands, seconds=60)


async def test_what_a_set_up_left_is_there_for_whoever_starts_from_it(place: Place) -> None:
    worker = place.worker()
    made = await worker.set_up(SPEC, PACKED, _setup(*MADE))
    again = await place.worker().set_up(SPEC, PACKED, _setup(*MADE))
    assert (made.is_new, again.is_new, again.id) == (True, False, made.id)
    for run in ("run-2", "run-3"):
        spec = SandboxSpec(run=run, tenant=SPEC.tenant, environment=made.id)
        sandbox = await place.start(worker, spec)
        looked = await sandbox.exec(["sh", "-c", LOOK], timeout=30)
        found = looked.stdout.splitlines()
        assert "./beats" in found
        assert {"./.venv/bin/sh", "./.venv/bin/same", "./src/b.py", "./empty"} <= set(found)
        assert not {"./setup.cfg", "./src/a.py", "./link", "./-f"} & set(found)
        assert found[-3:] == ["ran .venv/bin/tool", "kept", "2"]
        beaten = await sandbox.read("beats")
        # It is the next one's own, and what is beside the workspace is nobody's to change.
        changed = await sandbox.exec(
            ["sh", "-c", "echo mine >>beats; echo mine >$CARGO_HOME/file"], timeout=30
        )
        assert not changed.ok
        assert b"mine" not in beaten
        assert made.id in sandbox.facts.image or "with environment sha256:" in sandbox.facts.image
        assert sandbox.facts.network == "none"


async def test_a_snapshot_has_what_the_environment_brought(place: Place) -> None:
    worker = place.worker()
    made = await worker.set_up(SPEC, PACKED, _setup("echo dep >dep"))
    sandbox = await place.start(worker, SPEC.model_copy(update={"environment": made.id}))
    snapshot = await sandbox.snapshot()
    await sandbox.remove(["dep"])
    await sandbox.restore(snapshot)
    assert await sandbox.read("dep") == b"dep\n"


async def test_an_environment_belongs_to_its_tenant(place: Place) -> None:
    worker = place.worker()
    made = await worker.set_up(SPEC, PACKED, _setup("echo 1 >one"))
    stranger = SandboxSpec(run="run-2", tenant="evil/shop")
    with pytest.raises(Gone):
        await worker.create(stranger.model_copy(update={"environment": made.id}))
    with pytest.raises(Gone):
        await worker.create(SPEC.model_copy(update={"environment": "0" * 64}))
    other = await worker.set_up(stranger, PACKED, _setup("echo 1 >one"))
    assert other.is_new
    assert other.id != made.id


@pytest.mark.parametrize("place", ["process"], indirect=True)
async def test_another_key_or_another_line_is_another_environment(place: Place) -> None:
    worker = place.worker()
    setups = [_setup("echo 1 >one"), _setup("echo 2 >one"), _setup("echo 1 >one", key="l")]
    made = [await worker.set_up(SPEC, PACKED, setup) for setup in setups]
    assert all(one.is_new for one in made)
    assert len({one.id for one in made}) == 3


async def test_two_at_once_make_it_once(place: Place) -> None:
    one, other = place.worker(), place.worker()
    setup = _setup("sleep 1; echo x >x")
    asking = ((one, "a"), (one, "a"), (one, "b"), (other, "c"))
    made = await asyncio.gather(
        *(worker.set_up(SandboxSpec(run=run, tenant="acme/shop"), PACKED, setup) for worker, run in asking)
    )
    assert sorted(one.is_new for one in made) == [False, False, False, True]
    assert len(place.environments()) == 1


async def test_a_set_up_that_fails_leaves_nothing_and_can_be_tried_again(place: Place) -> None:
    worker = place.worker()
    setup = _setup("mkdir -p deep/er && chmod 0 deep", "echo so far; echo why not >&2; exit 3", "echo never")
    for _ in range(2):
        with pytest.raises(UserProblem, match=r"(?s)'echo so far.*ended with 3.*why not"):
            await worker.set_up(SPEC, PACKED, setup)
    assert place.environments() == []
    assert await worker.reap(frozenset()) == 0


async def test_a_set_up_that_takes_too_long_is_ended(place: Place) -> None:
    worker = place.worker()
    setup = SetUp(key="k", commands=("sleep 60",), seconds=1)
    with pytest.raises(UserProblem, match="took too long"):
        await worker.set_up(SPEC, PACKED, setup)
    assert await worker.reap(frozenset()) == 0


async def test_a_set_up_that_is_cancelled_leaves_nothing(place: Place) -> None:
    worker = place.worker()
    running = asyncio.create_task(worker.set_up(SPEC, PACKED, _setup("sleep 60")))
    await asyncio.sleep(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert place.environments() == []
    assert await worker.reap(frozenset()) == 0


async def test_more_than_an_environment_may_have_is_refused(place: Place) -> None:
    worker = place.worker(Keeping(each_bytes=8 * MIB))
    with pytest.raises(UserProblem, match=r"No space left|leaves more than"):
        await worker.set_up(SPEC, PACKED, _setup("head -c 16000000 /dev/zero >big"))
    assert place.environments() == []


async def test_the_least_recently_used_make_room(place: Place) -> None:
    worker = place.worker(Keeping(count=2, spare_seconds=0))
    first = await worker.set_up(SPEC, PACKED, _setup("echo 1 >n"))
    second = await worker.set_up(SPEC, PACKED, _setup("echo 2 >n"))
    # Times of use are kept by the second.
    await asyncio.sleep(1.1)
    assert not (await worker.set_up(SPEC, PACKED, _setup("echo 1 >n"))).is_new
    await worker.set_up(SPEC, PACKED, _setup("echo 3 >n"))
    assert len(place.environments()) == 2
    await (await worker.create(SPEC.model_copy(update={"environment": first.id}))).destroy()
    with pytest.raises(Gone):
        await worker.create(SPEC.model_copy(update={"environment": second.id}))
    assert await worker.trim() == 0


async def test_one_that_a_sandbox_was_started_from_stays(place: Place) -> None:
    worker = place.worker(Keeping(spare_seconds=-1, seconds=-1))
    made = await place.worker().set_up(SPEC, PACKED, _setup("echo 1 >n"))
    sandbox = await place.start(worker, SPEC.model_copy(update={"environment": made.id}))
    assert await worker.trim() == 0
    assert (await sandbox.exec(["cat", "n"], timeout=20)).ok
    await sandbox.destroy()
    assert await worker.trim() == 1
    assert place.environments() == []


@pytest.mark.parametrize("place", ["docker"], indirect=True)
async def test_what_is_sparse_does_not_fill_the_engine_s_disk(place: Place) -> None:
    worker = place.worker(Keeping(each_bytes=32 * MIB))
    with pytest.raises(UserProblem, match="cannot be kept"):
        await worker.set_up(SPEC, PACKED, _setup("for n in 1 2 3 4; do truncate -s 200M hole$n; done"))
    assert place.environments() == []


@pytest.mark.parametrize("place", ["docker"], indirect=True)
async def test_who_waits_for_a_worker_that_died_goes_on_once_it_was_cleared_away(place: Place) -> None:
    worker = place.worker()
    setup = _setup("echo 1 >n")
    made = await worker.set_up(SPEC, PACKED, setup)
    await asyncio.to_thread(forget_environments, place.instance)
    client = docker.DockerClient(base_url=docker_host())
    try:
        for run in (SPEC.run, "run-of-the-dead"):
            claimed = claims.claim(
                client,
                f"redfirst-setup-{made.id[:40]}",
                docker_image(),
                SandboxSpec(run=run, tenant=SPEC.tenant),
                runtime="",
                instance=place.instance,
                most=MIB,
            )
            assert claimed
            waiting = asyncio.create_task(worker.set_up(SPEC, PACKED, setup))
            if run != SPEC.run:
                await asyncio.sleep(1)
                assert not waiting.done()
                assert await worker.reap(frozenset({SPEC.run})) == 1
            assert (await waiting).is_new
            await asyncio.to_thread(forget_environments, place.instance)
    finally:
        client.close()


@pytest.mark.parametrize("place", ["process"], indirect=True)
async def test_a_set_up_reaches_nothing_but_its_proxy(place: Place) -> None:
    worker = place.worker()
    ask = (
        "import socket; s = socket.create_connection(('127.0.0.1', 3128)); "
        "s.sendall(b'CONNECT {} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'); print(s.recv(99)[:12])"
    )
    setup = SetUp(
        key="k",
        commands=(
            f'python3 -c "{ask.format("evil.example:443")}"',
            f'python3 -c "{ask.format("127.0.0.1:22")}"',
            'python3 -c "import socket; print([n for _, n in socket.if_nameindex()])"',
            "exit 7",
        ),
        hosts=("index.test",),
    )
    with pytest.raises(
        UserProblem, match=r"(?s)ended with 7.*403.*403.*\['lo'\].*evil\.example, 127\.0\.0\.1:22"
    ):
        await worker.set_up(SPEC, PACKED, setup)
    assert await worker.reap(frozenset()) == 0
