"""A machine of a provider, as far as code inside can tell: its own root, processes, network and root user.

What a real one has and this has not: its own kernel, memory and disk. It lives until it is ended, or until
the process that started it dies, whatever way.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from io import FileIO
from pathlib import Path

from tests.services.need import need

USER = ("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "--")
"""Whom the images of both providers have besides root."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_INIT = r"""
set -e
root=$1; shift
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
for name in bin sbin lib lib32 lib64 libx32; do
    if [ -L "/$name" ]; then cp -a "/$name" . 2>/dev/null || true; fi
done
mkdir -p usr
mount --bind /usr usr
mount -o remount,bind,ro usr
mount -t tmpfs -o mode=0755 tmpfs usr/local
mkdir usr/local/bin usr/local/libexec
# What a template has as sudo without a password.
cp /usr/bin/setpriv usr/local/libexec/become
chmod 4755 usr/local/libexec/become
printf '#!/bin/sh\nshift\nexec %s "$@"\n' "/usr/local/libexec/become --reuid=0 --regid=0 --clear-groups --" \
    >usr/local/bin/sudo
chmod 755 usr/local/bin/sudo
for name in python python3; do
    printf '#!/bin/sh\nexec %s "$@"\n' "$1" >usr/local/bin/$name
    chmod 755 usr/local/bin/$name
done
shift
while [ $# != 0 ]; do
    mkdir -p "./$2"
    mount --bind "$1" "./$2"
    mount -o remount,bind,ro "./$2"
    shift 2
done
mount -t proc proc proc
mount -t tmpfs -o mode=0755 tmpfs dev
for name in null zero full random urandom tty; do : >dev/$name; mount --bind /dev/$name dev/$name; done
mkdir -m 1777 dev/shm
ln -s /proc/self/fd dev/fd
for n in 0:stdin 1:stdout 2:stderr; do ln -s /proc/self/fd/${n%:*} dev/${n#*:}; done
ip link set lo up
mkdir -p old
pivot_root . old
umount -l old
cd /
echo up
# Until whoever holds the other end is gone.
read -r _ || :
"""


class Machine:
    def __init__(self, root: Path, running: subprocess.Popen[bytes], first: int) -> None:
        self.root = root
        self._running = running
        self._first = first
        # A number goes to another process once its own has ended: by this it is told that it has.
        self._held = FileIO(os.pidfd_open(first))
        self._frozen = False

    @classmethod
    def start(cls, root: Path, *, copy_of: Path | None = None) -> Machine:
        """Blocks for some milliseconds. `root` becomes its disk; `copy_of` is one that it begins with."""
        need("root, or sudo without a password", _may_be_root(), "run the tests as root")
        if copy_of:
            subprocess.run([*_as_root(), "cp", "-a", copy_of, root], check=True)
        else:
            _lay_out(root)
        # Not below /tmp, where a checkout may be: each command there has a /tmp of its own.
        shown = {sys.base_prefix: sys.base_prefix, sys.prefix: "/opt/tests"}
        python = sys.executable.replace(sys.prefix, shown[sys.prefix], 1)
        places = [part for pair in shown.items() if not pair[0].startswith("/usr") for part in pair]
        own = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]
        running = subprocess.Popen(
            [*_as_root(), "unshare", *own, "sh", "-c", _INIT, "sh", str(root), python, *places],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert running.stdout
        assert running.stdout.readline() == b"up\n"
        running.stdout.close()
        return cls(root, running, _child(_child(running.pid) if _as_root() else running.pid))

    def enter(self, argv: Sequence[str], env: Mapping[str, str], cwd: str = "/") -> list[str]:
        """The command line that runs `argv` in there, as its root; one that fails when it has ended."""
        if self._has_ended():
            return ["false"]
        into = ["nsenter", "--target", str(self._first), "--mount", "--pid", "--net", "--ipc", "--uts"]
        given = [f"{name}={value}" for name, value in {"PATH": PATH, **env}.items()]
        inside = ["sh", "-c", f'cd {shlex.quote(cwd)} && exec "$@"', "sh", *argv]
        return [*_as_root(), *into, "--root", "--wd", "env", "-i", *given, *inside]

    async def run(self, argv: Sequence[str], stdin: bytes = b"") -> tuple[int, bytes]:
        process = await asyncio.create_subprocess_exec(
            *self.enter(argv, {}),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate(stdin)
        assert process.returncode is not None
        return process.returncode, said

    async def put(self, user: Sequence[str], path: str, content: bytes) -> str:
        """As the agents of both providers do: with the directories that are missing, readable for all."""
        script = 'umask 022; mkdir -p "${1%/*}" && cat >"$1"'
        code, said = await self.run([*user, "sh", "-c", script, "sh", path], content)
        return said.decode() if code else ""

    def keep(self, where: Path) -> None:
        """Its disk as it is now."""
        subprocess.run([*_as_root(), "cp", "-a", self.root, where], check=True)

    def freeze(self) -> None:
        """Everything in it but its first process."""
        self._frozen = True
        subprocess.run(self.enter(["sh", "-c", "kill -STOP -1 || :"], {}), check=True, capture_output=True)

    def thaw(self) -> None:
        """Through those who wait outside for what they have sent in: they stop and go on with it."""
        self._frozen = False
        word = f"--target\0{self._first}\0".encode()
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if word in each.read_bytes():
                    subprocess.run([*_as_root(), "kill", "-CONT", each.parent.name], check=False)
        subprocess.run(self.enter(["sh", "-c", "kill -CONT -1 || :"], {}), check=True, capture_output=True)

    def end(self, *, wipe: bool = True) -> None:
        if self._frozen:
            self.thaw()
        if not self._has_ended():
            subprocess.run([*_as_root(), "kill", "-KILL", str(self._first)], check=False, capture_output=True)
        assert self._running.stdin
        self._running.stdin.close()
        self._running.wait(timeout=20)
        self._held.close()
        if wipe:
            subprocess.run([*_as_root(), "rm", "-rf", self.root], check=True)

    def _has_ended(self) -> bool:
        return self._held.closed or bool(select.select([self._held], [], [], 0)[0])


def _lay_out(root: Path) -> None:
    for name in ("etc", "proc", "dev", "sys", "run", "var/lib", "var/tmp", "home/user", "root", "opt", "tmp"):
        (root / name).mkdir(parents=True)
    for name in ("tmp", "var/tmp"):
        (root / name).chmod(0o1777)
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/bash\nuser:x:1000:1000::/home/user:/bin/bash\n")
    (root / "home/user").chmod(0o777)
    (root / "etc/group").write_text("root:x:0:\nuser:x:1000:\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    for name in ("ld.so.cache", "alternatives"):
        if (found := Path("/etc", name)).exists():
            subprocess.run(["cp", "-a", found, root / "etc"], check=True)
    if _as_root():
        subprocess.run([*_as_root(), "chown", "-R", "0:0", root], check=True)


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def _may_be_root() -> bool:
    return os.geteuid() == 0 or (
        shutil.which("sudo") is not None
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    )


def _child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
