"""The shell that stays in a container, attacked by commands of its own user: a later one never notices."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator

import pytest

from bot.sandboxes.docker.sandbox import DockerSandbox
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from tests.contract.sandbox_backends import docker_host, docker_image
from workflows.errors import SandboxBroken
from workflows.ports.sandbox import SandboxSpec

MIB = 1024**2

FIND = """
import ctypes, errno, fcntl, os, resource, signal, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def others():
    # What runs as we do and is not of us: the shell, and its head while there is input.
    for pid in map(int, filter(str.isdigit, os.listdir('/proc'))):
        try:
            program = os.path.basename(open(f'/proc/{pid}/cmdline').read().split(chr(0))[0])
            if program in ('sh', 'head') and os.stat(f'/proc/{pid}').st_uid == os.getuid():
                yield pid
        except OSError:
            pass
def shell():
    return next(pid for pid in others() if 'rf_word' in open(f'/proc/{pid}/cmdline').read())
"""

PEEK = """
def tried(what, do):
    try:
        found = do()
    except OSError as error:
        print(what, errno.errorcode[error.errno])
    else:
        print(what, 'OPEN', found)
def called(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), 'refused')
    return 'done'
for pid in sorted(others()):
    for name in ('fd', 'fdinfo', 'map_files', f'task/{pid}/fd'):
        tried(name, lambda: os.listdir(f'/proc/{pid}/{name}'))
    for name in ('mem', 'environ', 'maps', 'fd/0', 'fd/1', 'fd/3', 'fd/4', 'root', 'cwd'):
        tried(name, lambda: os.open(f'/proc/{pid}/{name}', os.O_RDONLY))
    for name in ('mem', 'fd/0', 'fd/3', 'oom_score_adj', 'coredump_filter', 'clear_refs'):
        tried(f'{name} to write', lambda: os.open(f'/proc/{pid}/{name}', os.O_WRONLY))
    tried('attach', lambda: called(101, 16, pid, 0, 0))
    tried('seize', lambda: called(101, 0x4206, pid, 0, 0))
    word = ctypes.create_string_buffer(8)
    vector = (ctypes.c_ulong * 2)(ctypes.addressof(word), 8)
    there = (ctypes.c_ulong * 2)(0x400000, 8)
    tried('read memory', lambda: called(310, pid, vector, 1, there, 1, 0))
    handle = os.pidfd_open(pid)
    for number in (0, 3, 4):
        tried('take a file', lambda: called(438, handle, number, 0))
tried('the copies', lambda: open('/redfirst/sh', 'rb').read(1))
tried('a copy of ours', lambda: os.open('/redfirst/x', os.O_CREAT | os.O_WRONLY))
"""

ATTACKS = {
    "it is killed": "os.kill(shell(), 9)",
    "it is killed, and all else": "os.kill(-1, 9)",
    "it is stopped": "os.kill(shell(), signal.SIGSTOP)",
    "it is stopped, and so is all else": "os.kill(-1, signal.SIGSTOP)",
    "its head is killed while there is input": (
        "[os.kill(pid, 9) for pid in others() if pid != shell()]; time.sleep(.2)"
    ),
    "its head is stopped while there is input": (
        "[os.kill(pid, signal.SIGSTOP) for pid in others() if pid != shell()]"
    ),
    "output goes on after the end": (
        "pid = os.fork()\nwhile not pid:\n    os.write(1, b'flood' * 100); os.write(2, b'flood' * 100)"
    ),
    "output goes on in a session of its own": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        while True: os.write(1, b'flood' * 100)\n    os._exit(0)"
    ),
    "its words are read back and repeated": (
        "fd = os.open('/proc/self/fd/1', os.O_RDONLY | os.O_NONBLOCK)\n"
        "try: said = os.read(fd, 65536)\nexcept OSError: said = b''\n"
        "[os.write(1, said + word + b' 0' + chr(10).encode()) for word in (b'', said, said[-32:])]"
    ),
    "its output is read away": (
        "fds = [os.open(f'/proc/self/fd/{n}', os.O_RDONLY) for n in (1, 2)]\n"
        "for fd in fds:\n    for _ in range(4):\n        if os.fork() == 0:\n"
        "            while True: os.read(fd, 65536)"
    ),
    "its streams do not block any more": (
        "[fcntl.fcntl(n, fcntl.F_SETFL, os.O_NONBLOCK) for n in (0, 1, 2)]\n"
        "[fcntl.fcntl(n, 1031, 4096) for n in (1, 2)]"
    ),
    "its streams may not be opened any more": "[os.fchmod(n, 0) for n in (1, 2)]",
    "it may open no more files": "resource.prlimit(shell(), resource.RLIMIT_NOFILE, (3, 3))",
    "it may start no more processes": "resource.prlimit(shell(), resource.RLIMIT_NPROC, (0, 0))",
    "its directory is locked": "os.chmod('/workspace', 0)",
    "there is no memory or disk left": (
        "for place in ('/workspace/f', '/tmp/f', '/dev/shm/f'):\n"
        "    fd = os.open(place, os.O_CREAT | os.O_WRONLY)\n"
        "    try:\n        while True: os.write(fd, bytes(1 << 20))\n    except OSError: pass"
    ),
}
"""What a command does that then ends as well as it can."""


@pytest.fixture
def instance() -> str:
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
async def sandbox(instance: str) -> AsyncIterator[DockerSandbox]:
    sandboxes = DockerSandboxes(docker_image(), host=docker_host(), instance=instance)
    yield await sandboxes.create(SandboxSpec(run="run-1"))
    await sandboxes.reap(frozenset())
    await sandboxes.close()


async def assert_true(sandbox: DockerSandbox) -> None:
    """What it says of later commands is so."""
    for _ in range(2):
        result = await sandbox.exec(["sh", "-c", "echo out; echo err >&2; exit 7"], timeout=20)
        assert (result.code, result.stdout, result.stderr) == (7, "out\n", "err\n")
        content = b"0123456789" * 50_000
        result = await sandbox.exec(["cat"], timeout=20, stdin=content)
        assert (result.code, result.stdout.encode() == content) == (0, True)


async def test_nothing_of_it_can_be_opened_or_traced(sandbox: DockerSandbox) -> None:
    hostile = ["python3", "-c", FIND + PEEK]
    for stdin in (b"", b"x" * 8 * MIB):
        seen = await sandbox.exec(hostile, timeout=30, stdin=stdin)
        assert seen.ok, seen
        outcomes = dict(line.rsplit(" ", 1) for line in seen.stdout.splitlines())
        assert len(outcomes) > 20
        assert set(outcomes.values()) <= {"EACCES", "EPERM", "ENOENT"}, seen.stdout
        assert outcomes["attach"] == outcomes["take a file"] == "EPERM"
        assert outcomes["mem"] == outcomes["fd/3"] == "EACCES"


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_later_command_is_told_of_truly_when(sandbox: DockerSandbox, attack: str) -> None:
    hostile = ["python3", "-c", FIND + ATTACKS[attack]]
    result = await sandbox.exec(hostile, timeout=3, stdin=b"forged; exit 0\n" * 100_000)
    assert result.ok or result.timed_out or result.code == 137, result
    await assert_true(sandbox)


async def test_a_command_that_leaves_its_input_does_not_cost_the_next_one_its_shell(
    sandbox: DockerSandbox,
) -> None:
    shell = (await sandbox.exec(["sh", "-c", "echo $PPID"], timeout=20)).stdout
    for _ in range(3):
        assert (await sandbox.exec(["true"], timeout=20, stdin=b"x" * 8 * MIB)).ok
        assert (await sandbox.exec(["sh", "-c", "echo $PPID"], timeout=20)).stdout == shell


async def test_input_that_was_left_over_is_never_run(sandbox: DockerSandbox) -> None:
    """Where its head was killed, the shell finds the rest of the input where a request should be."""
    hostile = FIND + "[os.kill(pid, 9) for pid in others() if pid != shell()]"
    lines = b"echo forged >/workspace/forged\n" * 200_000
    await sandbox.exec(["python3", "-c", hostile], timeout=10, stdin=lines)
    assert (await sandbox.exec(["ls", "/workspace"], timeout=20)).stdout == ""


async def test_what_was_set_on_it_is_not_there_after_a_restore(sandbox: DockerSandbox) -> None:
    look = ["sh", "-c", "ulimit -f; ulimit -n; ulimit -t; nice; nproc"]
    await sandbox.write({"a": b"a"})
    clean, snapshot = (await sandbox.exec(look, timeout=20)).stdout, await sandbox.snapshot()
    for hostile in (
        "resource.prlimit(shell(), resource.RLIMIT_FSIZE, (4096, 4096))",
        "resource.prlimit(shell(), resource.RLIMIT_CPU, (100, 100))",
        "os.setpriority(os.PRIO_PROCESS, shell(), 15)",
        "os.sched_setaffinity(shell(), {0})",
        "os.sched_setscheduler(shell(), os.SCHED_IDLE, os.sched_param(0))",
    ):
        assert (await sandbox.exec(["python3", "-c", FIND + hostile], timeout=20)).ok
        await sandbox.restore(snapshot)
        assert (await sandbox.exec(look, timeout=20)).stdout == clean


async def test_whoever_kills_all_that_comes_loses_the_sandbox(sandbox: DockerSandbox) -> None:
    """A new shell is of the same user, and so it cannot come up. That is told; nobody waits for ever."""
    hostile = "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: os.kill(-1, 9)\nos.wait()"
    began = time.monotonic()
    result = await sandbox.exec(["python3", "-c", hostile], timeout=3)
    assert not result.ok
    with pytest.raises(SandboxBroken):
        await sandbox.exec(["true"], timeout=20)
    assert time.monotonic() - began < 40


async def test_workers_that_share_a_sandbox_end_each_other_s_shells_and_notice_nothing(
    sandbox: DockerSandbox, instance: str
) -> None:
    other = DockerSandboxes(docker_image(), host=docker_host(), instance=instance)
    same = await other.connect(sandbox.id)
    for one in (same, sandbox, same, sandbox):
        await assert_true(one)
    await other.close()
