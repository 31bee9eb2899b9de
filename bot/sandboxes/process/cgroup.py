"""Limits on all processes of one sandbox together, where this machine lets us have a cgroup (version 2)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from bot.sandboxes.process.strays import until
from workflows.ports.sandbox import Limits

MOUNT = Path("/sys/fs/cgroup")
_CONTROLLERS = "+memory +pids +cpu"
_OWN_PROCESSES = 8
"""bubblewrap's and the launcher's, which are not the command's."""


def delegated(mount: Path = MOUNT) -> Path | None:
    """A group of ours in which sandboxes get theirs, or None: not root, version 1, or not ours to divide."""
    if not (mount / "cgroup.subtree_control").exists() or os.geteuid() != 0:
        return None
    group = mount / "redfirst"
    try:
        (mount / "cgroup.subtree_control").write_text(_CONTROLLERS)
        group.mkdir(exist_ok=True)
        (group / "cgroup.subtree_control").write_text(_CONTROLLERS)
    except OSError:
        return None
    return group


def limit(group: Path, limits: Limits) -> None:
    group.mkdir(exist_ok=True)
    (group / "memory.max").write_text(str(limits.memory_bytes))
    (group / "pids.max").write_text(str(limits.pids + _OWN_PROCESSES))
    (group / "cpu.max").write_text(f"{int(limits.cpus * 100_000)} 100000")
    # Absent where the kernel has no swap accounting.
    with contextlib.suppress(FileNotFoundError, PermissionError):
        (group / "memory.swap.max").write_text("0")


async def end(group: Path) -> None:
    """Kills what is in it, and removes it; it stays busy for a moment while processes die."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        (group / "cgroup.kill").write_text("1")
    await until(lambda: _removed(group), seconds=5)


def _removed(group: Path) -> bool:
    try:
        group.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
