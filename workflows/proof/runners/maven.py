"""Maven: surefire runs the tests in JVMs of its own, and Maven's writes down what those tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Results
from workflows.proof.runners import java, jvm
from workflows.proof.runners.port import Ask, Command
from workflows.tree import Tree

_ATTACHING = "-Dmaven.surefire.debug=-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address={watched}"
_REPORTS = "*/target/surefire-reports/TEST-*.xml"
_WRAPPER = (".mvn/wrapper/maven-wrapper.properties", "mvnw")
_SAYS = jvm.Says(
    crashed=re.compile(r"forked VM terminated", re.IGNORECASE),
    uncompiled=re.compile("COMPILATION ERROR"),
    where=re.compile(r"^\[ERROR\] (?:file://)?(/\S[^\n]*?\.(?:java|kt|groovy|scala)):", re.MULTILINE),
)


@dataclass(frozen=True, slots=True)
class Maven:
    options: Sequence[str] = ()
    """What the project's own test command adds, such as `-Pfast`."""
    name: str = "maven"

    def fits(self, project: Project, tree: Tree) -> bool:
        return "pom.xml" in tree.files and project.stack in {None, Stack.JAVA}

    def is_test(self, path: str) -> bool:
        return java.is_test(path)

    def collects(self, path: str) -> bool:
        return java.collects(path)

    def is_configuration(self, path: str, tree: Tree) -> bool:
        parts = path.split("/")
        return parts[-1] in {"pom.xml", "mvnw", "mvnw.cmd"} or ".mvn" in parts or java.steers(path, tree)

    def kit(self) -> Mapping[str, bytes]:
        return jvm.kit()

    def command(self, tree: Tree, ask: Ask) -> Command:
        program = ["sh", "mvnw"] if all(name in tree.files for name in _WRAPPER) else ["mvn"]
        shown = [*program, "-B", "-o", "-fae", *self.options, *_narrowed(ask), "test"]
        told = [*shown[:-1], "-DtrimStackTrace=false", "-Dmaven.test.failure.ignore=false", "test"]
        return jvm.command(ask, _REPORTS, _ATTACHING, told, shown)

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        return jvm.read(command, ask, ran, report, _SAYS)


def options(words: Iterable[str]) -> tuple[str, ...]:
    """What of a test command is about the project, and not about how its tests are run."""
    ours = ("-Dtest=", "-Dmaven.test.", "-DskipTests", "-Dsurefire.")
    return tuple(word for word in words if word.startswith(("-P", "-D")) and not word.startswith(ours))


def _narrowed(ask: Ask) -> Iterator[str]:
    if not ask.files:
        return
    modules = dict.fromkeys(java.module_of(file) for file in ask.files)
    if "" not in modules:
        yield from ("-pl", ",".join(modules), "-am")
    yield f"-Dtest={','.join(dict.fromkeys(java.class_of(file) for file in ask.files))}"
    # Of several modules only some have these tests; the older name is the older surefire's.
    yield from ("-DfailIfNoTests=false", "-Dsurefire.failIfNoSpecifiedTests=false")
    if ask.seed:
        yield from ("-Dsurefire.runOrder=random", f"-Dsurefire.runOrder.random.seed={ask.seed}")
        yield "-Djunit.jupiter.testmethod.order.default=org.junit.jupiter.api.MethodOrderer$Random"
        yield f"-Djunit.jupiter.execution.order.random.seed={ask.seed}"
