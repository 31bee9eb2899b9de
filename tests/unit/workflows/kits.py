"""A runner's command, run here as in a sandbox: the kit beside the project, the report beside both."""

from __future__ import annotations

import hashlib
import hmac
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from workflows.ports.sandbox import ExecResult
from workflows.proof.results import Results
from workflows.proof.runners.port import Ask, Runner
from workflows.proof.runners.sealed import Key
from workflows.tree import File, Tree


def tree_of(files: Mapping[str, str]) -> Tree:
    return Tree({path: File(text.encode()) for path, text in files.items()})


def asking(folder: Path, *files: str, seed: int = 0) -> Ask:
    return Ask(kit=str(folder / "kit"), report=str(folder / "report"), key=Key.new(), files=files, seed=seed)


def sealed(told: bytes, ask: Ask) -> bytes:
    """As a judge of ours writes it who was told the key."""
    return b"64 seal\n" + hmac.new(ask.key.secret, told, hashlib.sha256).hexdigest().encode() + told


def run(
    runner: Runner,
    folder: Path,
    files: Mapping[str, str],
    *asked: str,
    seed: int = 0,
    env: Mapping[str, str] | None = None,
    ask: Ask | None = None,
) -> Results:
    ask = ask or asking(folder, *asked, seed=seed)
    command = runner.command(tree_of(files), ask)
    kit = {name: content.decode() for name, content in runner.kit().items()}
    for place, put in (("work", files), ("kit", kit)):
        for path, text in put.items():
            (folder / place / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / place / path).write_text(text)
    done = subprocess.run(
        command.argv,
        cwd=folder / "work",
        env={**os.environ, **(env or {}), **command.env},
        input=command.stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    report = folder / "report"
    ran = ExecResult(
        code=done.returncode,
        stdout=done.stdout.decode(errors="replace"),
        stderr=done.stderr.decode(errors="replace"),
    )
    return runner.read(command, ask, ran, report.read_bytes() if report.exists() else None)
