"""A small project, its tests run by a runner's own command in a plain process, as a sandbox would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workflows.ports.sandbox import ExecResult
from workflows.proof.results import Results
from workflows.proof.runners.port import Ask, Runner
from workflows.proof.runners.sealed import Key
from workflows.tree import File, Tree

NO_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


@dataclass(frozen=True)
class Place:
    runner: Runner
    folder: Path
    python: Sequence[str] = (sys.executable,)
    env: Mapping[str, str] = field(default_factory=lambda: NO_PLUGINS)

    def run(self, project: Mapping[str, str], *files: str, seed: int = 0, trace: bool = False) -> Results:
        root, kit = self.folder / "project", self.folder / "kit"
        for folder, content in ((root, project), (kit, self.runner.kit())):
            for name, text in content.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode() if isinstance(text, str) else text)
        report = self.folder / "report-0123"
        ask = Ask(str(kit), str(report), Key.new(), files, seed, trace)
        tree = Tree({name: File(text.encode()) for name, text in project.items()})
        command = self.runner.command(tree, ask)
        done = subprocess.run(
            [*self.python, *command.argv[1:]],
            cwd=root,
            input=command.stdin,
            env={"PATH": os.defpath, "HOME": str(self.folder), **self.env, **command.env},
            capture_output=True,
            timeout=120,
            check=False,
        )
        ran = ExecResult(code=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())
        return self.runner.read(command, ask, ran, report.read_bytes() if report.exists() else None)


def outcomes(results: Results) -> dict[str, str]:
    assert results.complaint == ""
    return {test.id: str(test.outcome) for test in results.tests}
