"""The argument list that makes bubblewrap a sandbox. Pure, but for looking at what this machine has."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sandboxes.command import HOME, OPEN_FILES, PATH, TMP_BYTES, USER
from bot.sandboxes.environments import KEPT
from workflows.errors import OperatorProblem
from workflows.ports.sandbox import WORKSPACE, Limits

SYNTHETIC_ETC = {
    "passwd": f"nobody:x:{USER}:{USER}:nobody:{HOME}:/bin/sh\n",
    "group": f"nobody:x:{USER}:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
}
"""Kept beside each workspace and shown as /etc/passwd and so on: the machine's own say who is here."""

SNAPSHOT = "/snapshot"
_FROM_ETC = (
    *("alternatives", "ld.so.cache", "localtime", "ssl/certs", "ssl/openssl.cnf"),
    # Where Debian has a part of Maven and of each Java. Not Maven's settings: they may have passwords.
    *("maven/m2.conf", "maven/logging", *(f"java-{number}-openjdk" for number in range(8, 40))),
)
_STAGES = ("/mnt", "/media", "/srv", "/run")
_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")

_STAGE = r"""
cgroup=$1 table=$2; shift 2
[ -z "$cgroup" ] || echo 0 >"$cgroup/cgroup.procs" || exit 125
mount -n -a -T "$table" || exit 125
exec "$@"
"""
"""What root does before it stops being root: sources below directories that only root may enter (/root, a
temporary directory) are bound to where uid 65532 reaches them, in a mount namespace of this process alone.
All by one `mount`, of a table: one for each took three times as long as bubblewrap itself."""
_ESCAPED = str.maketrans({char: f"\\{ord(char):03o}" for char in " \t\n\\#"})


@dataclass(frozen=True)
class Layout:
    """What one command sees."""

    directory: Path
    """Where its etc, tmp and workspace are."""
    prefixes: tuple[Path, ...]
    path: tuple[str, ...]
    seal_userns: bool
    """Whether this bubblewrap can forbid user namespaces inside (0.8 and newer)."""
    snapshot: Path | None = None
    """Shown at /snapshot to commands of ours that make one or go back to it, and to no others."""
    environment: Path | None = None
    """What a set-up has left, or, while it runs, what it leaves."""
    in_set_up: bool = False


def version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)
    return tuple(int(number) for number in re.findall(r"\d+", said.stdout)[:3])


def stage(used: Sequence[Path]) -> Path:
    """An existing directory that can be covered in our own mount namespace without hiding what is used."""
    free = (place for place in map(Path, _STAGES) if place.is_dir() and not _holds(place, used))
    found = next(free, None)
    if found is None:
        raise OperatorProblem(f"One of {', '.join(_STAGES)} must exist and hold nothing that sandboxes need.")
    return found


def _holds(place: Path, used: Sequence[Path]) -> bool:
    return any(path.resolve().is_relative_to(place) for path in used)


def options(layout: Layout, env: Mapping[str, str], sources: Sequence[str]) -> list[str]:
    """What bubblewrap is told; `sources` are where it finds etc, tmp, the workspace and the prefixes."""
    etc, tmp, workspace, *others = sources
    prefixes = others[: len(layout.prefixes)]
    args = ["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    args += ["--unshare-cgroup-try", "--uid", str(USER), "--gid", str(USER), "--cap-drop", "ALL"]
    args += ["--disable-userns"] if layout.seal_userns else []
    args += ["--die-with-parent", "--new-session", "--clearenv"]
    args += ["--ro-bind", "/usr", "/usr", *_top()]
    for name in _FROM_ETC:
        args += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name in SYNTHETIC_ETC:
        args += ["--ro-bind", f"{etc}/{name}", f"/etc/{name}"]
    args += ["--proc", "/proc", "--dev", "/dev"]
    args += ["--perms", "1777", "--size", str(TMP_BYTES), "--tmpfs", "/dev/shm"]  # noqa: S108
    # Of the disk, for it must last from one command to the next, as a container's does.
    args += ["--bind", tmp, HOME]
    for source, prefix in zip(prefixes, layout.prefixes, strict=True):
        args += ["--ro-bind", source, str(prefix)]
    if layout.environment:
        args += ["--bind" if layout.in_set_up else "--ro-bind", others[len(prefixes)], KEPT]
    args += ["--bind", others[-1], SNAPSHOT] if layout.snapshot else []
    args += ["--bind", workspace, WORKSPACE, "--chdir", WORKSPACE]
    # Both are tmpfs of the sandbox's own user: left writable, they would be unbounded memory.
    args += ["--remount-ro", "/dev", "--remount-ro", "/"]
    for name, value in {"PATH": _path(layout), "HOME": HOME, **env}.items():
        args += ["--setenv", name, value]
    return args


def sources(layout: Layout) -> list[str]:
    return [
        *(str(layout.directory / name) for name in ("etc", "tmp", "workspace")),
        *(str(prefix.resolve()) for prefix in layout.prefixes),
        *(str(place) for place in (layout.environment, layout.snapshot) if place),
    ]


def limited(argv: Sequence[str], limits: Limits, seconds: float) -> list[str]:
    """Each process bounded. The number of processes is counted per user namespace, so per command."""
    return [
        "/usr/bin/prlimit",
        f"--nproc={limits.pids}",
        # Not the address space: V8, Go and the JVM reserve far more of that than they ever touch.
        f"--data={limits.memory_bytes}",
        f"--fsize={limits.file_bytes}",
        f"--cpu={int(seconds * max(limits.cpus, 1)) + 1}",
        f"--nofile={OPEN_FILES}",
        "--core=0",
        "--",
        *argv,
    ]


def table(stage: Path, found: Sequence[str]) -> str:
    """What `mount` is to mount, so that the sources are at <stage>/0, <stage>/1 …"""
    lines = [f"redfirst {stage} tmpfs mode=0755,size=64k 0 0"]
    for number, source in enumerate(found):
        lines.append(f"{source.translate(_ESCAPED)} {stage}/{number} none bind,X-mount.mkdir 0 0")
    return "\n".join([*lines, ""])


def staged(cgroup: str, table: str, command: Sequence[str]) -> list[str]:
    """As root: `command` as an ordinary user, when all of the table in this file has been mounted."""
    become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all", "--"]
    script = ["/bin/sh", "-c", _STAGE, "sh", cgroup, table]
    return ["unshare", "--mount", "--propagation", "private", *script, *become, *command]


def _top() -> Iterator[str]:
    for name in _LINKS:
        top = Path("/", name)
        if top.is_symlink():
            yield from ("--symlink", str(top.readlink()), str(top))
        elif top.is_dir():
            yield from ("--ro-bind", str(top), str(top))


def _path(layout: Layout) -> str:
    bins = [str(prefix / "bin") for prefix in layout.prefixes]
    return ":".join([*layout.path, *bins, PATH])
