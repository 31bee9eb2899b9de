"""Cargo: a judge of ours, built first, runs each program of tests and believes only how it ends.

What it saw is sealed: it keeps the key to itself, and nothing of what it runs outlives its turn.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from workflows.ports.sandbox import ExecResult
from workflows.project.folder import Folder
from workflows.project.model import Project, Stack
from workflows.project.read import dig, entries, text, toml
from workflows.proof.results import Frame, Outcome, Results, TestResult
from workflows.proof.runners import packed
from workflows.proof.runners.cargo_built import Built, Message
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.reading import TAIL
from workflows.proof.runners.sealed import MAX_DETAIL, BadReport
from workflows.tree import Tree

_JUDGE = tuple(f"cargo_{part}.rs" for part in ("judge", "alone", "mac", "note", "program", "told", "seal"))
_CONFIGURATION = frozenset({"Cargo.toml", "build.rs", "rust-toolchain", "rust-toolchain.toml"})
_COLLECTED = re.compile(r"(?:^|/)tests/(?:[^/]+|[^/]+/main)\.rs")
_FLAGS = frozenset({"--all-features", "--no-default-features", "--release", "-r"})
_WITH_VALUE = frozenset({"--features", "-F", "--profile", "--package", "-p", "--exclude"})


@dataclass(frozen=True, slots=True)
class Cargo:
    options: Sequence[str] = ()
    """What the project's own test command adds, such as `--all-features`."""
    name: str = "cargo"

    def fits(self, project: Project, tree: Tree) -> bool:
        return "Cargo.toml" in tree.files and project.stack in {None, Stack.RUST}

    def is_test(self, path: str) -> bool:
        *folders, name = path.split("/")
        return bool({"tests", "benches"} & set(folders)) or bool(re.fullmatch(r"(?:.*_)?tests?\.rs", name))

    def collects(self, path: str) -> bool:
        return _COLLECTED.search(path) is not None and "src" not in path.split("/")

    def is_configuration(self, path: str, tree: Tree) -> bool:
        parts = path.split("/")
        return parts[-1] in _CONFIGURATION or ".cargo" in parts or _builds(path, tree)

    def kit(self) -> Mapping[str, bytes]:
        return packed.kit("cargo.sh", *_JUDGE)

    def command(self, tree: Tree, ask: Ask) -> Command:
        chosen = list(_chosen(tree, ask.files))
        has_members = "workspace" in toml(Folder(tree, ""), "Cargo.toml", [])
        around = ["--workspace"] if has_members and not chosen and "-p" not in self.options else []
        options = ["--offline", *around, *self.options, *chosen]
        which = "some" if chosen else "all"
        return Command(
            argv=["sh", f"{ask.kit}/cargo.sh", ask.report, which, *options],
            shown=["cargo", "test", "--no-fail-fast", *options],
            stdin=f"{ask.key.secret.hex()}\n".encode(),
            env={
                "CARGO_NET_OFFLINE": "true",
                "CARGO_TERM_COLOR": "never",
                "RUST_BACKTRACE": "1",
                # What is built once and thrown away gains nothing from it.
                "CARGO_INCREMENTAL": "0",
            },
        )

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:
        why = packed.unreadable(ran, report)
        if why or report is None:
            return packed.refused(command, ran, why)
        try:
            built = Built(packed.opened(report, ask.key))
            if built.has("broken"):
                raise BadReport(f"the tests could not be run: {built.line('broken')}")
            if not built.is_complete():
                return _unbuilt(command, ran, built)
            tests = sorted(built.tests(), key=lambda test: test.id)
        except BadReport as error:
            return packed.refused(command, ran, str(error))
        return packed.results(command, ran, tests, sealed=built.is_sealed())


def options(words: Sequence[str]) -> tuple[str, ...]:
    """What of a test command is about the project, and not about which of its tests are run."""
    kept: list[str] = []
    for word, following in pairwise([*words, ""]):
        if word == "--":
            break
        if word in _FLAGS or (word.partition("=")[0] in _WITH_VALUE and "=" in word):
            kept.append(word)
        elif word in _WITH_VALUE and following:
            kept += [{"--package": "-p"}.get(word, word), following]
    return tuple(kept)


def _builds(path: str, tree: Tree) -> bool:
    """A script that runs when the project is built may be called otherwise than `build.rs`."""
    above = (str(up).removeprefix(".") for up in PurePosixPath(path).parents if path.endswith(".rs"))
    manifests = ((up, toml(Folder(tree, up), "Cargo.toml", [])) for up in above)
    return any(posixpath.join(up, text(dig(about, "package", "build"))) == path for up, about in manifests)


def _chosen(tree: Tree, files: Iterable[str]) -> Iterator[str]:
    members: dict[str, None] = {}
    targets: dict[tuple[str, ...], None] = {}
    for file in files:
        member, _, below = file.rpartition("tests/") if _COLLECTED.search(file) else ("", "", "")
        if not below:
            # Tests that live beside the code are a part of its own program.
            member = file.partition("src/")[0]
            has_lib = f"{member}src/lib.rs" in tree.files
            targets[("--lib",) if has_lib else ("--bins",)] = None
        else:
            targets["--test", _target(tree, member.rstrip("/"), f"tests/{below}")] = None
        about = toml(Folder(tree, member.rstrip("/")), "Cargo.toml", [])
        if member and (name := text(dig(about, "package", "name"))):
            members[name] = None
    for name in members:
        yield from ("-p", name)
    for target in targets:
        yield from target


def _target(tree: Tree, member: str, path: str) -> str:
    about = toml(Folder(tree, member), "Cargo.toml", [])
    for target in entries(about.get("test")):
        if posixpath.normpath(text(dig(target, "path"))) == path:
            return text(dig(target, "name"))
    return path.removeprefix("tests/").removesuffix(".rs").removesuffix("/main")


def _unbuilt(command: Command, ran: ExecResult, built: Built) -> Results:
    errors = built.errors()
    others = [line for line in errors if line.target.kind != ("test",)]
    if others or not errors:
        said = "\n".join(line.message.rendered or line.message.message for line in others)
        why = "the project does not compile" if others else "cargo could not build the tests"
        return packed.refused(command, ran, why, said[:TAIL] if others else None)
    by_file: dict[str, list[Message]] = {}
    for line in errors:
        by_file.setdefault(built.path(line.target.src_path, ""), []).append(line.message)
    return packed.results(command, ran, [_uncompiled(file, said) for file, said in by_file.items()])


def _uncompiled(file: str, said: Sequence[Message]) -> TestResult:
    """A file of tests that does not compile is one that does not come to its question."""
    spans = [span for message in said for span in message.spans if span.is_primary]
    return TestResult(
        id=file,
        outcome=Outcome.ERROR,
        file=file,
        message=said[0].message[:MAX_DETAIL],
        detail="\n".join(message.rendered or message.message for message in said)[:MAX_DETAIL],
        error="CompilationError",
        frames=tuple(Frame(file=span.file_name, line=span.line_start) for span in spans[:1]),
    )
