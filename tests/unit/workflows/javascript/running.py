"""A project of a few files, run by a runner as the harness does it, but without a sandbox."""

from __future__ import annotations

import os
import subprocess
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.unit.workflows.javascript.installed import node, node_modules
from workflows.ports.sandbox import ExecResult
from workflows.proof.results import Outcome, Results
from workflows.proof.runners.port import Ask, Runner
from workflows.proof.runners.sealed import Key
from workflows.tree import File, Tree

SECONDS = 60


@dataclass(frozen=True)
class Bench:
    """Where one project is run. Its code may be told the report's name, to attack it."""

    home: Path
    runner: Runner

    @property
    def report(self) -> Path:
        return self.home / "report"

    def run(self, files: Mapping[str, str], *asked: str, trace: bool = False, seed: int = 0) -> Results:
        tree = Tree({path: File(textwrap.dedent(text).encode()) for path, text in files.items()})
        project, kit = self.home / "project", self.home / "kit"
        for path, file in tree.files.items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_bytes(file.content)
        (project / "node_modules").symlink_to(node_modules())
        kit.mkdir()
        for name, content in self.runner.kit().items():
            (kit / name).write_bytes(content)
        ask = Ask(str(kit), str(self.report), Key.new(), asked, seed, trace)
        command = self.runner.command(tree, ask)
        environment = {"PATH": f"{Path(node()).parent}:{os.environ['PATH']}", "HOME": str(self.home)}
        done = subprocess.run(
            # What kills its parent must not find us.
            ["sh", "-c", '"$@"; exit "$?"', "sh", *command.argv],
            cwd=project,
            input=command.stdin,
            env={**environment, "TMPDIR": str(self.home), **command.env},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        ran = ExecResult(
            code=done.returncode,
            stdout=done.stdout.decode(errors="replace"),
            stderr=done.stderr.decode(errors="replace"),
        )
        report = self.report.read_bytes() if self.report.is_file() else None
        return self.runner.read(command, ask, ran, report)


def outcomes(results: Results) -> dict[str, Outcome]:
    assert not results.complaint, results.complaint
    return {test.id: test.outcome for test in results.tests}


def refused(results: Results) -> str:
    """Why there is nothing in it that passed."""
    assert not any(test.outcome is Outcome.PASSED for test in results.tests), results.summary()
    wrong = [test for test in results.tests if test.outcome in {Outcome.FAILED, Outcome.ERROR}]
    assert results.complaint or wrong, "nothing is wrong with it"
    return results.complaint or wrong[0].message
