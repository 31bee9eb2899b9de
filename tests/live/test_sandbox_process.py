"""What only bubblewrap sandboxes have: state on disk, workers that die, machines that lack things."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from bot.sandboxes.detect import choose
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.process import cgroup
from bot.sandboxes.process.sandboxes import ProcessSandboxes
from tests.contract.sandbox_backends import backend, docker_host
from workflows.errors import Gone, OperatorProblem
from workflows.ports.sandbox import Limits, Sandboxes, SandboxSpec

NOWHERE = "unix:///nonexistent/docker.sock"


@pytest.fixture
def sandboxes(tmp_path: Path) -> Sandboxes:
    return backend("process", tmp_path).another()


async def test_a_killed_worker_takes_its_commands_with_it(sandboxes: Sandboxes, tmp_path: Path) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    program = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from bot.sandboxes.process.sandboxes import ProcessSandboxes\n"
        "async def main():\n"
        "    sandbox = await ProcessSandboxes(Path(sys.argv[1])).connect(sys.argv[2])\n"
        "    await sandbox.exec(['sh', '-c', 'while :; do echo x >>beats; sleep 0.05; done'], timeout=60)\n"
        "asyncio.run(main())\n"
    )
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path / "sandboxes"), sandbox.id
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            await sandbox.read("beats")
            break
        except Gone:
            await asyncio.sleep(0.1)
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    await asyncio.sleep(0.3)
    before = await sandbox.read("beats")
    await asyncio.sleep(0.5)
    assert await sandbox.read("beats") == before
    await sandbox.destroy()


async def test_whatever_the_folder_is_called_that_sandboxes_are_kept_in(tmp_path: Path) -> None:
    sandboxes = ProcessSandboxes(tmp_path / "a b\\040 #c\td")
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    await sandbox.write({"here": b"yes"})
    assert await sandbox.read("here") == b"yes"
    await sandbox.destroy()


async def test_a_command_finds_nothing_open_but_its_own_streams(sandboxes: Sandboxes) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    ran = await sandbox.exec(["sh", "-c", "sleep 9 & ls /proc/$!/fd; kill $!"], timeout=20)
    assert ran.stdout.split() == ["0", "1", "2"]
    await sandbox.destroy()


async def test_reaping_leaves_nothing_on_disk_and_spares_what_is_not_ours(
    sandboxes: Sandboxes, tmp_path: Path
) -> None:
    root = tmp_path / "sandboxes"
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    await sandbox.exec(["sh", "-c", "mkdir d; echo x >d/f; ln -s / root"], timeout=20)
    (root / sandbox.id / "spec.json").write_text("cut off in the mid")
    (root / "rf-notes").mkdir()
    half_made = root / ".new-rf-0123456789abcdef"
    half_made.mkdir()
    os.utime(half_made, (0, 0))
    assert await sandboxes.reap(frozenset({"run-1"})) == 1
    assert [entry.name for entry in root.iterdir()] == ["rf-notes"]


async def test_the_host_s_files_are_not_there(sandboxes: Sandboxes, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("host-secret")
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    secrets = f"/etc/shadow /etc/hostname /root/.bashrc {tmp_path}/secret /proc/1/root{tmp_path}/secret"
    seen = await sandbox.exec(["sh", "-c", f"cat {secrets}; ls /home"], timeout=20)
    assert seen.stdout == ""
    users = await sandbox.exec(["cat", "/etc/passwd"], timeout=20)
    assert len(users.stdout.splitlines()) == 1
    told = await sandbox.exec(["sh", "-c", "cat /proc/1/cmdline; hostname"], timeout=20)
    assert str(tmp_path) not in told.stdout


async def test_a_machine_without_bubblewrap_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for attempt in (
        ProcessSandboxes(tmp_path).check(),
        choose("auto", image="i", root=tmp_path, host=NOWHERE),
    ):
        with pytest.raises(OperatorProblem, match="apt-get install bubblewrap"):
            await attempt


async def test_without_an_engine_bubblewrap_is_chosen(sandboxes: Sandboxes, tmp_path: Path) -> None:
    chosen = await choose("auto", image="i", root=tmp_path, host=NOWHERE)
    assert isinstance(chosen, ProcessSandboxes)


async def test_an_engine_that_was_asked_for_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OperatorProblem, match="DOCKER_HOST"):
        await choose("docker", image="i", root=tmp_path, host=NOWHERE)


async def test_an_engine_that_answers_is_chosen(tmp_path: Path) -> None:
    chosen = await choose("auto", image="i", root=tmp_path, host=docker_host())
    assert isinstance(chosen, DockerSandboxes)
    await chosen.close()


@pytest.mark.parametrize("prefix", ["/", "/etc", str(Path.home())])
def test_a_prefix_that_would_show_too_much_is_refused(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(OperatorProblem, match=prefix):
        ProcessSandboxes(tmp_path, python_prefixes=[Path(prefix)])


def test_a_cgroup_gets_the_limits_of_the_spec(tmp_path: Path) -> None:
    cgroup.limit(tmp_path / "rf-1", Limits(memory_bytes=1000, pids=10, cpus=1.5))
    written = {file.name: file.read_text() for file in (tmp_path / "rf-1").iterdir()}
    assert written["memory.max"] == "1000"
    assert written["pids.max"] == "18"
    assert written["cpu.max"] == "150000 100000"
    assert written["memory.swap.max"] == "0"


async def test_commands_join_the_cgroup_of_their_sandbox(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can hand out cgroups")
    parent = tmp_path / "cgroups"
    parent.mkdir()
    sandboxes = ProcessSandboxes(tmp_path / "sandboxes", cgroup_parent=parent)
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    assert "by cgroup" in sandbox.facts.runtime
    assert (await sandbox.exec(["true"], timeout=20)).ok
    assert (parent / sandbox.id / "cgroup.procs").read_text() == "0\n"


def test_without_cgroup_version_two_there_is_none(tmp_path: Path) -> None:
    assert cgroup.delegated(tmp_path) is None
