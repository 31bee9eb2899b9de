"""What this machine has for sandboxes."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sandboxes.process import bwrap, cgroup
from workflows.errors import OperatorProblem

INSTALL = "run scripts/install-system-packages bubblewrap, or apt-get install bubblewrap"


@dataclass(frozen=True)
class Machine:
    bwrap: str
    version: str
    seal_userns: bool
    stage: Path | None
    """Where root binds what only root can reach; None when we are not root."""
    prefixes: tuple[Path, ...]
    path: tuple[str, ...]
    cgroups: Path | None
    system: str


def look(root: Path, prefixes: Sequence[Path], path: Sequence[str], cgroup_parent: Path | None) -> Machine:
    """OperatorProblem where something is missing. Sandboxes will be below `root`."""
    found = shutil.which("bwrap")
    if not found:
        raise OperatorProblem(f"There is no bubblewrap (bwrap) on this machine: {INSTALL}.")
    for tool in ("prlimit", *(("unshare", "setpriv", "mount") if os.geteuid() == 0 else ())):
        if not shutil.which(tool, path="/usr/bin:/bin"):
            raise OperatorProblem(f"{tool} is missing on this machine: install util-linux.")
    version = bwrap.version(found)
    return Machine(
        bwrap=found,
        version=".".join(map(str, version)),
        seal_userns=version >= (0, 8),
        stage=bwrap.stage([root, *prefixes]) if os.geteuid() == 0 else None,
        prefixes=tuple(prefixes),
        path=tuple(path),
        cgroups=cgroup_parent or cgroup.delegated(),
        system=_system(),
    )


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.platform())
    except OSError:
        return platform.platform()
