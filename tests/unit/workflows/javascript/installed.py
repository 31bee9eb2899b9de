"""jest, vitest, mocha and chai in versions that are pinned. Fetched when first needed, never committed."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.services.need import need

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
PINS = ("package.json", "package-lock.json")
_KEPT = "javascript-"
_QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
HOW = "python -m tests.unit.workflows.javascript.installed"


def node() -> str:
    return need("node", shutil.which("node"), "scripts/ensure-commands node npm")


def node_modules() -> Path:
    return need("jest, vitest and mocha", _found(), HOW)


@cache
def _found() -> Path | None:
    try:
        return _installed() / "node_modules"
    except (OSError, subprocess.CalledProcessError):
        return None


def _installed() -> Path:
    """Whole or not at all, and by one of those who want it."""
    pins = b"".join((HERE / name).read_bytes() for name in PINS)
    home = ROOT / ".cache" / f"{_KEPT}{hashlib.sha256(pins).hexdigest()[:12]}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{_KEPT}lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if home.is_dir():
            return home
        with tempfile.TemporaryDirectory(dir=home.parent, prefix="fetching-") as folder:
            new = Path(folder) / "new"
            new.mkdir()
            for name in PINS:
                shutil.copy(HERE / name, new)
            subprocess.run(["npm", "ci", *_QUIET], cwd=new, check=True, stdout=subprocess.DEVNULL)
            for older in home.parent.glob(f"{_KEPT}*/"):
                shutil.rmtree(older)
            new.rename(home)
    return home


if __name__ == "__main__":
    try:
        _installed()
    except (OSError, subprocess.CalledProcessError) as problem:
        sys.exit(f"jest, vitest and mocha cannot be installed: {problem}")
