"""The world of one command: what it sees, who it is, and that all of it ends at once."""

# What it works on are descriptors and mounts, and it is loaded for each command: no pathlib.
# ruff: noqa: PTH112, PTH123, S108, S606
from __future__ import annotations

import _socket
import errno
import fcntl
import json
import os
import re
import resource
import select
import signal
import struct
from collections.abc import Callable
from typing import Any

from . import kernel, places

_PLAIN = kernel.MS_OF["nosuid"] | kernel.MS_OF["nodev"]
_NOEXEC = kernel.MS_OF["noexec"]


def enclose(
    job: dict[str, Any], note: int, stdin: int, ends: tuple[int, int, int], ready: int, mapped: int
) -> None:
    """Becomes the one that waits: for the first process of the new namespaces, and dies with either side."""
    flags = kernel.NEWUSER | kernel.NEWNS | kernel.NEWPID | kernel.NEWIPC | kernel.NEWUTS
    flags |= 0 if job["network"] else kernel.NEWNET
    parent = os.getppid()
    kernel.call("unshare", flags)
    os.write(ready, b"r")
    os.close(ready)
    if not os.read(mapped, 1):
        os._exit(1)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    kernel.die_with(parent)
    me = os.getpid()
    alive, alive_end = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(alive_end)
        guarded(lambda: _begin(job, stdin, ends, alive), ends[2])
    os.write(note, b"%d %d" % (me, first))
    for fd in (note, stdin, *ends):
        os.close(fd)
    os.waitpid(first, 0)
    os._exit(0)


def _begin(job: dict[str, Any], stdin: int, ends: tuple[int, int, int], alive: int) -> None:
    """Process 1 of the command's own world: builds it, starts the command, takes all with it at its end."""
    kernel.die_with(0)
    if select.select([alive], [], [], 0)[0]:
        os._exit(1)
    _build()
    if not job["network"]:
        _socket.sethostname("sandbox")
        lo = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
        fcntl.ioctl(lo.fileno(), kernel.SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", kernel.IFF_UP))
        lo.close()
    out, err, status = ends
    command = os.fork()
    if command == 0:
        guarded(lambda: _become(job, stdin, out, err), status)
    for fd in (stdin, out, err):
        os.close(fd)
    while True:
        try:
            pid, how = os.wait()
        except InterruptedError:
            continue
        if pid == command:
            code = 128 + os.WTERMSIG(how) if os.WIFSIGNALED(how) else os.WEXITSTATUS(how)
            os.write(status, json.dumps({"code": code}).encode())
            os._exit(0)


def _build() -> None:
    """Everything read-only but the workspace and /tmp, which are ours and not the machine's own."""
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    ours = {"/workspace": "workspace", "/tmp": "tmp"}
    for target, name in ours.items():
        kernel.mount(places.at("now", name), target, "", kernel.MS_BIND)
    for target, options in _mounted():
        if target == "/proc" or target.startswith("/proc/"):
            continue
        # What is set cannot be unset from here, so it is said again.
        flags = sum(kernel.MS_OF.get(option, 0) for option in options)
        flags |= _PLAIN if target in ours else kernel.MS_RDONLY
        try:
            kernel.mount("none", target, "", kernel.MS_REMOUNT | kernel.MS_BIND | flags)
        except OSError as error:
            # One that lies below another cannot be reached by anybody.
            if target == "/" or error.errno not in {errno.EINVAL, errno.ENOENT, errno.EACCES}:
                raise
    if os.path.isdir("/dev/shm"):
        kernel.mount("none", "/dev/shm", "tmpfs", _PLAIN, "mode=1777,size=67108864")
    kernel.mount("proc", "/proc", "proc", _PLAIN | _NOEXEC)
    with open("/proc/sys/user/max_user_namespaces", "w", encoding="ascii") as file:
        file.write("0")
    # Not for commands: the sandbox's own settings, which root of a namespace may reach.
    kernel.mount("/proc/sys", "/proc/sys", "", kernel.MS_BIND)
    sealed = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY
    kernel.mount("none", "/proc/sys", "", sealed | _PLAIN | _NOEXEC)


def _mounted() -> list[tuple[str, list[str]]]:
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        rows = [line.split(" ") for line in file]
    octal = re.compile(r"\\(\d{3})")
    return [(octal.sub(lambda found: chr(int(found[1], 8)), row[4]), row[5].split(",")) for row in rows]


def _become(job: dict[str, Any], stdin: int, out: int, err: int) -> None:
    """The command itself, as nobody, with nothing of ours but what it was given."""
    os.setsid()
    for fd, target in ((stdin, 0), (out, 1), (err, 2)):
        os.dup2(fd, target)
    os.closerange(3, 4096)
    for name, value in job["limits"].items():
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
    kernel.prefer(900)
    for capability in range(64):
        kernel.drop(capability)
    os.setgroups([])
    os.setresgid(places.USER, places.USER, places.USER)
    os.setresuid(places.USER, places.USER, places.USER)
    kernel.call("prctl", kernel.NO_NEW_PRIVS, 1, 0, 0, 0)
    for ignored in (signal.SIGPIPE, signal.SIGALRM, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    os.umask(0o022)
    os.chdir("/workspace")
    argv = job["argv"]
    try:
        os.execvpe(argv[0], argv, job["env"])
    except OSError as error:
        missing = error.errno in {errno.ENOENT, errno.ENOTDIR}
        why = "not found" if missing else f"cannot be run: {error.strerror}"
        os.write(2, f"{argv[0][:200]}: {why}\n".encode("utf-8", "replace"))
        os._exit(127 if missing else 126)


def guarded(work: Callable[[], None], status: int) -> None:
    """A forked child never returns into what its parent goes on to do."""
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - the top of a process
        os.write(status, json.dumps({"broken": f"{type(error).__name__}: {error}"}).encode())
    finally:
        os._exit(125)
