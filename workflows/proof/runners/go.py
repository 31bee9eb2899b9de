"""`go test`: a judge of ours, built first, has go build the programs of tests, and runs each of them itself.

What a program prints can look like anything. So `testing`, which go builds into each, signs who passed, with
a secret that the program reads before any code of the project runs; the judge seals what it saw.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack
from workflows.proof.results import Results
from workflows.proof.runners import gotest, packed
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.sealed import BadReport
from workflows.tree import Tree

_KIT = (
    "go.sh",
    *(f"go_{part}.go" for part in ("judge", "alone", "note", "overlay", "program", "seal")),
    *(f"go_entry_{machine}.s" for machine in ("amd64", "arm64")),
)
_CONFIGURATION = frozenset({"go.mod", "go.work", "go.env", "modules.txt"})
_FUNCTION = re.compile(r"^func ((?:Test|Fuzz|Example)\w*)\(", re.MULTILINE)
_FLAGS = frozenset({"-race", "-short"})
_WITH_VALUE = frozenset({"-tags", "-mod", "-ldflags", "-gcflags"})


@dataclass(frozen=True, slots=True)
class Go:
    options: Sequence[str] = ()
    """What the project's own test command adds, such as `-tags=integration`."""
    name: str = "go"

    def fits(self, project: Project, tree: Tree) -> bool:
        return "go.mod" in tree.files and project.stack in {None, Stack.GO}

    def is_test(self, path: str) -> bool:
        return path.endswith("_test.go") or "testdata" in path.split("/")

    def collects(self, path: str) -> bool:
        name = posixpath.basename(path)
        return (
            name.endswith("_test.go")
            and not name.startswith(("_", "."))
            and not {"testdata", "vendor"} & set(path.split("/"))
        )

    def is_configuration(self, path: str, tree: Tree) -> bool:  # noqa: ARG002
        return posixpath.basename(path) in _CONFIGURATION

    def kit(self) -> Mapping[str, bytes]:
        return packed.kit(*_KIT)

    def command(self, tree: Tree, ask: Ask) -> Command:
        packages = [f"./{posixpath.dirname(file)}".rstrip("/") for file in ask.files]
        tests = [name for file in ask.files for name in _FUNCTION.findall(tree.text(file) or "")]
        # No name at all would be every test.
        chosen = ["-run", f"^({'|'.join(dict.fromkeys(tests)) or 'None'})$"] if ask.files else []
        shuffled = [f"-shuffle={ask.seed + 1}"] if ask.files and ask.seed else []
        # A result out of a cache is none of this run.
        arguments = ["-count=1", *shuffled, *self.options, *chosen, *(dict.fromkeys(packages) or ["./..."])]
        return Command(
            argv=["sh", f"{ask.kit}/go.sh", ask.report, *arguments],
            shown=["go", "test", "-json", *arguments],
            stdin=ask.key.secret.hex().encode(),
        )

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        why = packed.unreadable(ran, report)
        if why or report is None:
            return packed.refused(command, ran, why)
        try:
            files = packed.opened(report, ask.key)
            if "broken" in files:
                raise BadReport(f"the tests could not be run: {packed.text(files['broken'])}")
            judged = gotest.read(files)
        except BadReport as error:
            return packed.refused(command, ran, str(error))
        if not judged.tests and ran.code:
            return packed.refused(command, ran, "go could not run the tests")
        if not judged.is_sealed:
            return packed.results(command, ran, judged.tests)
        # How each program ended is a part of the report, and so is not asked for once more.
        return Results(
            command=tuple(command.shown),
            tests=tuple(packed.distinct(judged.tests)),
            exit_code=ran.code,
            seconds=ran.seconds,
            sealed=True,
        )


def options(words: Sequence[str]) -> tuple[str, ...]:
    """What of a test command is about the project, and not about which of its tests are run."""
    kept: list[str] = []
    for word, following in pairwise([*words, ""]):
        flag, equals, _ = word.partition("=")
        plain = flag.replace("--", "-", 1)
        if plain in _FLAGS or (plain in _WITH_VALUE and equals):
            kept.append(word)
        elif plain in _WITH_VALUE and following:
            kept += [word, following]
    return tuple(kept)
