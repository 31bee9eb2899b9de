"""Gradle: it runs the tests in JVMs of its own, and writes down itself what came of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Results
from workflows.proof.runners import java, jvm
from workflows.proof.runners.port import Ask, Command
from workflows.tree import Tree

_REPORTS = "*/build/test-results/*/TEST-*.xml"
_WRAPPER = ("gradle/wrapper/gradle-wrapper.properties", "gradlew")
_BUILT_BY = re.compile(r"(?:build|settings)\.gradle(?:\.kts)?")
# What was kept of an earlier configuration would have an earlier judge in it.
_PLAIN = "-Dorg.gradle.configuration-cache=false"
_ATTACHING = "-Dredfirst.watched={watched}"
_SAYS = jvm.Says(
    crashed=re.compile(
        r"Could not complete execution for Gradle Test Executor"
        r"|Process 'Gradle Test Executor \d+' finished with"
    ),
    uncompiled=re.compile(r"Execution failed for task '[^']*:compile(\w*)'"),
    where=re.compile(r"^(?:e: )?(?:file://)?(/\S[^\n]*?\.(?:java|kt|groovy|scala)):", re.MULTILINE),
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
        return jvm.kit("watched.gradle")

    def command(self, tree: Tree, ask: Ask) -> Command:
        program = ["sh", "gradlew"] if all(name in tree.files for name in _WRAPPER) else ["gradle"]
        tasks = list(_tasks(ask.files)) or ["test"]
        shown = [*program, "--no-daemon", "--offline", "--continue", *self.options, *tasks]
        told = [*program, "--init-script", f"{ask.kit}/watched.gradle", _PLAIN, *shown[len(program) :]]
        return jvm.command(ask, _REPORTS, _ATTACHING, told, shown)

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        return jvm.read(command, ask, ran, report, _SAYS)


def _tasks(files: Sequence[str]) -> Iterator[str]:
    """The classes of each module are asked of its own task: others would fail for want of them."""
    modules = dict.fromkeys(java.module_of(file) for file in files)
    for module in modules:
        yield ":".join(["", *module.split("/"), "test"]) if module else ":test"
        for file in files:
            if java.module_of(file) == module:
                yield from ("--tests", java.class_of(file))
