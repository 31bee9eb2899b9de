"""A command that the repository names, and the JUnit files that it leaves: for all that has no runner here.

Who writes those files is the command, and so the tested code too: they are not sealed.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from workflows.ports.sandbox import ExecResult
from workflows.project.config import PLACE
from workflows.project.model import Project
from workflows.proof.results import Results
from workflows.proof.runners import junit, packed
from workflows.proof.runners.globs import globbed
from workflows.proof.runners.java import packed_names
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.sealed import BadReport
from workflows.tree import Tree

FILES = "{files}"
"""Stands in the command for the files to run, or for nothing where all are to run."""

_NAMED = re.compile(
    r"(?:[tT]ests?[_-]|[sS]pec_)\w.*|.*\w(?:[_.-](?:[tT]est|[sS]pec)s?|Tests?|TestCase|Spec)(?:\.\w+)"
)
_FOLDERS = frozenset({"test", "tests", "spec", "specs", "__tests__", "testdata", "fixtures"})
_CONFIGURATION = frozenset(
    {
        *("makefile", "gnumakefile", "justfile", "rakefile", "taskfile.yml", "cmakelists.txt", "meson.build"),
        *("phpunit.xml", "phpunit.xml.dist", ".rspec", "gemfile", "composer.json", "mix.exs", "build.sbt"),
    }
)


@dataclass(frozen=True, slots=True)
class Configured:
    test: str
    """A line for a shell."""
    junit: str
    """Where its reports are, from the project's folder; it may have wildcards."""
    name: str = "configured"

    def fits(self, project: Project, tree: Tree) -> bool:  # noqa: ARG002
        """What is only usual for a stack is its own runner's."""
        return bool(project.test.value) and bool(project.junit.value) and project.junit.source == PLACE

    def is_test(self, path: str) -> bool:
        *folders, name = path.split("/")
        return bool(_FOLDERS & {folder.lower() for folder in folders}) or _NAMED.fullmatch(name) is not None

    def collects(self, path: str) -> bool:
        return _NAMED.fullmatch(posixpath.basename(path)) is not None

    def is_configuration(self, path: str, tree: Tree) -> bool:  # noqa: ARG002
        name = posixpath.basename(path).lower()
        return path == PLACE or name in _CONFIGURATION or path in self._named()

    def kit(self) -> Mapping[str, bytes]:
        return packed.kit("junit.sh")

    def command(self, tree: Tree, ask: Ask) -> Command:  # noqa: ARG002
        """Without a place for files everything runs, whatever was asked for."""
        line = self.test.replace(FILES, shlex.join(ask.files)).strip()
        # More than is meant, for `find` knows no `**`: what is too much is left out when it is read.
        pattern = "./" + re.sub(r"\*+/?|\{[^}]*\}", "*", self.junit.removeprefix("./"))
        shown = ["sh", "-c", line]
        return Command(argv=["sh", f"{ask.kit}/junit.sh", ask.report, pattern, *shown], shown=shown)

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:  # noqa: ARG002
        why = packed.unreadable(ran, report)
        if why or report is None:
            return packed.refused(command, ran, why)
        try:
            files = packed.unpacked(report)
            wanted = globbed(posixpath.normpath(self.junit))
            names = [name for path, name in packed_names(files).items() if wanted.fullmatch(path)]
            if not names:
                return packed.refused(
                    command, ran, f"the test command left nothing that is called {self.junit}"
                )
            tests = [test for name in names for test in junit.parse(files[name])]
        except KeyError:
            return packed.refused(command, ran, "the report is not one of ours")
        except BadReport as error:
            return packed.refused(command, ran, str(error))
        return packed.results(command, ran, tests)

    def _named(self) -> frozenset[str]:
        """A script that the command runs steers how."""
        try:
            words = shlex.split(self.test)
        except ValueError:
            words = self.test.split()
        return frozenset(posixpath.normpath(word) for word in words)
