"""Maven: surefire runs the tests in a JVM of its own, and Maven's writes down what that one tells it.

The way there and the reports are within reach of the tested code. So a judge of ours watches that JVM, as a
debugger does, and seals what it saw: no test has passed that it did not see pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Results
from workflows.proof.runners import java, packed, watched
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.sealed import BadReport
from workflows.proof.runners.watched import Seen
from workflows.tree import Tree

_JUDGE = ("MavenJudge.java", "Watcher.java", "Watch.java", "Shadows.java")
_WATCHED = "-Dmaven.surefire.debug=-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address={watched}"
_REPORTS = "*/target/surefire-reports/TEST-*.xml"
_WRAPPER = (".mvn/wrapper/maven-wrapper.properties", "mvnw")
_COMPILED = re.compile(r"^\[ERROR\] (?:file://)?(/\S[^\n]*?\.(?:java|kt|groovy|scala)):", re.MULTILINE)
_CRASHED = re.compile(r"forked VM terminated", re.IGNORECASE)


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
        return packed.kit("maven.sh", "junit.sh", *_JUDGE)

    def command(self, tree: Tree, ask: Ask) -> Command:
        program = ["sh", "mvnw"] if all(name in tree.files for name in _WRAPPER) else ["mvn"]
        shown = [*program, "-B", "-o", "-fae", *self.options, *_narrowed(ask), "test"]
        told = [*shown[:-1], "-DtrimStackTrace=false", "-Dmaven.test.failure.ignore=false", "test"]
        return Command(
            argv=["sh", f"{ask.kit}/maven.sh", ask.report, _REPORTS, _WATCHED, *told],
            shown=shown,
            stdin=f"{ask.key.secret.hex()}\n".encode(),
        )

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        why = packed.unreadable(ran, report)
        if why or report is None:
            return packed.refused(command, ran, why)
        said = ran.stdout + ran.stderr
        if _CRASHED.search(said):
            return packed.refused(
                command, ran, "the tests ended their own process", packed.about(said, "forked VM")
            )
        try:
            files, seen = _opened(report, ask)
            names = java.packed_names(files).values()
            tests = [*java.read(files, names)]
            sources = packed.lines(files.get("sources", b""))
            objection = watched.objection(seen, java.told(files, names), sources)
            if objection:
                raise BadReport(objection)
        except BadReport as error:
            return packed.refused(command, ran, str(error))
        if "COMPILATION ERROR" in said and ran.code:
            broken = list(java.uncompiled(said, _COMPILED, packed.text(files.get("folder", b"")).strip()))
            if not broken or any(not java.is_test(test.file) for test in broken):
                return packed.refused(
                    command, ran, "the project does not compile", packed.about(said, "COMPILATION ERROR")
                )
            tests += broken
        return packed.results(command, ran, tests, sealed=seen.knows)


def _opened(report: bytes, ask: Ask) -> tuple[Mapping[str, bytes], Seen]:
    """Without a JDK that has what debuggers use nobody watched."""
    if packed.is_open(report, ask.key):
        return packed.unwatched(report), Seen()
    files = packed.opened(report, ask.key)
    return files, watched.read(files.get("seen", b""))


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
