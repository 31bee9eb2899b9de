"""What every sandbox keeps to: the fake, bubblewrap and containers alike."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.contract.sandbox_backends import EVERY, REAL, Backend, backend, shown_in_tmp
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports.sandbox import Limits, Sandbox, Sandboxes, SandboxSpec

every = pytest.mark.parametrize("place", EVERY, indirect=True)
real = pytest.mark.parametrize("place", REAL, indirect=True)

MIB = 1024**2
BEAT = "while :; do echo beat >>beats; sleep 0.05; done"
"""Something that is alive shows in the workspace, whoever started it."""


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    return backend(request.param, tmp_path)


@pytest.fixture
async def sandboxes(place: Backend) -> AsyncIterator[Sandboxes]:
    sandboxes = place.another()
    yield sandboxes
    await sandboxes.reap(frozenset())
    await sandboxes.close()


@pytest.fixture
async def sandbox(sandboxes: Sandboxes) -> Sandbox:
    return await sandboxes.create(SandboxSpec(run="run-1", tenant="acme/shop"))


class Kept:
    """Where one sandbox is for all who only ask: to make one takes longer than most of what is asked."""

    def __init__(self, place: Backend) -> None:
        self.place = place
        self.id = ""

    async def end(self) -> None:
        sandboxes = self.place.another()
        await sandboxes.reap(frozenset())
        await sandboxes.close()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Kept]]:
    known: dict[str, Kept] = {}

    def of(name: str) -> Kept:
        if name not in known:
            known[name] = Kept(backend(name, tmp_path_factory.mktemp("kept")))
        return known[name]

    yield of
    for one in known.values():
        asyncio.run(one.end())


@pytest.fixture
async def shared(place: Backend, kept: Callable[[str], Kept]) -> AsyncIterator[Sandbox]:
    """For those who leave it as it was but for a file `a`; each comes to it as another worker would."""
    there = kept(place.name)
    sandboxes = there.place.another()
    if not there.id:
        there.id = (await sandboxes.create(SandboxSpec(run="run-1", tenant="acme/shop"))).id
    yield await sandboxes.connect(there.id)
    await sandboxes.close()


async def assert_still(sandbox: Sandbox) -> None:
    """Something beat there, and nothing does any more."""
    before = await sandbox.read("beats")
    await asyncio.sleep(0.5)
    assert before
    assert await sandbox.read("beats") == before


# --- commands -------------------------------------------------------------------------------------------


@every
async def test_a_command_that_succeeds_has_code_zero(shared: Sandbox) -> None:
    result = await shared.exec(["echo", "hello", "there"], timeout=20)
    assert (result.code, result.stdout, result.stderr) == (0, "hello there\n", "")
    assert result.ok
    assert not result.timed_out
    assert not result.truncated


@every
async def test_a_command_that_fails_is_a_result(shared: Sandbox) -> None:
    result = await shared.exec(["false"], timeout=20)
    assert result.code == 1
    assert not result.ok


@real
async def test_exit_codes_and_both_streams_are_reported(shared: Sandbox) -> None:
    result = await shared.exec(["sh", "-c", "echo out; echo err >&2; exit 7"], timeout=20)
    assert (result.code, result.stdout, result.stderr) == (7, "out\n", "err\n")


@every
async def test_a_program_that_is_not_there_is_code_127(shared: Sandbox) -> None:
    result = await shared.exec(["no-such-program"], timeout=20)
    assert result.code == 127
    assert "no-such-program" in result.stderr


@real
async def test_a_shell_builtin_is_not_a_program(shared: Sandbox) -> None:
    assert (await shared.exec(["exit", "3"], timeout=20)).code == 127


@every
async def test_stdin_reaches_the_command_whole(shared: Sandbox) -> None:
    content = b"line\n" * 100_000
    result = await shared.exec(["cat"], timeout=20, stdin=content)
    assert result.stdout.encode() == content


@real
async def test_stdin_that_nobody_reads_does_no_harm(shared: Sandbox) -> None:
    assert (await shared.exec(["true"], timeout=20, stdin=b"x" * 8 * MIB)).ok


@real
async def test_without_stdin_there_is_an_end_at_once(shared: Sandbox) -> None:
    assert (await shared.exec(["cat"], timeout=20)).ok


@real
async def test_standard_streams_can_be_opened_by_name(shared: Sandbox) -> None:
    result = await shared.exec(["sh", "-c", "cat /dev/stdin >/dev/stderr"], timeout=20, stdin=b"said")
    assert result.stderr == "said"


@every
async def test_the_environment_is_what_was_given_and_nothing_of_the_host(
    shared: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDFIRST_CANARY", "host-secret")
    result = await shared.exec(["env"], timeout=20, env={"GIVEN": "a value, with = and spaces"})
    seen = dict(line.split("=", 1) for line in result.stdout.splitlines())
    assert seen["GIVEN"] == "a value, with = and spaces"
    assert "/usr/bin" in seen["PATH"]
    assert seen["HOME"] == "/tmp"
    # The last four are a shell's or an engine's own, and say nothing.
    assert set(seen) <= {"GIVEN", "PATH", "HOME", "PWD", "HOSTNAME", "SHLVL", "_"}


@real
async def test_no_process_inside_shows_the_host_s_environment(
    sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDFIRST_CANARY", "host-secret")
    sandbox = await sandboxes.create(SandboxSpec(run="run-1"))
    seen = await sandbox.exec(["sh", "-c", "cat /proc/*/environ /proc/*/cmdline 2>/dev/null"], timeout=20)
    assert "PATH=" in seen.stdout
    assert "host-secret" not in seen.stdout


@real
async def test_a_python_project_can_be_tested(sandbox: Sandbox) -> None:
    await sandbox.write({"test_it.py": b"def test_it():\n    assert 1 + 1 == 2\n"})
    result = await sandbox.exec(["python", "-m", "pytest", "-q", "test_it.py"], timeout=60)
    assert "1 passed" in result.stdout, result


@every
@pytest.mark.parametrize("argv", [[], [""], ["echo", "a\0b"], ["echo", "\ud800"]])
async def test_what_cannot_be_a_command_is_a_user_problem(shared: Sandbox, argv: list[str]) -> None:
    with pytest.raises(UserProblem):
        await shared.exec(argv, timeout=20)


@real
async def test_an_argument_longer_than_the_kernel_takes_is_a_failed_command(shared: Sandbox) -> None:
    result = await shared.exec(["echo", "x" * 300_000], timeout=20)
    assert result.code not in {0, None}
    assert (await shared.exec(["true"], timeout=20)).ok


# --- time, output and leftovers ---------------------------------------------------------------------------


@every
async def test_a_command_that_takes_too_long_is_killed(sandbox: Sandbox) -> None:
    began = time.monotonic()
    result = await sandbox.exec(["sleep", "60"], timeout=1)
    assert result.timed_out
    assert result.code is None
    assert time.monotonic() - began < 8
    assert (await sandbox.exec(["true"], timeout=20)).ok


@real
async def test_what_was_said_before_the_kill_is_kept(sandbox: Sandbox) -> None:
    result = await sandbox.exec(["sh", "-c", "echo early; sleep 60"], timeout=1)
    assert (result.timed_out, result.stdout) == (True, "early\n")


@real
async def test_a_timeout_kills_daemons_of_sessions_of_their_own(sandbox: Sandbox) -> None:
    daemon = f"setsid setsid sh -c '{BEAT}' & sleep 60"
    assert (await sandbox.exec(["sh", "-c", daemon], timeout=1.5)).timed_out
    await assert_still(sandbox)


@real
async def test_nothing_outlives_its_command(sandbox: Sandbox) -> None:
    began = time.monotonic()
    result = await sandbox.exec(["sh", "-c", f"setsid sh -c '{BEAT}' & sleep 0.5; exit 3"], timeout=30)
    assert result.code == 3
    assert time.monotonic() - began < 8
    await assert_still(sandbox)


@real
async def test_a_cancelled_command_leaves_no_process(sandbox: Sandbox) -> None:
    running = asyncio.create_task(sandbox.exec(["sh", "-c", f"setsid sh -c '{BEAT}'"], timeout=60))
    await asyncio.sleep(1.5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await assert_still(sandbox)


@real
async def test_a_command_cancelled_at_once_leaves_the_sandbox_usable(sandbox: Sandbox) -> None:
    for pause in (0.0, 0.005, 0.02, 0.05):
        running = asyncio.create_task(sandbox.exec(["sleep", "60"], timeout=60))
        await asyncio.sleep(pause)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert (await sandbox.exec(["true"], timeout=20)).ok


@real
async def test_a_command_that_kills_all_it_can_harms_only_itself(sandbox: Sandbox) -> None:
    await sandbox.write({"kept": b"kept"})
    await sandbox.exec(
        ["sh", "-c", f"setsid sh -c '{BEAT}' & sleep 0.5; kill -9 -1; kill -9 $PPID"], timeout=20
    )
    await assert_still(sandbox)
    assert await sandbox.read("kept") == b"kept"


@real
async def test_a_fork_bomb_is_contained(sandboxes: Sandboxes, sandbox: Sandbox) -> None:
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n"
    began = time.monotonic()
    result = await sandbox.exec(["python3", "-c", bomb], timeout=3)
    assert result.timed_out
    assert time.monotonic() - began < 15
    other = await sandboxes.create(SandboxSpec(run="run-2"))
    assert (await other.exec(["true"], timeout=20)).ok


@real
async def test_processes_are_counted(sandboxes: Sandboxes) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1", limits=Limits(pids=64)))
    count = (
        "import os, time\nmade = 0\n"
        "try:\n    while os.fork(): made += 1\n    time.sleep(60)\n"
        "except OSError: print(made, flush=True)\n"
    )
    result = await sandbox.exec(["python3", "-c", count], timeout=20)
    assert 30 < int(result.stdout) <= 64


@every
async def test_output_beyond_its_bound_keeps_head_and_tail(shared: Sandbox) -> None:
    content = b"first\n" + b"x" * 3 * MIB + b"\nlast"
    result = await shared.exec(["cat"], timeout=30, stdin=content)
    assert result.truncated
    assert result.stdout.startswith("first\n")
    assert result.stdout.endswith("\nlast")
    assert f"{len(content) - MIB} bytes left out" in result.stdout
    assert len(result.stdout) < MIB + 100


@real
async def test_a_hundred_megabytes_of_output_become_one(shared: Sandbox) -> None:
    flood = "head -c 100000000 /dev/zero | tr '\\0' x | tee /dev/stderr"
    result = await shared.exec(["sh", "-c", flood], timeout=60)
    assert result.ok
    assert result.truncated
    assert len(result.stdout) < MIB + 100
    assert len(result.stderr) < MIB + 100


@every
async def test_output_is_valid_text_without_terminal_escapes(shared: Sandbox) -> None:
    noise = b"\x1b[31mred\x1b[0m \xff\xfe ok\r\n\x1b]0;title\x07\x00end"
    result = await shared.exec(["cat"], timeout=20, stdin=noise)
    assert result.stdout == "red \ufffd\ufffd ok\nend"


# --- files ------------------------------------------------------------------------------------------------


@every
async def test_files_come_back_as_they_were_written(sandbox: Sandbox) -> None:
    binary = bytes(range(256)) * 1000
    deep = "/".join(["a-rather-long-directory-name"] * 8) + "/file.txt"
    files = {
        "a.txt": b"a",
        "sub/dir/b.bin": binary,
        "/workspace/c": b"",
        "/tmp/d": b"d",
        deep: b"deep",
        "ü x": b"u",
    }
    await sandbox.write(files)
    for path, content in files.items():
        assert await sandbox.read(path) == content
    assert await sandbox.read("c") == b""
    assert await sandbox.read("/workspace/sub/./dir//b.bin") == binary


@every
async def test_writing_again_replaces(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"longer content"})
    await sandbox.write({"a": b"short"})
    assert await sandbox.read("a") == b"short"


@every
async def test_many_files_are_written(sandbox: Sandbox) -> None:
    await sandbox.write({f"many/{number}.txt": str(number).encode() for number in range(1201)})
    assert await sandbox.read("many/0.txt") == b"0"
    assert await sandbox.read("many/1200.txt") == b"1200"


@real
async def test_written_files_are_what_commands_see(sandbox: Sandbox) -> None:
    await sandbox.write({"sub/a.txt": b"seen"})
    assert (await sandbox.exec(["cat", "/workspace/sub/a.txt"], timeout=20)).stdout == "seen"
    await sandbox.exec(["sh", "-c", "echo -n made >sub/b.txt"], timeout=20)
    assert await sandbox.read("sub/b.txt") == b"made"


@real
async def test_an_executable_stays_executable(sandbox: Sandbox) -> None:
    await sandbox.write({"run.sh": b"#!/bin/sh\nexit 1\n", "plain": b""})
    await sandbox.exec(["chmod", "755", "run.sh"], timeout=20)
    await sandbox.write({"run.sh": b"#!/bin/sh\nexit 5\n", "plain": b"x"})
    assert (await sandbox.exec(["./run.sh"], timeout=20)).code == 5
    modes = await sandbox.exec(["stat", "-c", "%a", "run.sh", "plain"], timeout=20)
    assert modes.stdout.split() == ["755", "644"]


@every
async def test_a_file_that_is_not_there_is_gone(shared: Sandbox) -> None:
    with pytest.raises(Gone):
        await shared.read("nothing")


@every
async def test_a_file_over_the_limit_is_refused(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"x" * 1001})
    assert len(await sandbox.read("a", limit=1001)) == 1001
    with pytest.raises(UserProblem, match="1000"):
        await sandbox.read("a", limit=1000)


@every
async def test_a_file_larger_than_the_output_bound_is_read_whole(sandbox: Sandbox) -> None:
    content = bytes(range(256)) * 4 * 1024 * 3
    await sandbox.write({"large": content})
    assert await sandbox.read("large", limit=4 * MIB) == content


@real
async def test_only_plain_files_are_read(sandbox: Sandbox) -> None:
    made = (
        "mkdir d; mkfifo f; ln -s /etc/passwd link; ln -s /etc linked; echo x >a; ln -s a inner; ln -s . self"
    )
    await sandbox.exec(["sh", "-c", made], timeout=20)
    for path in ("d", "f", "link", "linked/passwd", "inner", "self/a"):
        with pytest.raises(Gone):
            await sandbox.read(path)


@real
async def test_nothing_is_written_or_removed_through_a_symbolic_link(sandbox: Sandbox) -> None:
    await sandbox.exec(
        ["sh", "-c", "mkdir real; echo x >real/a; ln -s real dir; ln -s real/a file"], timeout=20
    )
    for path in ("dir/a", "dir/new", "file"):
        with pytest.raises(UserProblem, match="symbolic link"):
            await sandbox.write({path: b"changed"})
    with pytest.raises(UserProblem, match="symbolic link"):
        await sandbox.remove(["dir/a"])
    assert await sandbox.read("real/a") == b"x\n"
    await sandbox.remove(["dir", "file"])
    assert await sandbox.read("real/a") == b"x\n"


@every
@pytest.mark.parametrize(
    "path",
    ["", "..", "../a", "a/../../b", "/etc/passwd", "/workspace/../etc/x", "/workspace", ".", "a\nb", "a\0b"],
)
async def test_a_path_outside_or_unspeakable_is_refused(shared: Sandbox, path: str) -> None:
    with pytest.raises(UserProblem):
        await shared.read(path)
    with pytest.raises(UserProblem):
        await shared.write({path: b""})
    with pytest.raises(UserProblem):
        await shared.remove([path])


@every
async def test_a_file_cannot_be_a_directory(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b""})
    with pytest.raises(UserProblem):
        await sandbox.write({"a/b": b""})


@every
async def test_removed_files_and_directories_are_gone(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"", "d/b": b"", "d/e/c": b"", "dd": b"kept", "-rf": b""})
    await sandbox.remove(["a", "d", "-rf", "was-never-there"])
    for path in ("a", "d/b", "d/e/c", "-rf"):
        with pytest.raises(Gone):
            await sandbox.read(path)
    assert await sandbox.read("dd") == b"kept"


# --- output as it comes -----------------------------------------------------------------------------------


class Told:
    """What a tee was told, and when it was told anything."""

    def __init__(self) -> None:
        self.said = {"stdout": b"", "stderr": b""}
        self.anything = asyncio.Event()

    def __call__(self, stream: Literal["stdout", "stderr"], chunk: bytes) -> None:
        self.said[stream] += chunk
        self.anything.set()


@every
async def test_a_tee_is_told_all_even_what_the_result_leaves_out(shared: Sandbox) -> None:
    told, content = Told(), b"first\n" + b"\xff\x1b[1m" * MIB + b"\nlast"
    result = await shared.exec(["cat"], timeout=30, stdin=content, tee=told)
    assert result.truncated
    assert told.said == {"stdout": content, "stderr": b""}


@real
async def test_a_tee_is_told_which_stream_it_was(shared: Sandbox) -> None:
    told = Told()
    await shared.exec(["sh", "-c", "echo out; echo err >&2"], timeout=20, tee=told)
    assert told.said == {"stdout": b"out\n", "stderr": b"err\n"}


@real
async def test_a_tee_is_told_while_the_command_runs(sandbox: Sandbox) -> None:
    told = Told()
    running = asyncio.create_task(sandbox.exec(["sh", "-c", "echo early; sleep 60"], timeout=60, tee=told))
    async with asyncio.timeout(20):
        await told.anything.wait()
    assert told.said["stdout"] == b"early\n"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@real
async def test_a_tee_is_told_what_was_said_before_the_kill(sandbox: Sandbox) -> None:
    told = Told()
    assert (await sandbox.exec(["sh", "-c", "echo early; sleep 60"], timeout=1, tee=told)).timed_out
    assert told.said["stdout"] == b"early\n"


# --- snapshots --------------------------------------------------------------------------------------------


@every
async def test_a_restored_workspace_is_as_it_was(sandbox: Sandbox) -> None:
    await sandbox.write({"kept": b"as it was", "d/changed": b"before", "d/removed": b"", ".hidden": b"h"})
    snapshot = await sandbox.snapshot()
    await sandbox.write({"d/changed": b"after!", "new": b"", "d/e/new": b"", "/tmp/new": b"", "..a": b""})
    await sandbox.remove(["d/removed", ".hidden"])
    await sandbox.restore(snapshot)
    assert await sandbox.read("kept") == b"as it was"
    assert await sandbox.read("d/changed") == b"before"
    assert await sandbox.read("d/removed") == b""
    assert await sandbox.read(".hidden") == b"h"
    for path in ("new", "d/e/new", "/tmp/new", "..a"):
        with pytest.raises(Gone):
            await sandbox.read(path)


@every
async def test_each_of_several_snapshots_can_be_restored_again_and_again(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"1"})
    first = await sandbox.snapshot()
    await sandbox.write({"a": b"2"})
    second = await sandbox.snapshot()
    for snapshot, content in ((first, b"1"), (first, b"1"), (second, b"2"), (first, b"1")):
        await sandbox.write({"a": b"spoiled"})
        await sandbox.restore(snapshot)
        assert await sandbox.read("a") == content


@every
async def test_another_worker_restores_a_snapshot(place: Backend, sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"1"})
    snapshot = await sandbox.snapshot()
    await sandbox.write({"a": b"2"})
    other = place.another()
    await (await other.connect(sandbox.id)).restore(snapshot)
    assert await sandbox.read("a") == b"1"
    await other.close()


@every
@pytest.mark.parametrize("name", ["unknown", "", "../..", "0123456789abcdef"])
async def test_an_unknown_snapshot_is_gone_and_changes_nothing(shared: Sandbox, name: str) -> None:
    await shared.write({"a": b"1"})
    with pytest.raises(Gone):
        await shared.restore(name)
    assert await shared.read("a") == b"1"


@every
async def test_a_destroyed_sandbox_is_neither_kept_nor_restored(sandbox: Sandbox) -> None:
    snapshot = await sandbox.snapshot()
    await sandbox.destroy()
    with pytest.raises(SandboxBroken):
        await sandbox.snapshot()
    with pytest.raises((SandboxBroken, Gone)):
        await sandbox.restore(snapshot)


@real
async def test_modes_links_and_empty_directories_are_restored(sandbox: Sandbox) -> None:
    made = "mkdir -p e/f && echo x >run && chmod 751 run e && ln -s run l && ln -s /nowhere n && ln run hard"
    show = "stat -c '%A %h %n' run e e/f hard; readlink l n; stat -c %a ."
    await sandbox.exec(["sh", "-c", made], timeout=20)
    snapshot = await sandbox.snapshot()
    before = (await sandbox.exec(["sh", "-c", show], timeout=20)).stdout
    await sandbox.exec(["sh", "-c", "chmod 700 *; rm -rf e l n hard; chmod 777 ."], timeout=20)
    await sandbox.restore(snapshot)
    assert (await sandbox.exec(["sh", "-c", show], timeout=20)).stdout == before
    assert "-rwxr-x--x 2 hard" in before


@real
async def test_hostile_leftovers_do_not_outlive_a_restore(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"1"})
    snapshot = await sandbox.snapshot()
    mess = (
        "import os, socket\n"
        "for place in ('.', '/tmp', '/dev/shm'):\n"
        "    os.chdir(place)\n"
        "    os.makedirs('locked/in'); open('locked/in/f', 'w').close(); os.symlink('/', 'root')\n"
        "    os.chmod('locked/in', 0); os.chmod('locked', 0); os.mkfifo('..fifo'); os.mkdir('-rf')\n"
        "    socket.socket(socket.AF_UNIX).bind('.socket'); open('new\\nline', 'w').close()\n"
        "os.chdir('/workspace')\n"
        "for _ in range(1500):\n    os.mkdir('d'); os.chdir('d')\n"
        "os.chmod('/workspace', 0); os.chmod('/tmp', 0)\n"
    )
    assert (await sandbox.exec(["python3", "-c", mess], timeout=30)).ok
    await sandbox.restore(snapshot)
    left = await sandbox.exec(["sh", "-c", "ls -A /workspace /tmp /dev/shm; : >/tmp/new"], timeout=20)
    names = [name for name in left.stdout.split() if name not in shown_in_tmp()]
    assert names == ["/dev/shm:", "/tmp:", "/workspace:", "a"], left
    assert left.ok


@real
async def test_a_process_left_behind_cannot_touch_what_was_restored(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"1"})
    snapshot = await sandbox.snapshot()
    await sandbox.exec(["sh", "-c", f"setsid sh -c 'trap : TERM HUP INT; {BEAT}' & sleep 0.3"], timeout=20)
    await sandbox.restore(snapshot)
    await asyncio.sleep(0.3)
    assert (await sandbox.exec(["ls", "-A"], timeout=20)).stdout == "a\n"


@real
async def test_commands_cannot_change_a_snapshot(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"as it was"})
    snapshot = await sandbox.snapshot()
    attack = (
        f"for f in $(find / -name '*{snapshot}*' 2>/dev/null) /redfirst/* /snapshot/a; do\n"
        "  chmod -R 777 $f; echo forged >$f; echo forged >$f/a; mv $f /tmp; rm -rf $f; done 2>/dev/null"
    )
    await sandbox.exec(["sh", "-c", attack], timeout=20)
    await sandbox.restore(snapshot)
    assert await sandbox.read("a") == b"as it was"


@pytest.mark.parametrize("place", ["process", "docker"], indirect=True)
async def test_a_workspace_that_cannot_be_read_cannot_be_kept(sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"1", "d/f": b""})
    snapshot = await sandbox.snapshot()
    await sandbox.exec(["chmod", "0", "d"], timeout=20)
    with pytest.raises(UserProblem, match="cannot be kept"):
        await sandbox.snapshot()
    await sandbox.restore(snapshot)
    assert await sandbox.read("d/f") == b""


# --- walls --------------------------------------------------------------------------------------------------


@real
async def test_there_is_no_network(sandbox: Sandbox) -> None:
    dial = "import socket; socket.create_connection(('1.1.1.1', 53), timeout=20)"
    lookup = "import socket; socket.getaddrinfo('example.com', 80)"
    for code in (dial, lookup):
        began = time.monotonic()
        result = await sandbox.exec(["python3", "-c", code], timeout=30)
        assert result.code == 1, result
        assert time.monotonic() - began < 5
    assert sandbox.facts.network == "none"


@real
async def test_a_server_on_localhost_can_be_tested(sandbox: Sandbox) -> None:
    code = (
        "import socket\ns = socket.create_server(('127.0.0.1', 0))\n"
        "c = socket.create_connection(('localhost', s.getsockname()[1]), timeout=5)\nprint('through')"
    )
    assert (await sandbox.exec(["python3", "-c", code], timeout=20)).stdout == "through\n"


@real
async def test_commands_are_nobody_without_rights(sandbox: Sandbox) -> None:
    status = (await sandbox.exec(["cat", "/proc/self/status"], timeout=20)).stdout
    lines = dict(line.split(":", 1) for line in status.splitlines())
    assert lines["Uid"].split() == ["65532"] * 4
    assert lines["Gid"].split() == ["65532"] * 4
    assert {int(lines[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert lines["NoNewPrivs"].strip() == "1"
    assert not (await sandbox.exec(["unshare", "--user", "true"], timeout=20)).ok


@real
async def test_only_the_workspace_and_tmp_can_be_written(sandbox: Sandbox) -> None:
    script = (
        "for d in / /etc /usr /usr/bin /home /var /var/tmp /root /opt /run /dev /proc /proc/sys /sys; do\n"
        "  (: >$d/redfirst-was-here) 2>/dev/null && echo $d\ndone\n"
        "(: >/proc/sys/kernel/core_pattern) 2>/dev/null && echo core_pattern\n"
        ": >/tmp/a && : >/workspace/a && echo both\n"
    )
    assert (await sandbox.exec(["sh", "-c", script], timeout=20)).stdout == "both\n"


@real
async def test_tmp_lasts_from_one_command_to_the_next(sandbox: Sandbox) -> None:
    await sandbox.exec(["sh", "-c", "echo report >/tmp/report.xml"], timeout=20)
    assert await sandbox.read("/tmp/report.xml") == b"report\n"


@pytest.mark.parametrize("place", ["docker"], indirect=True)
async def test_tmp_is_bounded(sandbox: Sandbox) -> None:
    result = await sandbox.exec(["sh", "-c", "head -c 100000000 /dev/zero >/tmp/x"], timeout=20)
    assert not result.ok
    assert "No space left" in result.stderr


@real
async def test_one_process_cannot_take_more_memory_than_the_limit(sandboxes: Sandboxes) -> None:
    limits = Limits(memory_bytes=256 * MIB, workspace_bytes=64 * MIB)
    sandbox = await sandboxes.create(SandboxSpec(run="run-1", limits=limits))
    result = await sandbox.exec(["python3", "-c", "x = bytearray(400 * 1024 ** 2)"], timeout=30)
    assert not result.ok
    assert (await sandbox.exec(["true"], timeout=20)).ok


@real
async def test_one_file_cannot_be_larger_than_the_limit(sandboxes: Sandboxes) -> None:
    sandbox = await sandboxes.create(SandboxSpec(run="run-1", limits=Limits(file_bytes=MIB)))
    assert not (await sandbox.exec(["sh", "-c", "head -c 2000000 /dev/zero >big"], timeout=20)).ok


@real
async def test_sandboxes_do_not_see_each_other(sandboxes: Sandboxes, sandbox: Sandbox) -> None:
    await sandbox.write({"mine": b"mine", "/tmp/mine": b"mine"})
    other = await sandboxes.create(SandboxSpec(run="run-2"))
    assert (await other.exec(["ls", "-A", "/workspace", "/tmp"], timeout=20)).stdout.count("mine") == 0


# --- life -------------------------------------------------------------------------------------------------


@every
async def test_destroying_twice_is_fine(sandbox: Sandbox) -> None:
    await sandbox.destroy()
    await sandbox.destroy()


@every
async def test_a_destroyed_sandbox_runs_nothing(sandbox: Sandbox) -> None:
    await sandbox.destroy()
    with pytest.raises(SandboxBroken):
        await sandbox.exec(["true"], timeout=20)
    with pytest.raises(SandboxBroken):
        await sandbox.read("a")
    with pytest.raises(SandboxBroken):
        await sandbox.write({"a": b""})


@real
async def test_hostile_leftovers_do_not_keep_a_sandbox_from_being_destroyed(
    place: Backend, sandbox: Sandbox, tmp_path: Path
) -> None:
    mess = (
        "import os\nos.makedirs('locked/in'); os.chmod('locked/in', 0); os.chmod('locked', 0)\n"
        "for _ in range(1500):\n    os.mkdir('d'); os.chdir('d')\n"
    )
    assert (await sandbox.exec(["python3", "-c", mess], timeout=30)).ok
    try:
        await sandbox.destroy()
    finally:
        # Left over, it would break the clean-up of every later run of pytest on this machine.
        await (await asyncio.create_subprocess_exec("rm", "-rf", str(tmp_path / "sandboxes"))).wait()
    other = place.another()
    with pytest.raises(Gone):
        await other.connect(sandbox.id)
    await other.close()


@real
async def test_destroying_ends_what_another_worker_still_runs(
    place: Backend, sandboxes: Sandboxes, sandbox: Sandbox
) -> None:
    running = asyncio.create_task(sandbox.exec(["sleep", "60"], timeout=60))
    await asyncio.sleep(1)
    other = place.another()
    began = time.monotonic()
    await (await other.connect(sandbox.id)).destroy()
    await other.close()
    # Either it is told that the sandbox broke, or that its command was killed.
    with contextlib.suppress(SandboxBroken):
        assert not (await running).ok
    assert time.monotonic() - began < 15


@every
async def test_another_worker_connects_by_id(place: Backend, sandbox: Sandbox) -> None:
    await sandbox.write({"a": b"kept"})
    other = place.another()
    same = await other.connect(sandbox.id)
    assert same.id == sandbox.id
    assert same.facts == sandbox.facts
    assert await same.read("a") == b"kept"
    assert (await same.exec(["true"], timeout=20)).ok
    await other.close()


@every
async def test_limits_hold_after_connecting(place: Backend, sandboxes: Sandboxes) -> None:
    spec = SandboxSpec(run="run-1", limits=Limits(output_bytes=1000))
    made = await sandboxes.create(spec)
    other = place.another()
    result = await (await other.connect(made.id)).exec(["cat"], timeout=20, stdin=b"x" * 5000)
    assert result.truncated
    assert "4000 bytes left out" in result.stdout
    await other.close()


@every
@pytest.mark.parametrize("name", ["unknown", "rf-0123456789abcdef", "../..", "f" * 64])
async def test_an_unknown_sandbox_is_gone(sandboxes: Sandboxes, name: str) -> None:
    with pytest.raises(Gone):
        await sandboxes.connect(name)


@every
async def test_the_reaper_destroys_all_but_the_runs_that_are_kept(
    place: Backend, sandboxes: Sandboxes
) -> None:
    made = {run: await sandboxes.create(SandboxSpec(run=run)) for run in ("old-1", "alive", "old-2")}
    other = place.another()
    assert await other.reap(frozenset({"alive", "never-seen"})) == 2
    assert (await (await other.connect(made["alive"].id)).exec(["true"], timeout=20)).ok
    for run in ("old-1", "old-2"):
        with pytest.raises(Gone):
            await other.connect(made[run].id)
    assert await other.reap(frozenset({"alive"})) == 0
    await other.close()


@every
async def test_the_check_says_what_is_there_and_leaves_nothing(sandboxes: Sandboxes) -> None:
    assert (await sandboxes.check()).startswith("Sandboxes are ")
    assert await sandboxes.reap(frozenset()) == 0


@every
async def test_facts_say_who_may_be_trusted_with_strangers_code(place: Backend, sandbox: Sandbox) -> None:
    assert sandbox.facts.kind == place.name
    assert sandbox.facts.trusted_only == (place.name in {"memory", "process"})
    assert sandbox.facts.image
