"""Installs the peers that ours is measured beside, on demand and in versions that are pinned.

They never become dependencies of the project: they live below `.cache/`, which `make clean` takes away.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CACHE = ROOT / ".cache" / "bench-peers"
DONE = ".done"


def python_with_peers() -> Path:
    """A Python that has the peers written in it."""
    home = _home("python", HERE / "requirements.txt")
    if not (home / DONE).exists():
        uv = str(ROOT / "scripts" / "ensure-uv")
        _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(home))
        pins = ("--requirements", str(HERE / "requirements.txt"))
        _run(uv, "pip", "install", "--quiet", "--python", str(home / "bin" / "python"), *pins)
        (home / DONE).touch()
    return home / "bin" / "python"


def node_with_peers(script: Path, pins: Path = HERE) -> tuple[Path, Path]:
    """A Node that is new enough for them, and the script beside the packages that it imports."""
    home = _home("node", pins / "package-lock.json")
    if not (home / DONE).exists():
        _run(str(ROOT / "scripts" / "ensure-commands"), "npm")
        home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(pins / name, home)
        # Prebuilt all of them: nothing that a package would like to run is run.
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", at=home)
        (home / DONE).touch()
    found = next(home.glob("node_modules/node-linux-*/bin/node"), None)
    if found is None:
        raise SystemExit("there is no Node for this machine among the pinned packages")
    return found, Path(shutil.copy(script, home))


def _home(kind: str, pins: Path) -> Path:
    """Other pins, another place; what is left behind half installed is begun again."""
    return CACHE / f"{kind}-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}"


def _run(*command: str, at: Path = ROOT) -> None:
    print(f"bench-peers: {' '.join(command)}", file=sys.stderr)
    # Its words go where ours go: the output is for the result.
    done = subprocess.run(command, cwd=at, stdout=sys.stderr, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}: the peers cannot be installed")
