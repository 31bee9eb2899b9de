"""A disk whose power a test can cut: what was synced before is there afterwards, what was not is gone.

It is an ext4 in an image, and the cut is ext4's own, made for testing file systems: from that moment nothing
reaches the image any more, and whoever syncs is told that it failed. What the kernel still held is dropped
with the mount, and the next mount replays the journal, as after any power cut.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

from tests.services.child import until_we_die
from tests.services.need import need

# The least that ext4 promises: nothing is committed just because time passes, names do not wait for the bytes
# behind them, and who renames before syncing is not helped.
OPTIONS = "loop,commit=300,data=writeback,noauto_da_alloc"

# Until everybody who has a file open there is gone: processes that were killed, and sandboxes of other tests,
# which have seen this mount since they were made and keep it as long as their command runs.
PATIENCE_SECONDS = 120.0

# A process of its own, since it may need sudo, and ready beforehand, since it must not be late.
# EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH.
_SWITCH = """
import fcntl, os, sys, time
disk = os.open(sys.argv[1], os.O_RDONLY)
print("ready", flush=True)
if sys.stdin.read(1):
    print(time.monotonic_ns(), flush=True)
    fcntl.ioctl(disk, 0x8004587D, b"\\2\\0\\0\\0")
"""


class Disk:
    def __init__(self, image: Path, at: Path) -> None:
        self.at = at
        self._image = image
        self._switch: subprocess.Popen[str] | None = None

    def turn_on(self) -> None:
        _run([*_as_root(), "mount", "-o", OPTIONS, str(self._image), str(self.at)])
        self._switch = subprocess.Popen(
            [*_as_root(), *until_we_die("KILL"), sys.executable, "-I", "-c", _SWITCH, str(self.at)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._switch.stdout
        assert self._switch.stdout.readline() == "ready\n"

    def sync(self) -> None:
        _run(["sync", "--file-system", str(self.at)])

    def cut(self) -> int:
        """The moment before it, by `time.monotonic_ns`: what was said to be synced by then is on the disk.

        Of a sync that was under way at the cut, Linux says now and then that it succeeded, where a machine
        without power would have said nothing.
        """
        assert self._switch, "it is cut already"
        said, _ = self._switch.communicate("x", timeout=PATIENCE_SECONDS)
        assert self._switch.returncode == 0, "the power could not be cut"
        self._switch = None
        return int(said)

    def back_up(self) -> None:
        """What the disk has after the cut. Who wrote there must be gone, or go soon."""
        self.turn_off()
        self.turn_on()

    def turn_off(self) -> None:
        if self._switch is not None:
            self._switch.communicate()
            self._switch = None
        until = time.monotonic() + PATIENCE_SECONDS
        while self.at.is_mount():
            done = subprocess.run([*_as_root(), "umount", str(self.at)], capture_output=True, text=True)
            if done.returncode and time.monotonic() > until:
                raise RuntimeError(done.stderr)
            time.sleep(0.01 if done.returncode else 0)
        # A second mount of the image would spoil it, and the first lasts as long as its device.
        while _is_in_use(self._image):
            if time.monotonic() > until:
                raise RuntimeError(f"{self._image} is still in use")
            time.sleep(0.01)

    def throw_away(self) -> None:
        """Also when a test that failed has left a file open."""
        if self._switch is not None:
            self.cut()
        if self.at.is_mount():
            _run([*_as_root(), "umount", "--lazy", str(self.at)])

    def write_back_some(self, since: float) -> None:
        """What the kernel may do at any time: part of what nobody synced reaches the disk all the same."""
        for path in self.at.rglob("*"):
            with contextlib.suppress(OSError):
                found = path.lstat()
                if not path.is_file() or found.st_mtime < since:
                    continue
                with path.open("rb") as file:
                    for start in range(0, found.st_size, 4096):
                        if random.random() < 0.5:
                            os.posix_fadvise(file.fileno(), start, 4096, os.POSIX_FADV_DONTNEED)


@contextlib.contextmanager
def new_disk(megabytes: int = 512) -> Generator[Disk]:
    """Mounted, empty, and for this user to write to."""
    for program in ("mkfs.ext4", "mount", "umount"):
        need(program, shutil.which(program, path=_PATH), "scripts/ensure-commands mkfs.ext4 mount")
    need("root, or sudo without a password", _may_be_root(), "run the tests as root")
    folder = Path(tempfile.mkdtemp(prefix="redfirst-power-", dir=_room_for(megabytes)))
    # PostgreSQL is another user, where the tests are root.
    folder.chmod(0o755)
    disk = Disk(folder / "image", folder / "disk")
    try:
        disk.at.mkdir()
        with (folder / "image").open("wb") as image:
            image.truncate(megabytes << 20)
        owner = f"root_owner={os.getuid()}:{os.getgid()}"
        _run(["mkfs.ext4", "-q", "-F", "-E", owner, str(folder / "image")])
        try:
            disk.turn_on()
        except RuntimeError as error:
            need("a disk in a file", None, f"the machine does not let it be mounted ({error})")
        yield disk
    finally:
        disk.throw_away()
        shutil.rmtree(folder)


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _room_for(megabytes: int) -> Path | None:
    """In memory if it can be: what a disk has got is asked here, and not how long it took."""
    memory = Path("/dev/shm")
    with contextlib.suppress(OSError):
        if shutil.disk_usage(memory).free > 2 * megabytes << 20:
            return memory
    return None


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def _may_be_root() -> bool:
    if os.geteuid() == 0:
        return True
    return (
        shutil.which("sudo") is not None
        and not subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode
    )


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": _PATH})
    if done.returncode:
        raise RuntimeError(done.stderr.strip())


def _is_in_use(image: Path) -> bool:
    for device in Path("/sys/block").glob("loop*/loop/backing_file"):
        with contextlib.suppress(OSError):
            if device.read_text().rstrip("\n") == str(image):
                return True
    return False
