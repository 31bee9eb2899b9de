"""The real E2B and the real Daytona: what a stand-in can only say after them."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator

import pytest

from bot.sandboxes.remote.hosted import hosted
from bot.sandboxes.remote.sandboxes import RemoteSandboxes
from tests.live.hosted.accounts import Kind, accounts
from workflows.errors import Gone, OperatorProblem
from workflows.ports.sandbox import Sandbox, SandboxSpec, SetUp

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(params=list(accounts()))
async def sandboxes(request: pytest.FixtureRequest) -> AsyncIterator[RemoteSandboxes]:
    kind: Kind = request.param
    settings = accounts()[kind]
    # A store of its own makes an instance of its own: nobody else's sandboxes are reaped.
    settings = settings.model_copy(update={"database_url": f"sqlite:////live/{uuid.uuid4().hex}.db"})
    sandboxes = hosted(kind, settings, None)
    yield sandboxes
    await sandboxes.reap(frozenset())
    await sandboxes.close()


@pytest.fixture
async def sandbox(sandboxes: RemoteSandboxes) -> Sandbox:
    return await sandboxes.create(SandboxSpec(run="live", tenant="live/live"))


async def test_the_check_says_what_is_there(sandboxes: RemoteSandboxes) -> None:
    said = await sandboxes.check()
    print(said)
    assert said.startswith("Sandboxes are ")


async def test_commands_are_closed_in(sandbox: Sandbox) -> None:
    print(sandbox.facts)
    status = (await sandbox.exec(["cat", "/proc/self/status"], timeout=60)).stdout
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    assert lines["Uid"].split() == ["65532"] * 4
    assert {int(lines[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert lines["NoNewPrivs"].strip() == "1"
    dial = "import socket; socket.create_connection(('1.1.1.1', 53), timeout=20)"
    assert (await sandbox.exec(["python3", "-c", dial], timeout=60)).code == 1
    # The provider's agent, beside which commands run, is not to be reached either.
    for port in (49983, 2280):
        knock = f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=5)"
        assert "refused" in (await sandbox.exec(["python3", "-c", knock], timeout=60)).stderr
    root = "touch /etc/redfirst /usr/redfirst /var/redfirst; sudo -n true"
    assert not (await sandbox.exec(["sh", "-c", root], timeout=60)).ok


async def test_nothing_outlives_its_command(sandbox: Sandbox) -> None:
    beat = "setsid sh -c 'while :; do echo beat >>beats; sleep 0.1; done' & sleep 1; exit 3"
    assert (await sandbox.exec(["sh", "-c", beat], timeout=60)).code == 3
    before = await sandbox.read("beats")
    time.sleep(1)  # noqa: ASYNC251
    assert await sandbox.read("beats") == before
    slow = await sandbox.exec(["sh", "-c", "echo early; sleep 60"], timeout=3)
    assert (slow.timed_out, slow.stdout) == (True, "early\n")


async def test_files_snapshots_and_another_worker(sandboxes: RemoteSandboxes, sandbox: Sandbox) -> None:
    binary = bytes(range(256)) * 4096
    await sandbox.write({"kept": b"1", "d/binary": binary})
    snapshot = await sandbox.snapshot()
    await sandbox.write({"kept": b"2", "/tmp/new": b""})
    await sandbox.restore(snapshot)
    same = await sandboxes.connect(sandbox.id)
    assert (await same.read("kept"), await same.read("d/binary")) == (b"1", binary)
    assert (await same.exec(["ls", "-A", "/tmp"], timeout=60)).stdout == ""
    flood = await same.exec(["sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' x"], timeout=120)
    assert (flood.truncated, len(flood.stdout) < 2**20 + 100) == (True, True)
    await same.destroy()
    with pytest.raises(Gone):
        await sandboxes.connect(sandbox.id)


async def test_set_up_talks_to_whom_it_may_and_to_nobody_else(sandboxes: RemoteSandboxes) -> None:
    fetch = "python3 -c \"import urllib.request as u; u.urlopen('https://{}', timeout=20).read(1)\""
    commands = (
        f"{fetch.format('pypi.org')} && touch allowed",
        f"! {fetch.format('example.com')}",
    )
    setup = SetUp(key=uuid.uuid4().hex, commands=commands, hosts=("pypi.org",))
    try:
        environment = await sandboxes.set_up(SandboxSpec(run="live"), b"\0" * 10240, setup)
    except OperatorProblem as problem:
        pytest.fail(problem.sentence)
    sandbox = await sandboxes.create(SandboxSpec(run="live", environment=environment.id))
    assert await sandbox.read("allowed") == b""
    print("left at the provider, to be deleted by hand:", environment.id)
