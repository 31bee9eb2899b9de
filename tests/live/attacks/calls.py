"""Runs inside a sandbox: asks the kernel for what no code there may have, and prints what it said.

A line each. Arguments are names of those to leave out. Each one in a child, for some would stop whoever asks.
The standard library only; x86-64 and arm64.
"""

# What is tried is the system call, not a library's idea of it.
# ruff: noqa: PTH112, PTH123, PTH208
from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable

_X86 = platform.machine() == "x86_64"
_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

PATIENCE_SECONDS = 5
_ZEROS = b"\0" * 256


def call(x86: int, arm: int, *args: int | bytes) -> int:
    """By number: the C library has no name for most of them."""
    given = [ctypes.c_long(arg) if isinstance(arg, int) else ctypes.c_char_p(arg) for arg in args]
    done = int(_libc.syscall(ctypes.c_long(x86 if _X86 else arm), *given))
    if done < 0:
        raise OSError(ctypes.get_errno(), "")
    return done


def seen(path: str) -> object:
    """The first bytes, or the names; nothing that only looks like a file."""
    if os.path.isdir(path):
        return os.listdir(path) or _nothing()
    with open(path, "rb", 0) as file:
        return file.read(64) or _nothing()


def _nothing() -> object:
    raise OSError(errno.ENOENT, "")


def put(path: str, content: bytes) -> object:
    fd = os.open(path, os.O_WRONLY)
    return os.write(fd, content)


def _perf() -> int:
    return call(298, 241, struct.pack("IIQ", 0, 112, 0) + _ZEROS, 0, -1, -1, 0)


def _take_descriptor(pid: int) -> int:
    return call(438, 438, call(434, 434, pid, 0), 0, 0)


def _older_than_us() -> int:
    """The process that waits for our own parent: in a container, the shell that runs commands."""
    with open(f"/proc/{os.getppid()}/stat", encoding="ascii") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def _join_namespace(kind: str) -> int:
    return call(308, 268, os.open(f"/proc/1/ns/{kind}", os.O_RDONLY), 0)


def _type_for_another() -> object:
    return fcntl.ioctl(os.open("/dev/tty", os.O_RDWR), 0x5412, b"x")


KERNEL: dict[str, Callable[[], object]] = {
    "mount-tmpfs": lambda: call(165, 40, b"none", b"/tmp", b"tmpfs", 0, 0),
    "mount-proc": lambda: call(165, 40, b"proc", b"/tmp", b"proc", 0, 0),
    "mount-bind": lambda: call(165, 40, b"/proc/1/root", b"/tmp", 0, 4096, 0),
    "mount-read-write-again": lambda: call(165, 40, b"none", b"/", 0, 32 | 4096, 0),
    "umount": lambda: call(166, 39, b"/proc", 2),
    "new-mount-api": lambda: call(430, 430, b"tmpfs", 0),
    "clone-of-the-mounts": lambda: call(428, 428, -100, b"/", 1),
    "pivot-root": lambda: call(155, 41, b"/tmp", b"/tmp"),
    "chroot": lambda: os.chroot("/tmp"),
    "user-namespace": lambda: call(272, 97, 0x10000000),
    "mount-namespace": lambda: call(272, 97, 0x20000),
    "user-namespace-by-clone": lambda: call(56, 220, 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0),
    "join-mount-namespace": lambda: _join_namespace("mnt"),
    "join-network-namespace": lambda: _join_namespace("net"),
    "block-device": lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(8, 0)),
    "memory-device": lambda: os.mknod("/tmp/memory", 0o20600, os.makedev(1, 1)),
    "set-uid-root": lambda: os.setuid(0),
    "set-gid-root": lambda: os.setgid(0),
    "set-groups": lambda: os.setgroups([0]),
    "own-file-to-root": lambda: os.chown(_touched("/tmp/owned"), 0, 0),
    "capability-set": lambda: call(
        126, 91, struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[~0 & 0xFFFFFFFF] * 6)
    ),
    "ambient-capability": lambda: call(157, 167, 47, 2, 21, 0, 0),
    "trace-the-runner": lambda: call(101, 117, 16, _older_than_us(), 0, 0),
    "seize-the-runner": lambda: call(101, 117, 0x4206, _older_than_us(), 0, 0),
    "read-memory-of-the-runner": lambda: seen(f"/proc/{_older_than_us()}/mem"),
    "open-files-of-the-runner": lambda: seen(f"/proc/{_older_than_us()}/fd"),
    "trace-first-process": lambda: call(101, 117, 16, 1, 0, 0),
    "read-memory-of-first-process": lambda: call(310, 270, 1, 0, 0, 0, 0, 0),
    "take-descriptor-of-first-process": lambda: _take_descriptor(1),
    "compare-with-first-process": lambda: call(312, 272, 1, os.getpid(), 0, 0, 0),
    "add-key": lambda: call(248, 217, b"user", b"redfirst", b"x", 1, -3),
    "session-keyring": lambda: call(250, 219, 0, -3, 0),
    "user-keyring": lambda: call(250, 219, 0, -4, 1),
    "request-key": lambda: call(249, 218, b"user", b"redfirst", 0, -3),
    "load-bpf": lambda: call(321, 280, 0, struct.pack("IIII", 2, 4, 8, 1) + _ZEROS, 72),
    "perf-event": _perf,
    "io-uring": lambda: call(425, 425, 4, ctypes.create_string_buffer(120).raw),
    "user-fault": lambda: call(323, 282, 0),
    "load-kernel": lambda: call(246, 104, 0, 0, 0, 0),
    "load-module": lambda: call(175, 105, b"\x7fELF", 4, b""),
    "load-module-from-file": lambda: call(313, 273, os.open("/proc/self/exe", os.O_RDONLY), b"", 0),
    "unload-module": lambda: call(176, 106, b"redfirst-no-such-module", 0),
    "reboot": lambda: call(169, 142, 0xFEE1DEAD, 672274793, 0, 0),
    "swap-on": lambda: call(167, 224, b"/tmp/none", 0),
    "set-time-of-day": lambda: call(164, 170, struct.pack("qq", int(time.time()), 0), 0),
    "set-clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "adjust-clock": lambda: call(159, 171, struct.pack("II", 1, 0) + _ZEROS),
    "set-host-name": lambda: socket.sethostname("mine"),
    "port-rights": lambda: call(172, -1, 3),
    "open-by-handle": lambda: call(304, 265, -100, struct.pack("Ii", 8, 1) + _ZEROS, 0),
    "kernel-log": lambda: call(103, 116, 3, ctypes.create_string_buffer(64).raw, 64),
    "accounting": lambda: call(163, 89, b"/tmp/none"),
    "fanotify": lambda: call(300, 262, 0, 0),
    "higher-priority": lambda: os.nice(-20),
    "real-time-priority": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "more-open-files": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 19, 1 << 19)),
    "larger-files": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1)),
    "core-dumps": lambda: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1)),
    "raw-socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "packet-socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3),
    "socket-to-the-hypervisor": lambda: socket.socket(40, socket.SOCK_STREAM),
    "crypto-socket": lambda: socket.socket(38, socket.SOCK_SEQPACKET),
    "type-into-a-terminal": _type_for_another,
    "weaker-personality": lambda: call(135, 92, 0x0040000),
}

READ = (
    *("/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse", "/dev/kvm", "/dev/net/tun"),
    *("/dev/loop-control", "/dev/vsock", "/dev/vhost-vsock", "/dev/mapper", "/dev/dri", "/dev/bus"),
    *("/proc/kcore", "/proc/sysrq-trigger", "/proc/scsi", "/proc/acpi", "/sys/firmware"),
    *("/proc/1/environ", "/proc/1/mem", "/proc/1/fd", "/proc/1/root", "/proc/1/cwd", "/proc/1/maps"),
    *("/etc/shadow", "/root", "/run/secrets", "/var/run/secrets", "/var/run/docker.sock", "/run/docker.sock"),
    *("/run/containerd/containerd.sock", "/run/user", "/var/lib/docker", "/root/.ssh", "/root/.aws"),
)
WRITE = (
    *("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/modprobe"),
    *("/proc/sys/kernel/hostname", "/proc/sys/vm/panic_on_oom", "/proc/sys/kernel/randomize_va_space"),
    *("/proc/sys/net/ipv4/ip_forward", "/proc/sys/fs/binfmt_misc/register", "/proc/self/uid_map"),
    *("/proc/self/setgroups", "/proc/1/oom_score_adj", "/proc/1/mem", "/proc/1/uid_map", "/proc/irq/0"),
    *("/sys/kernel/uevent_helper", "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/power/state"),
    *("/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/memory/release_agent", "/sys/fs/cgroup/cgroup.procs"),
    *("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/pids.max"),
    *("/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/devices/devices.allow", "/sys/fs/cgroup/cgroup.kill"),
    *("/etc/passwd", "/etc/ld.so.preload", "/etc/hosts", "/etc/resolv.conf", "/usr/bin/env", "/bin/sh"),
    *(
        "/usr/bin/python3",
        "/usr/bin/tar",
        "/usr/bin/head",
        "/redfirst/sh",
        "/redfirst/head",
        "/sbin/docker-init",
    ),
)


def _touched(path: str) -> str:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    return path


def attempts() -> dict[str, Callable[[], object]]:
    reads: dict[str, Callable[[], object]] = {f"read {path}": lambda path=path: seen(path) for path in READ}
    writes: dict[str, Callable[[], object]] = {
        f"write {path}": lambda path=path: put(path, b"1") for path in WRITE
    }
    oom: dict[str, Callable[[], object]] = {
        "write /proc/self/oom_score_adj": lambda: put("/proc/self/oom_score_adj", b"-1000")
    }
    return {**KERNEL, **reads, **writes, **oom}


def _said(attempt: Callable[[], object]) -> str:
    try:
        return f"DID {attempt()!r}"[:100].replace("\n", " ")
    except OSError as refused:
        return errno.errorcode.get(refused.errno or 0, str(refused.errno))
    except ValueError as refused:
        return f"REFUSED {refused}"


def main() -> None:
    for name, attempt in attempts().items():
        if name in sys.argv[1:]:
            continue
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            signal.alarm(PATIENCE_SECONDS)
            os.write(writer, _said(attempt).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as file:
            said = file.read().decode() or "KILLED"
        os.waitpid(child, 0)
        print(f"{name}: {said}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
