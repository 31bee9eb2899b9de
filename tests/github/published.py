"""What GitHub publishes about itself: its API, its webhooks, its example payloads. Fetched, never committed.

`python -m tests.github.published` fetches it in versions that are pinned, and keeps what tests read of it
below `.cache/`, which `make clean` takes away. `scripts/run-tests` does so, too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.github import compact, patched
from tests.services.need import need

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PINS = ("package.json", "package-lock.json")
OLDEST = "2022-11-28"
"""The version of the API that is meant where none is named."""
WEBHOOKS, EXAMPLES = "webhooks.json", "examples.json"
_KEPT = "github-"
HOW = "python -m tests.github.published"


def api(version: str) -> str:
    return f"api-{version}.json"


@cache
def home() -> Path:
    """Other pins or another way to keep it, another place."""
    made_of = b"".join((HERE / name).read_bytes() for name in (*PINS, "compact.py", "patched.py"))
    return ROOT / ".cache" / f"{_KEPT}{hashlib.sha256(made_of).hexdigest()[:12]}"


def is_here() -> bool:
    return home().is_dir()


def knows(version: str) -> bool:
    return (home() / api(version)).exists()


@cache
def load(name: str) -> Any:
    found = home() / name
    return json.loads(need("what GitHub publishes", found if found.exists() else None, HOW).read_bytes())


def fetch() -> None:
    if is_here():
        return
    home().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home().parent, prefix="fetching-") as folder:
        packages, kept = Path(folder) / "packages", Path(folder) / "kept"
        _install(packages)
        kept.mkdir()
        octokit = packages / "node_modules" / "@octokit"
        described = json.loads((octokit / "openapi" / "generated" / "api.github.com.json").read_bytes())
        hooks = json.loads((octokit / "openapi-webhooks" / "generated" / "api.github.com.json").read_bytes())
        examples = octokit / "webhooks-examples" / "api.github.com" / "index.json"
        for version in (OLDEST, *patched.versions(described)):
            (kept / api(version)).write_text(json.dumps(compact.api(patched.patched(described, version))))
        (kept / WEBHOOKS).write_text(json.dumps(compact.webhooks(hooks)))
        shutil.copy(examples, kept / EXAMPLES)
        for older in home().parent.glob(f"{_KEPT}*"):
            shutil.rmtree(older)
        # Whole or not at all.
        kept.rename(home())


def _install(folder: Path) -> None:
    subprocess.run([str(ROOT / "scripts" / "ensure-commands"), "npm"], check=True)
    folder.mkdir()
    for name in PINS:
        shutil.copy(HERE / name, folder)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run(["npm", "ci", *quiet], cwd=folder, check=True)


if __name__ == "__main__":
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError) as problem:
        sys.exit(f"what GitHub publishes cannot be fetched: {problem}")
