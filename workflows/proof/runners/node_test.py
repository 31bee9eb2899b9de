"""node:test, each file in a process of its own as `node --test` does it, and its report out of reach."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project
from workflows.proof.results import Results, TestResult
from workflows.proof.runners import javascript, sealed
from workflows.proof.runners.globs import globbed
from workflows.proof.runners.javascript_build import build
from workflows.proof.runners.javascript_script import NODE, call, meant
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.reading import read_sealed, went_wrong
from workflows.tree import Tree

_NAMED = re.compile(r"(?:test|test-.*|.*[._-]test)\.[cm]?[jt]s", re.DOTALL)
_MAGIC = re.compile(r"[*?\[{]")


class NodeTest:
    name = "node:test"

    def fits(self, project: Project, tree: Tree) -> bool:
        return meant(project, tree) == NODE

    def is_test(self, path: str) -> bool:
        return self.collects(path) or javascript.is_test(path)

    def collects(self, path: str) -> bool:
        pure = PurePosixPath(path)
        below = {"test", "tests", "__tests__"} & set(pure.parts[:-1])
        named = _NAMED.fullmatch(pure.name) is not None or javascript.is_named_test(path)
        return named or (bool(below) and javascript.is_script(path))

    def is_configuration(self, path: str, tree: Tree) -> bool:
        return javascript.is_configuration(path, tree)

    def kit(self) -> Mapping[str, bytes]:
        return javascript.kit()

    def command(self, tree: Tree, ask: Ask) -> Command:
        said = call(NODE, tree)
        files = ask.files or _files(said.args, tree)
        made = build(tree, ask.files)
        before = [f"--build={made.argument()}"] if made else []
        return Command(
            argv=["node", f"{ask.kit}/node_run.cjs", *before, *said.node, "--", *files],
            shown=["node", *said.node, "--test", *(ask.files or said.args)],
            stdin=sealed.opening(ask.key, ask.report, seed=ask.seed, trace=ask.trace),
            env=said.env,
        )

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        return read_sealed(command, ask, ran, report, _agree)


def _agree(code: int, tests: Sequence[TestResult]) -> bool:
    return code == int(went_wrong(tests))


def _files(said: Sequence[str], tree: Tree) -> list[str]:
    """What node would look into. Which that is differs from one release to the next, so it is told."""
    known = [path for path in tree.files if "node_modules/" not in path and javascript.is_script(path)]
    if not said:
        return sorted(path for path in known if _by_default(path))
    found: set[str] = set()
    for word in said:
        plain = posixpath.normpath(word)
        if _MAGIC.search(word):
            wanted = globbed(plain)
            found |= {path for path in known if wanted.fullmatch(path)}
        elif plain in tree.files:
            found.add(plain)
        else:
            found |= {path for path in known if plain == "." or path.startswith(f"{plain}/")}
    return sorted(found)


def _by_default(path: str) -> bool:
    pure = PurePosixPath(path)
    return _NAMED.fullmatch(pure.name) is not None or "test" in pure.parts[:-1]
