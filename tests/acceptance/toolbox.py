"""One folder with all that fixture projects are run with, for bubblewrap to show: no test needs a network.

It is a Python with pytest, as conda has them, with cargo and what npm brought beside. `scripts/run-tests`
fetches it, as does `python -m tests.acceptance.toolbox`; it lies below `.cache/`.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from bot.sandboxes.process.bare_python import bare_python
from tests.services.need import need

ROOT = Path(__file__).parents[2]
PINS = ROOT / "tests" / "projects" / "tools"
HOW = "python -m tests.acceptance.toolbox"
_KEPT = "toolbox-"
_RUST = ("cargo", "rustc", "rustdoc")


@cache
def place() -> Path:
    """Other pins, another Python or another Rust, another place."""
    made_of = [(PINS / name).read_bytes() for name in ("package.json", "package-lock.json")]
    made_of += [Path(__file__).read_bytes(), sys.version.encode(), str(_rust()).encode()]
    return ROOT / ".cache" / f"{_KEPT}{hashlib.sha256(b''.join(made_of)).hexdigest()[:12]}"


@cache
def toolbox() -> Path:
    """What `REDFIRST_SANDBOX_PYTHON` is set to."""
    return need("the toolbox", place() if place().is_dir() else None, HOW)


def fetch() -> None:
    if place().is_dir():
        return
    place().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place().parent, prefix="fetching-") as folder:
        made = bare_python(Path(folder))
        _add_node_modules(made)
        _add_rust(made)
        for older in place().parent.glob(f"{_KEPT}*"):
            shutil.rmtree(older)
        # Whole or not at all.
        made.rename(place())


def _add_node_modules(made: Path) -> None:
    subprocess.run([str(ROOT / "scripts" / "ensure-commands"), "npm"], check=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINS / name, made)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run(["npm", "ci", *quiet], cwd=made, check=True)


def _add_rust(made: Path) -> None:
    """Below the home of whoever installed it, where no sandbox looks."""
    rust = _rust()
    if rust is None or rust.is_relative_to("/usr"):
        return
    for folder in ("bin", "lib"):
        # Links take no time and no room, where both are on one disk.
        into = made / "rust" / folder
        into.parent.mkdir(exist_ok=True)
        if subprocess.run(["cp", "-al", rust / folder, into], capture_output=True, check=False).returncode:
            shutil.rmtree(into, ignore_errors=True)
            subprocess.run(["cp", "-a", rust / folder, into], check=True)
    for name in _RUST:
        (made / "bin" / name).symlink_to(f"../rust/bin/{name}")


@cache
def _rust() -> Path | None:
    rustc = shutil.which("rustc") if shutil.which("cargo") else None
    if rustc is None:
        return None
    said = subprocess.run([rustc, "--print", "sysroot"], capture_output=True, text=True, check=False)
    return Path(said.stdout.strip()) if said.returncode == 0 else None


if __name__ == "__main__":
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as problem:
        sys.exit(f"the toolbox cannot be fetched: {problem}")
