"""Which runner a project needs: by what it says of itself, then by its command's words, then by its files."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from workflows.errors import UserProblem
from workflows.project.config import PLACE
from workflows.project.model import Project
from workflows.proof.runners import cargo, go, maven
from workflows.proof.runners.cargo import Cargo
from workflows.proof.runners.configured import Configured
from workflows.proof.runners.go import Go
from workflows.proof.runners.gradle import Gradle
from workflows.proof.runners.jest import Jest
from workflows.proof.runners.maven import Maven
from workflows.proof.runners.mocha import Mocha
from workflows.proof.runners.node_test import NodeTest
from workflows.proof.runners.port import Runner
from workflows.proof.runners.pytest import Pytest
from workflows.proof.runners.unittest import Unittest
from workflows.proof.runners.vitest import Vitest
from workflows.tree import Tree


def runners(project: Project) -> Sequence[Runner]:
    """In this order: who knows more about what it fits comes first."""
    words = _words(project.test.value)
    return (
        Configured(project.test.value, project.junit.value),
        *(Unittest(), Pytest()),
        *(Vitest(), Jest(), Mocha(), NodeTest()),
        *(Cargo(cargo.options(words)), Go(go.options(words))),
        *(Maven(maven.options(words)), Gradle(maven.options(words))),
    )


def runner_for(project: Project, tree: Tree) -> Runner:
    """`tree` is that of the project's folder."""
    fitting = [runner for runner in runners(project) if runner.fits(project, tree)]
    if not fitting:
        raise UserProblem(_unknown(project))
    said = {_PROGRAMS.get(word.rpartition("/")[2]) for word in _words(project.test.value)}
    return next((runner for runner in fitting if runner.name in {"configured", *said}), fitting[0])


def named(name: str, project: Project) -> Runner:
    """As a case or a proof has it."""
    for runner in runners(project):
        if runner.name == name:
            return runner
    raise UserProblem(f"there is no test runner that is called {name[:100]!r}")


_PROGRAMS = {
    "pytest": "pytest",
    "py.test": "pytest",
    "unittest": "unittest",
    "vitest": "vitest",
    "jest": "jest",
    "mocha": "mocha",
    "cargo": "cargo",
    "go": "go",
    "mvn": "maven",
    "mvnw": "maven",
    "gradle": "gradle",
    "gradlew": "gradle",
}


def _words(line: str) -> Sequence[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _unknown(project: Project) -> str:
    known = "pytest, unittest, vitest, jest, mocha, node:test, cargo, go, Maven and Gradle"
    what = f"a project of {project.stack}" if project.stack else "this project"
    told = f", which is tested by `{project.test.value[:200]}`" if project.test.value else ""
    # A report that is only usual for a stack was not named by anybody.
    missing = "`junit`" if project.test.value and project.test.source == PLACE else "`test` and `junit`"
    return (
        f"no test runner fits {what}{told}: {known} are known. For others say with {missing} in {PLACE} "
        "which command runs the tests and where it leaves its JUnit files, such as `junit: reports/*.xml`"
    )
