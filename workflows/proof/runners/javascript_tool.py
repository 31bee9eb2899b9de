"""What jest, vitest and mocha have in common: each is the project's own, started by our `run.cjs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project
from workflows.proof.results import Results, TestResult
from workflows.proof.runners import javascript, sealed
from workflows.proof.runners.javascript_build import build
from workflows.proof.runners.javascript_script import call, meant
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.reading import read_sealed, went_wrong
from workflows.tree import Tree


class Tool:
    name: str
    shown: tuple[str, ...]

    def fits(self, project: Project, tree: Tree) -> bool:
        return meant(project, tree) == self.name

    def is_test(self, path: str) -> bool:
        return javascript.is_test(path)

    def collects(self, path: str) -> bool:
        """What its settings name, and that is often all in a folder of tests."""
        return javascript.is_script(path) and (
            javascript.is_named_test(path) or javascript.is_below_tests(path)
        )

    def is_configuration(self, path: str, tree: Tree) -> bool:
        return javascript.is_configuration(path, tree)

    def kit(self) -> Mapping[str, bytes]:
        return javascript.kit()

    def arguments(self, said: Sequence[str], ask: Ask) -> Sequence[str]:  # noqa: ARG002
        """What of the script's own arguments is left."""
        return said

    def agree(self, code: int, tests: Sequence[TestResult]) -> bool:
        return (code != 0) == went_wrong(tests) and code <= 1

    def command(self, tree: Tree, ask: Ask) -> Command:
        said = call(self.name, tree)
        args = self.arguments(said.args, ask)
        made = build(tree, ask.files)
        before = [f"--build={made.argument()}"] if made else []
        start = ["node", *said.node, f"{ask.kit}/run.cjs", *before, self.name]
        return Command(
            argv=[*start, *args, "--", *ask.files],
            shown=[*self.shown, *args, *ask.files],
            stdin=sealed.opening(ask.key, ask.report, seed=ask.seed, trace=ask.trace),
            env={**said.env, "CI": "1"},
        )

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        return read_sealed(command, ask, ran, report, self.agree)
