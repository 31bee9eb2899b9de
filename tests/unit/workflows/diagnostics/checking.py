"""Sandboxes with checkers of our own in them, which object to what a file says they object to.

A line `bad: ruff F1 message` is what ruff says with that code; so is mypy's, of any file of the tree. A line
`crash: ruff` makes it crash, `hang: ruff` never ends, and `missing: ruff` takes it away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.sandboxes.memory import MemorySandboxes
from tests.unit.fakes import running
from tests.unit.workflows.diagnostics.trees import tree
from tests.unit.workflows.scene import honest
from workflows.ports.sandbox import ExecResult, SandboxSpec
from workflows.proof.harness import Harness
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite

_LINE = re.compile(r"(bad|warn): (\w+) (\w+) (.*)")


@dataclass
class Checkers:
    """What was asked of them, and how often one crashes before it does no more."""

    asked: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    stumbles: int = 0

    def on_exec(
        self, argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        if argv[0] != "sh" or len(argv) < 6 or argv[5] not in {"ruff", "mypy"}:
            return None
        tool, *rest = argv[5:]
        if rest == ["--version"]:
            return ExecResult(code=0, stdout=f"{tool} 1.2.3\n")
        self.asked.append((tool, *(word for word in rest if word in files)))
        text = {path: content.decode() for path, content in files.items()}
        whole = "\n".join(text.values())
        if f"missing: {tool}" in whole:
            return ExecResult(code=127)
        if f"hang: {tool}" in whole:
            return ExecResult(code=None, timed_out=True)
        stumbled = self.stumbles and "stumble" in whole
        self.stumbles -= bool(stumbled)
        if stumbled or f"crash: {tool}" in whole:
            return ExecResult(code=2, stderr="Error: it crashed\n")
        looked = sorted(text) if tool == "mypy" else [word for word in rest if word in text]
        said = [
            (path, number, found)
            for path in looked
            for number, line in enumerate(text[path].splitlines(), 1)
            if (found := _LINE.search(line)) and found[2] == tool
        ]
        return _ruff(said) if tool == "ruff" else _mypy(said)


def _ruff(said: Sequence[tuple[str, int, re.Match[str]]]) -> ExecResult:
    told = [
        {"filename": path, "location": {"row": number}, "code": found[3], "message": found[4]}
        for path, number, found in said
    ]
    return ExecResult(code=int(bool(told)), stdout=json.dumps(told))


def _mypy(said: Sequence[tuple[str, int, re.Match[str]]]) -> ExecResult:
    lines = [f"{path}:{number}: error: {found[4]}  [{found[3]}]\n" for path, number, found in said]
    return ExecResult(code=int(bool(lines)), stdout="".join(lines))


def checked(checkers: Checkers, sandboxes: MemorySandboxes | None = None) -> MemorySandboxes:
    made = sandboxes or running(honest)
    made.on_exec(checkers.on_exec)
    return made


def harness(files: Mapping[str, str], checkers: Checkers) -> Harness:
    spec = SandboxSpec(run="diagnostics")
    return Harness(checked(checkers), spec, tree(files), Suite(Pytest()))
