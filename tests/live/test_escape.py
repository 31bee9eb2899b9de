"""What strangers' code tries in order to get out, to take what is not its own, or to bring the worker down.

Each attack runs for real, in a container and, where it makes sense there, under bubblewrap. Its result is a
result; from outside it is seen that the host, the sandbox beside it and the worker are as they were; and the
sandbox takes one more command. What is left of it in the end is nothing.

What bubblewrap does not contain, which is why it is for trusted code only:

- the disk: neither bytes nor inodes of the workspace and /tmp are bounded;
- without a cgroup of version 2: the memory of many processes together, and memory in files (memfd, /dev/shm is
  bounded), since only each process's own is;
- its own process 1, which is of the same user: a command may trace or stop it, and so ends in a timeout;
- `LEFT_OPEN`, calls that a kernel takes from anybody; they reach nothing but the sandbox itself.
"""

# An attack is a script, and reads best in one piece.
# ruff: noqa: E501
from __future__ import annotations

import asyncio
import contextlib
import os
import re
import resource
import secrets
import socket
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from policies.patch import Patch
from tests.contract.sandbox_backends import backend, shown_in_tmp
from tests.live.attacks import calls, hostile
from tests.live.attacks.place import HERE, SECRET, Place, opened
from workflows.errors import Gone, SandboxBroken, UserProblem
from workflows.ports.sandbox import Limits, SandboxSpec
from workflows.project.detect import detect
from workflows.proof.harness import Harness, fill
from workflows.proof.results import Results
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.tree import BadArchive, File, Tree, unpack

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

MIB = 1024**2
BOTH = ("docker", "process")

LEFT_OPEN = {
    "trace-the-runner": "process 1 of its own namespace: it harms its own command",
    "seize-the-runner": "the same",
    "trace-first-process": "the same",
    "read-memory-of-the-runner": "the same",
    "open-files-of-the-runner": "the same",
    "read-memory-of-first-process": "the same",
    "take-descriptor-of-first-process": "the same",
    "compare-with-first-process": "the same",
    "read /proc/1/environ": "the same; it has a PATH and nothing else",
    "read /proc/1/mem": "the same",
    "read /proc/1/fd": "the same",
    "read /proc/1/root": "the sandbox's own root",
    "read /proc/1/cwd": "the same",
    "read /proc/1/maps": "the same",
    "write /proc/1/mem": "the same",
    "write /proc/1/oom_score_adj": "to a worse score, never a better one",
    "read /root": "no more than the way to the Python that is shown there",
}
STOPPING = ("trace-the-runner", "seize-the-runner", "trace-first-process")
"""Would end the payload itself there."""

every = pytest.mark.parametrize("place", BOTH, indirect=True)
container = pytest.mark.parametrize("place", ["docker"], indirect=True)
bubblewrap = pytest.mark.parametrize("place", ["process"], indirect=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    scratch = tmp_path_factory.mktemp(request.param)
    async with opened(backend(request.param, scratch), scratch) as place:
        yield place


@pytest_asyncio.fixture(loop_scope="module")
async def attacked(place: Place) -> AsyncIterator[Place]:
    """The place of an attack that must leave everything as it was."""
    yield place
    await place.assert_unharmed()


# --- what is asked of the kernel ------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def answers(place: Place) -> dict[str, str]:
    payload = (HERE / "calls.py").read_text()
    left_out = STOPPING if place.name == "process" else ()
    ran = await place.python(payload, *left_out, timeout=60)
    assert (ran.code, ran.stderr) == (0, "")
    await place.assert_unharmed()
    return dict(line.split(": ", 1) for line in ran.stdout.splitlines())


@container
@pytest.mark.parametrize("asked", calls.attempts())
async def test_the_kernel_refuses_a_container(answers: dict[str, str], asked: str) -> None:
    assert not answers[asked].startswith(("DID", "KILLED")), answers[asked]


@bubblewrap
@pytest.mark.parametrize("asked", [name for name in calls.attempts() if name not in LEFT_OPEN])
async def test_the_kernel_refuses_what_bubblewrap_encloses(answers: dict[str, str], asked: str) -> None:
    assert not answers[asked].startswith(("DID", "KILLED")), answers[asked]


@bubblewrap
async def test_what_bubblewrap_leaves_open_leads_nowhere(attacked: Place) -> None:
    seen = await attacked.run("cat /proc/1/environ /proc/1/cmdline; ls -a /proc/1/root /proc/1/root/root")
    assert SECRET not in seen.stdout
    assert str(attacked.canary.parent) not in seen.stdout
    assert (await attacked.run(f"cat /proc/1/root{attacked.canary}")).code == 1
    stopped = await attacked.run("kill -STOP 1; exit 4")
    assert stopped.code == 4


@every
async def test_no_privilege_and_every_filter_shows_in_its_status(attacked: Place) -> None:
    status = await attacked.run("grep -E '^(Uid|Gid|Cap|NoNew|Seccomp:)' /proc/self/status")
    lines = dict(line.split(":\t") for line in status.stdout.splitlines())
    assert {int(lines[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert (lines["NoNewPrivs"], lines["Seccomp"]) == ("1", "2")
    assert set((lines["Uid"] + "\t" + lines["Gid"]).split()) == {"65532"}


@every
async def test_a_set_uid_program_runs_as_nobody(attacked: Place) -> None:
    script = (
        "cp /usr/bin/python3 mine; chmod 6755 mine; ./mine -c 'import os; print(os.geteuid(), os.getegid())'\n"
        "find / -xdev -perm -4000 -type f 2>/dev/null | while read -r f; do\n"
        '  case $f in */su) "$f" -c id -;; */mount) "$f" -t tmpfs x /tmp;; *) "$f" ;; esac </dev/null\n'
        "done >said 2>&1; grep -c 'uid=0' said; ls -lnd mine | cut -c1-10"
    )
    ran = await attacked.run(script)
    assert ran.stdout.splitlines()[:2] == ["65532 65532", "0"], ran


@every
async def test_nothing_of_the_image_or_host_can_be_overwritten(attacked: Place) -> None:
    script = (
        "IFS=:; for d in $PATH /lib /usr/lib /etc /etc/profile.d /var/spool /; do\n"
        "  for f in sh tar python3 new; do (: >>$d/$f) 2>/dev/null && echo $d/$f; done\n"
        "  (mv /tmp/x $d/sh || rm $d/sh || ln -s /tmp/x $d/evil) 2>/dev/null && echo $d\n"
        "done; mount -o remount,rw / 2>/dev/null && echo remounted; :"
    )
    before = await asyncio.to_thread(_changed, attacked)
    ran = await attacked.run(f"echo x >/tmp/x; {script}")
    assert ran.stdout == ""
    assert await asyncio.to_thread(_changed, attacked) == before


def _changed(place: Place) -> object:
    """What an engine says that a container changed of its image."""
    if place.engine is None:
        return None
    found = place.engine.api.diff(place.box.id) or []
    return sorted(str(each["Path"]) for each in found)


# --- floods ---------------------------------------------------------------------------------------------------


@every
async def test_a_fork_bomb_ends_at_its_timeout(place: Place) -> None:
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n"
    async with place.another(Limits(pids=64)) as box:
        began = time.monotonic()
        running = asyncio.create_task(place.python(bomb, timeout=1.5, box=box))
        if place.engine:
            await asyncio.sleep(0.7)
            assert len(await asyncio.to_thread(place.processes, box.id)) <= 64
        ran = await running
        assert (ran.code, ran.timed_out) == (None, True)
        assert time.monotonic() - began < 15
        assert (await place.run("echo on", box=box)).stdout == "on\n"
        assert len(await asyncio.to_thread(place.processes, box.id)) == (place.name == "docker")


@every
async def test_a_bomb_of_threads_is_counted_too(place: Place) -> None:
    bomb = (
        "import threading, time\nmade = 0\ntry:\n"
        "    while made < 5000: threading.Thread(target=time.sleep, args=(9,), daemon=True).start(); made += 1\n"
        "except RuntimeError: pass\nprint(made, flush=True)\nimport os; os._exit(0)\n"
    )
    async with place.another(Limits(pids=64)) as box:
        ran = await place.python(bomb, box=box)
        assert 20 < int(ran.stdout) <= 64
        assert (await place.run("echo on", box=box)).stdout == "on\n"


SMALL = Limits(memory_bytes=256 * MIB, workspace_bytes=32 * MIB)


@every
async def test_memory_beyond_the_limit_ends_the_command_and_nothing_else(place: Place) -> None:
    async with place.another(SMALL) as box:
        ran = await place.python("x = bytearray(1 << 30)\nprint('had it')", box=box)
        assert ran.code not in {0, None}
        assert "had it" not in ran.stdout
        assert (await place.run("echo on", box=box)).stdout == "on\n"


@container
@pytest.mark.parametrize(
    "hog",
    [
        # By many processes together.
        "import os\nfor _ in range(8): os.fork()\nx = b'x' * (4 << 20)\nimport time; time.sleep(20)\n",
        # In a file that is nowhere.
        "import os\nfd = os.memfd_create('x')\nfor _ in range(400): os.write(fd, bytes(1 << 20))\nprint('had it')\n",
        # Shared with nobody.
        "import mmap\nx = mmap.mmap(-1, 400 << 20)\nfor _ in range(400): x.write(bytes(1 << 20))\nprint('had it')\n",
    ],
    ids=["many-processes", "file-in-memory", "shared-memory"],
)
async def test_memory_by_another_way_counts_too(place: Place, hog: str) -> None:
    async with place.another(SMALL) as box:
        ran = await place.python(hog, box=box, timeout=6)
        assert not ran.ok
        assert "had it" not in ran.stdout
        assert (await place.run("echo on", box=box)).stdout == "on\n"


@container
async def test_all_that_can_be_filled_is_bounded_and_can_be_emptied(place: Place) -> None:
    script = (
        "for d in /workspace /tmp /dev/shm; do n=0\n"
        "  while head -c 8388608 /dev/zero >$d/fill$n 2>>/tmp/why; do n=$((n + 1)); done\n"
        "  echo $d $n\ndone"
    )
    async with place.another(SMALL) as box:
        clean = await box.snapshot()
        ran = await place.run(script, box=box)
        filled = {line.split()[0]: int(line.split()[1]) for line in ran.stdout.splitlines()}
        # What the shell complained about takes some of /tmp.
        assert filled == {"/workspace": 4, "/tmp": filled["/tmp"], "/dev/shm": 4}
        assert filled["/tmp"] in {7, 8}
        assert (await place.run("echo on", box=box)).stdout == "on\n"
        with pytest.raises(UserProblem, match="refused writing"):
            await box.write({"more": b"x" * MIB})
        await box.snapshot()
        # There is no room for one more beside it.
        with pytest.raises(UserProblem, match="cannot be kept"):
            await box.snapshot()
        await box.restore(clean)
        await box.write({"more": b"x" * MIB})
        assert await box.read("more") == b"x" * MIB


@every
async def test_shared_memory_is_bounded(attacked: Place) -> None:
    ran = await attacked.run("head -c 200000000 /dev/zero >/dev/shm/x")
    assert ran.code != 0
    assert "No space left" in ran.stderr


@container
async def test_inodes_are_bounded(place: Place) -> None:
    flood = (
        "import os, sys\nmade = 0\ntry:\n    while made < 200_000:\n"
        "        os.close(os.open(f'{sys.argv[1]}/{made}', os.O_CREAT)); made += 1\n"
        "except OSError as error: print(made, error.strerror)\n"
    )
    async with place.another() as box:
        clean = await box.snapshot()
        for folder, most in (("/workspace", 50_000), ("/tmp", 20_000)):
            ran = await place.python(flood, folder, box=box)
            count, _, why = ran.stdout.strip().partition(" ")
            assert (int(count) <= most, why) == (True, "No space left on device")
        await box.restore(clean)
        assert (await place.run("ls -A /workspace /tmp | wc -l", box=box)).stdout.strip() == "3"


@every
async def test_a_sparse_giant_is_refused_and_read_within_a_bound(attacked: Place) -> None:
    giant = await attacked.python("import os\nos.truncate(os.open('giant', os.O_CREAT | os.O_RDWR), 1 << 40)")
    assert giant.code not in {0, None}
    await attacked.run("truncate -s 200000000 large")
    with pytest.raises(UserProblem, match="larger than 1000 bytes"):
        await attacked.box.read("large", limit=1000)


@every
async def test_open_files_run_out_for_the_command_alone(attacked: Place) -> None:
    flood = (
        "import os\nheld = []\ntry:\n    while len(held) < 100_000: held.append(os.open('/dev/null', 0))\n"
        "except OSError as error: print(len(held) <= 1024, error.strerror)\n"
    )
    assert (await attacked.python(flood)).stdout == "True Too many open files\n"


@every
async def test_a_flood_of_output_stays_a_megabyte_here(attacked: Place) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ran = await attacked.run("yes out & yes err >&2", timeout=2)
    assert (ran.timed_out, ran.truncated) == (True, True)
    assert max(len(ran.stdout), len(ran.stderr)) < MIB + 200
    # In KiB: what the worker may keep of both streams, several times over.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
    if seen := attacked.inspected():
        assert (seen["HostConfig"]["LogConfig"]["Type"], seen.get("LogPath")) == ("none", "")


@every
async def test_binary_and_terminal_escapes_come_out_as_plain_text(attacked: Place) -> None:
    noise = "head -c 300000 /dev/urandom; printf '\\033]52;c;ZXZpbA==\\007\\033[2J\\033Pq\\033\\\\\\233m\\000\\r\\b::stop'"
    ran = await attacked.run(f"{noise}; {{ {noise}; }} >&2")
    for text in (ran.stdout, ran.stderr):
        assert len(text) > 100_000
        assert text.endswith("::stop")
        assert not [c for c in text if (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f"]
        text.encode()


@every
async def test_a_processor_hog_does_not_outlive_its_time(attacked: Place) -> None:
    began = time.monotonic()
    ran = await attacked.run("for _ in 1 2 3 4; do while :; do :; done & done; wait", timeout=1)
    assert ran.timed_out
    assert time.monotonic() - began < 10


@every
async def test_a_bomb_unpacked_inside_meets_a_bound(attacked: Place) -> None:
    bomb = (
        "import gzip, io\nbomb = gzip.compress(bytes(1 << 24)) * 64\nprint(len(bomb), flush=True)\n"
        "with open('out', 'wb') as out:\n    for chunk in iter(lambda f=gzip.open(io.BytesIO(bomb)): f.read(1 << 20), b''):\n"
        "        out.write(chunk)\nprint('all of it')\n"
    )
    ran = await attacked.python(bomb)
    assert ran.code not in {0, None}
    assert "all of it" not in ran.stdout
    size = int((await attacked.run("stat -c %s out")).stdout)
    assert size <= 256 * MIB


# --- what stays behind, and signals ---------------------------------------------------------------------------


@every
async def test_who_ignores_every_signal_is_killed_in_time(attacked: Place) -> None:
    began = time.monotonic()
    ran = await attacked.python(
        "import signal, time\nfor n in range(1, 65):\n"
        "    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
        "print('deaf', flush=True)\nwhile True: time.sleep(1)\n",
        timeout=1,
    )
    assert (ran.code, ran.timed_out, ran.stdout) == (None, True, "deaf\n")
    assert time.monotonic() - began < 10


DAEMON = "while :; do echo beat >>/workspace/beats; sleep 0.02; done"
DAEMONS = {
    "background": f"({DAEMON}) & sleep 0.2",
    "nohup": f"nohup sh -c '{DAEMON}' >/dev/null 2>&1 & sleep 0.2",
    "session-of-its-own": f"setsid sh -c '{DAEMON}' </dev/null >/dev/null 2>&1 & sleep 0.2",
    "double-fork": f"(setsid sh -c 'setsid sh -c \"{DAEMON}\" &' &) ; sleep 0.2",
    "deaf": f"setsid sh -c 'trap \"\" HUP INT TERM QUIT; {DAEMON}' >/dev/null 2>&1 & sleep 0.2",
    "orphans-that-multiply": f"f() {{ (sleep 0.05; f) & }}; f; ({DAEMON}) & sleep 0.3",
    "stopped": "setsid sh -c 'echo beat >>/workspace/beats; kill -STOP $$' & sleep 0.2",
    "holding-the-output": f"setsid sh -c '{DAEMON}' & sleep 0.2",
}


@every
@pytest.mark.parametrize("way", DAEMONS)
async def test_no_daemon_outlives_its_command(attacked: Place, way: str) -> None:
    began = time.monotonic()
    ran = await attacked.run(f"{DAEMONS[way]}; exit 3")
    assert (ran.code, ran.timed_out) == (3, False)
    assert time.monotonic() - began < 10
    before = await attacked.box.read("beats")
    assert before
    assert (await attacked.run("sleep 0.1; cat beats")).stdout.encode() == before


@every
@pytest.mark.parametrize(
    "game",
    [
        "kill -9 -1",
        "kill -STOP -1",
        "kill -STOP $PPID",
        "kill -9 $PPID",
        "kill -STOP $$",
        "kill -TERM 1 -1",
        "kill -9 1",
    ],
)
async def test_signals_sent_to_everybody_harm_the_command_alone(attacked: Place, game: str) -> None:
    began = time.monotonic()
    first = attacked.inspected().get("State", {}).get("Pid")
    await attacked.box.write({"kept": b"kept"})
    ran = await attacked.run(f"{game}; sleep 0.1; exit 5", timeout=1.5)
    assert ran.timed_out or ran.code is not None
    assert time.monotonic() - began < 12
    assert await attacked.box.read("kept") == b"kept"
    if attacked.engine:
        assert attacked.inspected()["State"]["Pid"] == first


@every
async def test_what_one_command_leaves_for_the_next_is_not_run_by_us(attacked: Place) -> None:
    fake = "#!/bin/sh\\necho $0 >>/tmp/ran\\nexit 0\\n"
    leave = (
        "cd /workspace; for t in sh tar head rm cat chmod env mkfifo python3 ls; do\n"
        f"  printf '{fake}' >$t; chmod 755 $t; cp $t /tmp/$t; mkdir -p /tmp/bin /tmp/.local/bin; cp $t /tmp/bin; "
        "cp $t /tmp/.local/bin\ndone\n"
        "for f in .profile .bashrc .bash_profile .bash_login .zshenv .kshrc .shrc .bash_env .env; do\n"
        "  echo 'alias ls=false; cat() { :; }; export PATH=/tmp:/workspace; echo profile >>/tmp/ran' >/tmp/$f\ndone\n"
        "export LD_PRELOAD=/tmp/evil.so PATH=/workspace ENV=/tmp/.env BASH_ENV=/tmp/.env PYTHONSTARTUP=/tmp/x\n"
        "printf '[core]\\nfsmonitor=/tmp/sh\\nhooksPath=/tmp\\n' >/tmp/.gitconfig\n"
        "ulimit -f 0; ulimit -n 4; umask 777; cd /tmp"
    )
    await attacked.run(leave)
    await attacked.box.write({"a/b": b"given"})
    assert await attacked.box.read("a/b") == b"given"
    name = await attacked.box.snapshot()
    await attacked.box.remove(["a"])
    ran = await attacked.run('ls -d a; cat a/b; echo "$PATH|$LD_PRELOAD|$ENV|$(umask)|$(pwd)|$(ulimit -n)"')
    assert ran.stdout.rstrip().split("|")[1:] == ["", "", "0022", "/workspace", "1024"], ran
    assert "/workspace" not in ran.stdout.split("|")[0]
    with pytest.raises(Gone):
        await attacked.box.read("/tmp/ran")
    await attacked.box.restore(name)
    assert set((await attacked.run("ls -A /tmp")).stdout.split()) <= shown_in_tmp()


@every
async def test_what_waits_in_home_for_python_is_gone_after_restoring(attacked: Place) -> None:
    plant = (
        "import pathlib, site\nd = pathlib.Path(site.getusersitepackages()); d.mkdir(parents=True)\n"
        "(d / 'evil.pth').write_text('import sys; print(\"planted\")\\n')\n"
        "(d / 'usercustomize.py').write_text('print(\"planted\")\\n')\n"
    )
    await attacked.python(plant)
    await attacked.box.restore(attacked.clean)
    assert (await attacked.python("print('clean')")).stdout == "clean\n"


@every
async def test_shared_memory_of_one_command_is_not_there_for_the_next(attacked: Place) -> None:
    leave = (
        "import ctypes\nc = ctypes.CDLL(None)\n"
        "print(c.shmget(4711, 4096, 0o1777) >= 0)\nc.semget(4711, 1, 0o1777); c.msgget(4711, 0o1777)\n"
    )
    await attacked.python(leave)
    look = (
        "cat /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg | grep -c 4711; ls /dev/mqueue 2>/dev/null"
    )
    assert (await attacked.run(look)).stdout.strip() == "0"


# --- what the host reads of it --------------------------------------------------------------------------------


@every
async def test_a_forged_end_of_a_command_is_only_output(attacked: Place) -> None:
    forge = (
        "import os, sys, struct\nwords = [w for w in os.environ if 'rf' in w.lower()]\n"
        "frame = lambda text: struct.pack('>BxxxI', 1, len(text)) + text\n"
        "for word in [b'0' * 32, *[w.encode() for w in words]]:\n"
        "    os.write(1, word + b' 0\\n' + frame(word + b' 0\\n'))\n"
        "    os.write(2, b'{\"exit-code\": 0}\\n' + frame(word + b' 0\\n'))\n"
        "for fd in range(3, 64):\n    try: os.write(fd, b'{\"exit-code\": 0}\\n0 0\\n')\n    except OSError: pass\n"
        "sys.stdout.flush(); os._exit(7)\n"
    )
    ran = await attacked.python(forge)
    assert (ran.code, ran.timed_out) == (7, False)
    # The words that count are nowhere that a command can look.
    seen = await attacked.run("env; set; tr '\\0' '\\n' </proc/$PPID/environ; cat /proc/$PPID/cmdline")
    assert not re.search(r"[0-9a-f]{32}", seen.stdout)


@every
async def test_closing_or_replacing_its_streams_ends_nothing_early(attacked: Place) -> None:
    ran = await attacked.run("exec >&- 2>&- <&-; sleep 0.3; exit 6")
    assert (ran.code, ran.stdout, ran.stderr) == (6, "", "")
    assert ran.seconds >= 0.3


@every
async def test_input_that_is_left_unread_is_nobody_s_command(attacked: Place) -> None:
    left = b"\necho forged >>/workspace/forged\n" * 30_000
    ran = await attacked.box.exec(
        ["sh", "-c", "kill -9 $PPID; head -c 1 >/dev/null; exit 4"], timeout=20, stdin=left
    )
    assert ran.code is not None
    with pytest.raises(Gone):
        await attacked.box.read("forged")


NOT_PLAIN = {
    "link-to-the-host": "ln -s {canary} taken",
    "link-to-passwd": "ln -s /etc/passwd taken",
    "link-to-a-process": "ln -s /proc/1/environ taken",
    "linked-folder": "ln -s /etc d; ln -s passwd taken",
    "endless-device": "ln -s /dev/zero taken",
    "pipe-that-nobody-fills": "mkfifo taken",
    "socket": "python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('taken')\"",
    "folder": "mkdir taken",
    "unreadable": "echo x >taken; chmod 0 taken",
    "link-to-itself": "ln -s taken taken",
    "dangling": "ln -s nowhere taken",
}


@every
@pytest.mark.parametrize("way", NOT_PLAIN)
async def test_only_a_plain_file_comes_out(attacked: Place, way: str) -> None:
    await attacked.run(NOT_PLAIN[way].format(canary=attacked.canary))
    with pytest.raises(Gone):
        await asyncio.wait_for(attacked.box.read("taken"), 10)


@every
async def test_nothing_is_written_through_what_a_command_left(attacked: Place) -> None:
    await attacked.run(
        f"ln -s {attacked.canary} out; ln -s {attacked.canary.parent} d; ln -s /etc e; mkfifo f"
    )
    for path in ("out", "d/canary", "e/passwd"):
        with pytest.raises(UserProblem, match="symbolic link"):
            await attacked.box.write({path: b"overwritten"})
        with pytest.raises(UserProblem, match="symbolic link"):
            await attacked.box.remove([f"{path}/x"])
    await asyncio.wait_for(attacked.box.write({"f": b"a file now"}), 10)
    assert await attacked.box.read("f") == b"a file now"


@every
async def test_a_hard_link_makes_nothing_its_own(attacked: Place) -> None:
    ran = await attacked.run(
        "for f in /etc/passwd /usr/bin/env /redfirst/sh; do ln $f h 2>/dev/null && echo $f; done; :"
    )
    assert ran.stdout == ""


@every
async def test_names_that_no_tool_expects_do_no_harm(attacked: Place) -> None:
    make = (
        "import os\nfor name in (b'n' * 255, b'new\\nline', b'\\xff\\xfe', b'-rf', b'--', b'$(id)', b'a;b', b' ',\n"
        "             b'\\x1b[2J', b'*', '\\u202egpj'.encode(), b'--checkpoint-action=exec=sh'):\n"
        "    os.close(os.open(name, os.O_CREAT)); os.mkdir(b'd' + name[:200])\n"
    )
    assert (await attacked.python(make)).ok
    name = await attacked.box.snapshot()
    await attacked.box.restore(name)
    listed = await attacked.run("ls -1 | wc -l; ls -1")
    listed.stdout.encode()
    assert "\x1b" not in listed.stdout
    assert int(listed.stdout.split()[0]) >= 24
    for path in ("$(id)", "-rf", "n" * 255, "a;b", "*", " "):
        assert await attacked.box.read(path) == b""
    await attacked.box.remove(["*", "-rf", "--", "$(id)"])
    assert (await attacked.box.read("a;b")) == b""


@every
async def test_an_argument_is_an_argument_and_not_a_script(attacked: Place) -> None:
    odd = [
        "$(touch /tmp/pwned)",
        "`id`",
        "';touch /tmp/pwned;'",
        "a\nb\n",
        "\\",
        '"',
        "-n",
        "rf_end",
        "é\u202e",
    ]
    ran = await attacked.box.exec(["printf", "%s|", *odd], timeout=20)
    assert ran.stdout == "".join(f"{each}|" for each in odd)
    with pytest.raises(Gone):
        await attacked.box.read("/tmp/pwned")


@every
async def test_a_folder_that_is_deeper_than_any_path_can_be_left_and_cleared(place: Place) -> None:
    # A container has inodes for half as many; on a disk of ours, where nothing bounds them, fewer are made.
    levels = {"docker": 100_000, "process": 3_000}[place.name]
    deep = (
        "import os, sys\nmade = 0\ntry:\n"
        "    while made < int(sys.argv[1]): os.mkdir('d'); os.chdir('d'); made += 1\n"
        "except OSError as error: print(error.strerror)\nelse: print(made)\n"
    )
    async with place.another() as box:
        clean = await box.snapshot()
        ran = await place.python(deep, str(levels), box=box)
        assert ran.stdout.strip() == ("No space left on device" if place.name == "docker" else str(levels))
        with pytest.raises(Gone):
            await box.read("d/" * 100 + "x")
        await box.restore(clean)
        assert (await place.run("ls -A | wc -l", box=box)).stdout.strip() == "0"
        await place.python(deep, str(levels), box=box)


# --- network and sockets --------------------------------------------------------------------------------------


@every
async def test_nobody_outside_is_reached(attacked: Place) -> None:
    """Listeners of the host on every address see nothing: neither names that are looked up nor connections."""
    name = f"x{secrets.token_hex(8)}"
    with (
        socket.create_server(("0.0.0.0", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        udp.bind(("0.0.0.0", 0))
        abstract.bind(f"\0{name}")
        abstract.listen()
        own = socket.gethostbyname(socket.gethostname())
        payload = (HERE / "network.py").read_text()
        ports = [str(each.getsockname()[1]) for each in (tcp, udp)]
        ran = await attacked.python(payload, *ports, name, own, SECRET[:8], timeout=60)
        assert ran.code == 0, ran
        assert [line for line in ran.stdout.splitlines() if " REFUSED " not in line] == []
        for each in (tcp, udp, abstract):
            each.setblocking(False)
        with pytest.raises(BlockingIOError):
            tcp.accept()
        with pytest.raises(BlockingIOError):
            udp.recv(100)
        with pytest.raises(BlockingIOError):
            abstract.accept()


@every
async def test_there_is_no_way_out_but_the_loopback(attacked: Place) -> None:
    ran = await attacked.run(
        "ls /sys/class/net 2>/dev/null || awk -F: 'NR > 2 {print $1}' /proc/net/dev; tail -n +2 /proc/net/route"
    )
    assert ran.stdout.split() == ["lo"]
    if seen := attacked.inspected():
        assert seen["HostConfig"]["NetworkMode"] == "none"
        assert {net["IPAddress"] for net in seen["NetworkSettings"]["Networks"].values()} == {""}


@every
async def test_there_is_no_socket_to_find(attacked: Place) -> None:
    ran = await attacked.run("find / -type s 2>/dev/null; tail -n +2 /proc/net/unix")
    assert ran.stdout == ""
    if seen := attacked.inspected():
        assert (seen["HostConfig"]["Binds"], seen["Mounts"], seen["HostConfig"]["Privileged"]) == (
            None,
            [],
            False,
        )


# --- credentials ----------------------------------------------------------------------------------------------


@every
async def test_no_secret_of_the_host_is_found_anywhere(attacked: Place) -> None:
    hunt = (
        "cat /proc/*/environ /proc/*/cmdline /proc/self/mountinfo /proc/keys 2>/dev/null\n"
        f"grep -rsl {SECRET[:20]} /etc /home /root /run /var /tmp /dev/shm /workspace /opt /srv /mnt 2>/dev/null\n"
        f"cat {attacked.canary} /proc/1/root{attacked.canary} /proc/self/root{attacked.canary} 2>/dev/null\n"
        "ls -A /run/secrets /var/run/secrets /home/* /root/.ssh /root/.aws /root/.config /root/.netrc 2>/dev/null; env"
    )
    ran = await attacked.run(hunt)
    assert SECRET not in ran.stdout
    assert attacked.canary.name not in [line.rpartition("/")[2] for line in ran.stdout.splitlines()]
    named = {line.partition("=")[0] for line in (await attacked.run("env")).stdout.splitlines()}
    assert named <= {"PATH", "HOME", "PWD", "HOSTNAME", "SHLVL", "_"}


@every
async def test_no_process_of_the_host_is_seen(attacked: Place) -> None:
    ran = await attacked.run("ls -d /proc/[0-9]* | wc -l; cat /proc/[0-9]*/cmdline")
    assert int(ran.stdout.split()[0]) < 12
    assert "pytest" not in ran.stdout
    assert (await attacked.run(f"kill -0 {os.getpid()}; kill -9 {os.getpid()}")).code != 0


# --- repositories ---------------------------------------------------------------------------------------------


@every
@pytest.mark.parametrize("way", hostile.escapes("/etc/x"))
async def test_a_tar_writes_nothing_outside_the_workspace(attacked: Place, way: str) -> None:
    outside = attacked.canary.with_name(f"written-{way}")
    before = await asyncio.to_thread(_changed, attacked)
    for target in (str(outside), "/etc/redfirst-escaped", "/usr/bin/env"):
        # Either it is taken without harm, or it is told as a sandbox's failure.
        with contextlib.suppress(SandboxBroken):
            await fill(attacked.box, hostile.escapes(target)[way])
        ran = await attacked.run(
            "ls /etc/redfirst-escaped; find . /tmp -type b -o -perm -4000 -user 0; env true && echo same"
        )
        assert ran.stdout == "same\n"
        await attacked.box.restore(attacked.clean)
    assert not outside.exists()
    assert await asyncio.to_thread(_changed, attacked) == before


@pytest.mark.parametrize("way", hostile.BOMBS)
async def test_a_bomb_in_an_archive_is_refused_before_it_is_large(way: str) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(BadArchive):
        unpack(hostile.BOMBS[way]())
    assert time.process_time() - began < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1200 * 1024


@every
async def test_nothing_of_a_repository_runs_on_the_host(attacked: Place) -> None:
    marker = attacked.canary.with_name("ran")
    files = hostile.repository(str(marker))
    members = [hostile.member(f"{hostile.TOP}/{path}", content=text.encode()) for path, text in files.items()]
    tree = unpack(hostile.archive(*members))
    detect(tree)
    spec = SandboxSpec(run="hostile")
    (ran,) = await Harness(attacked.sandboxes, spec, tree, Suite(Pytest()), timeout=60).run(Patch())
    assert isinstance(ran.results, Results)
    assert not marker.exists()
    assert SECRET not in ran.results.model_dump_json()


REPORTS = {
    "link": "os.remove(p); os.symlink('/etc/passwd', p)",
    "endless": "os.remove(p); os.symlink('/dev/zero', p)",
    "pipe": "os.remove(p); os.mkfifo(p)",
    "too-large": "open(p, 'wb').truncate(70 << 20)",
    "millions-of-tests": "open(p, 'w').write('<testsuites>' + '<testcase/>' * 3000000 + '</testsuites>')",
    "never-closed": "open(p, 'w').write('<testsuites>' + '<testsuite>' * 300000)",
}


@every
@pytest.mark.parametrize("way", REPORTS)
async def test_a_report_that_is_none_is_a_complaint(attacked: Place, way: str) -> None:
    conftest = (
        "import glob, os\n\n\ndef pytest_unconfigure():\n"
        f"    p = glob.glob('/tmp/redfirst-*/report')[0]\n    {REPORTS[way]}\n"
    )
    tree = Tree({"conftest.py": File(conftest.encode()), "test_a.py": File(b"def test_a(): pass\n")})
    harness = Harness(attacked.sandboxes, SandboxSpec(run="hostile"), tree, Suite(Pytest()), timeout=60)
    (ran,) = await harness.run(Patch())
    assert ran.results.complaint
    assert not ran.results.tests
