"""A Python with pytest, ruff and mypy, and beside it eslint and tsc: what projects bring to be checked with.

Pinned, fetched when first needed, and kept below `.cache/`: `python -m tests.acceptance.checkers`.
"""

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

ROOT = Path(__file__).parents[2]
PINS = ROOT / "tests" / "projects" / "tools" / "checkers"
NAMES = ("requirements.txt", "package.json", "package-lock.json")
HOW = "python -m tests.acceptance.checkers"
_KEPT = "checkers-"


def checkers() -> Path:
    """What `REDFIRST_SANDBOX_PYTHON` is set to."""
    return need("ruff, mypy, eslint and tsc", _found(), HOW)


@cache
def _found() -> Path | None:
    try:
        return fetch()
    except (OSError, subprocess.CalledProcessError):
        return None


def fetch() -> Path:
    """Whole or not at all, and by one of those who want it."""
    made_of = [(PINS / name).read_bytes() for name in NAMES]
    made_of += [Path(__file__).read_bytes(), sys.version.encode()]
    home = ROOT / ".cache" / f"{_KEPT}{hashlib.sha256(b''.join(made_of)).hexdigest()[:12]}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{_KEPT}lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if home.is_dir():
            return home
        with tempfile.TemporaryDirectory(dir=home.parent, prefix="fetching-") as folder:
            new = Path(folder) / "new"
            _add_python(new)
            _add_node_modules(new)
            for older in home.parent.glob(f"{_KEPT}*/"):
                shutil.rmtree(older)
            new.rename(home)
    return home


def _add_python(new: Path) -> None:
    uv = str(ROOT / "scripts" / "ensure-uv")
    # Its programs are found from where they are, for it moves once it is whole.
    subprocess.run([uv, "venv", "-q", "--relocatable", "--python", sys.executable, str(new)], check=True)
    # In a sandbox nothing can be written: what is not compiled now, each run there would compile anew.
    pinned = ["--require-hashes", "-r", str(PINS / "requirements.txt")]
    subprocess.run(
        [uv, "pip", "install", "-q", "--compile-bytecode", "--python", str(new / "bin" / "python"), *pinned],
        check=True,
    )


def _add_node_modules(new: Path) -> None:
    subprocess.run([str(ROOT / "scripts" / "ensure-commands"), "npm"], check=True)
    for name in NAMES[1:]:
        shutil.copy(PINS / name, new)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run(["npm", "ci", *quiet], cwd=new, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as problem:
        sys.exit(f"ruff, mypy, eslint and tsc cannot be fetched: {problem}")
