"""Gradle: it runs the tests in processes of its own, and writes down itself what came of them.

The reports lie in the workspace, where a tested process can write: they are not sealed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Results
from workflows.proof.runners import java, packed
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.sealed import BadReport
from workflows.tree import Tree

_REPORTS = "*/build/test-results/*/TEST-*.xml"
_WRAPPER = ("gradle/wrapper/gradle-wrapper.properties", "gradlew")
_BUILT_BY = re.compile(r"(?:build|settings)\.gradle(?:\.kts)?")
_COMPILED = re.compile(r"^(?:e: )?(?:file://)?(/\S[^\n]*?\.(?:java|kt|groovy|scala)):", re.MULTILINE)
_NOT_COMPILED = re.compile(r"Execution failed for task '[^']*:compile(\w*)'")
_CRASHED = re.compile(
    r"Could not complete execution for Gradle Test Executor|Process 'Gradle Test Executor \d+' finished with"
)


@dataclass(frozen=True, slots=True)
class Gradle:
    options: Sequence[str] = ()
    """What the project's own test command adds, such as `-Pfast`."""
    name: str = "gradle"

    def fits(self, project: Project, tree: Tree) -> bool:
        return project.stack in {None, Stack.JAVA} and any(_BUILT_BY.fullmatch(path) for path in tree.files)

    def is_test(self, path: str) -> bool:
        return java.is_test(path)

    def collects(self, path: str) -> bool:
        """Gradle looks into every class of tests; the usual names are asked for all the same."""
        return java.collects(path)

    def is_configuration(self, path: str, tree: Tree) -> bool:
        *folders, name = path.split("/")
        return (
            name.endswith((".gradle", ".gradle.kts", ".versions.toml"))
            or name in {"gradle.properties", "gradle.lockfile", "gradlew", "gradlew.bat"}
            or bool({"buildSrc", "build-logic", "gradle"} & set(folders))
            or java.steers(path, tree)
        )

    def kit(self) -> Mapping[str, bytes]:
        return packed.kit("junit.sh")

    def command(self, tree: Tree, ask: Ask) -> Command:
        program = ["sh", "gradlew"] if all(name in tree.files for name in _WRAPPER) else ["gradle"]
        tasks = list(_tasks(ask.files)) or ["test"]
        shown = [*program, "--no-daemon", "--offline", "--continue", *self.options, *tasks]
        return Command(argv=["sh", f"{ask.kit}/junit.sh", ask.report, _REPORTS, *shown], shown=shown)

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:  # noqa: ARG002
        why = packed.unreadable(ran, report)
        if why or report is None:
            return packed.refused(command, ran, why)
        said = ran.stdout + ran.stderr
        crashed = _CRASHED.search(said)
        if crashed is not None:
            return packed.refused(
                command, ran, "the tests ended their own process", packed.about(said, crashed[0])
            )
        try:
            files = packed.unpacked(report)
            tests = [*java.read(files, java.packed_names(files).values())]
        except BadReport as error:
            return packed.refused(command, ran, str(error))
        stopped = _NOT_COMPILED.search(said)
        if stopped is not None:
            broken = list(java.uncompiled(said, _COMPILED, packed.text(files.get("folder", b"")).strip()))
            if not broken or any(not java.is_test(test.file) for test in broken):
                return packed.refused(
                    command, ran, "the project does not compile", packed.about(said, stopped[0])
                )
            tests += broken
        return packed.results(command, ran, tests)


def _tasks(files: Sequence[str]) -> Iterator[str]:
    """The classes of each module are asked of its own task: others would fail for want of them."""
    modules = dict.fromkeys(java.module_of(file) for file in files)
    for module in modules:
        yield ":".join(["", *module.split("/"), "test"]) if module else ":test"
        for file in files:
            if java.module_of(file) == module:
                yield from ("--tests", java.class_of(file))
