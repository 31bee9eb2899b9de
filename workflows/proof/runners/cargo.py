"""Cargo: each program of tests is run by a script of ours, which keeps what it prints, logs and ends with.

All three are the tested process's own words, so they must agree, and they are not sealed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.ports.sandbox import ExecResult
from workflows.project.folder import Folder
from workflows.project.model import Project, Stack
from workflows.project.read import dig, entries, text, toml
from workflows.proof.results import Frame, Outcome, Results, TestResult
from workflows.proof.runners import libtest, packed
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.reading import TAIL
from workflows.proof.runners.sealed import MAX_DETAIL, BadReport
from workflows.tree import Tree

_CONFIGURATION = frozenset({"Cargo.toml", "build.rs", "rust-toolchain", "rust-toolchain.toml"})
_COLLECTED = re.compile(r"(?:^|/)tests/(?:[^/]+|[^/]+/main)\.rs")
_DOCUMENTED = re.compile(r"(\S+) - (.*?) ?\(line \d+\)")
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

    def is_configuration(self, path: str, tree: Tree) -> bool:  # noqa: ARG002
        parts = path.split("/")
        return parts[-1] in _CONFIGURATION or ".cargo" in parts

    def kit(self) -> Mapping[str, bytes]:
        return packed.kit("cargo.sh", "cargo_each.sh")

    def command(self, tree: Tree, ask: Ask) -> Command:
        chosen = list(_chosen(tree, ask.files))
        has_members = "workspace" in toml(Folder(tree, ""), "Cargo.toml", [])
        around = ["--workspace"] if has_members and not chosen and "-p" not in self.options else []
        options = ["--offline", *around, *self.options, *chosen]
        which = "some" if chosen else "all"
        return Command(
            argv=["sh", f"{ask.kit}/cargo.sh", ask.report, which, *options],
            shown=["cargo", "test", "--no-fail-fast", *options],
            env={
                "CARGO_NET_OFFLINE": "true",
                "CARGO_TERM_COLOR": "never",
                "RUST_BACKTRACE": "1",
                # What is built once and thrown away gains nothing from it.
                "CARGO_INCREMENTAL": "0",
            },
        )

    def read(self, command: Command, ask: Ask, ran: ExecResult, report: bytes | None) -> Results:  # noqa: ARG002
        why = packed.unreadable(ran, report)
        if why or report is None:
            return packed.refused(command, ran, why)
        try:
            built = _Built(packed.unpacked(report))
            if not built.is_complete():
                return _unbuilt(command, ran, built)
            tests = sorted(built.tests(), key=lambda test: test.id)
        except BadReport as error:
            return packed.refused(command, ran, str(error))
        return packed.results(command, ran, tests)


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


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Target(_Part):
    kind: tuple[str, ...] = ()
    src_path: str = ""


class _Profile(_Part):
    test: bool = False


class _Span(_Part):
    file_name: str = ""
    line_start: int = 0
    is_primary: bool = False


class _Message(_Part):
    level: str = ""
    message: str = ""
    rendered: str | None = None
    spans: tuple[_Span, ...] = ()


class _Line(_Part):
    """What cargo says of what it builds, a line of JSON each."""

    reason: str
    target: _Target = _Target()
    profile: _Profile = _Profile()
    executable: str | None = None
    message: _Message = _Message()
    success: bool = False


class _Built:
    """A report: what cargo built, and what each program of tests left."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._folder = self._line("folder")
        self._root = posixpath.dirname(self._line("root")) or self._folder
        self.said = list(_lines(files.get("build", b"")))

    def has(self, name: str) -> bool:
        return name in self._files

    def is_complete(self) -> bool:
        return any(line.reason == "build-finished" and line.success for line in self.said)

    def errors(self) -> Sequence[_Line]:
        return [
            line for line in self.said if line.reason == "compiler-message" and line.message.level == "error"
        ]

    def tests(self) -> Iterator[TestResult]:
        for line in self.said:
            if line.executable and line.profile.test:
                yield from self._of(
                    posixpath.basename(line.executable), self.path(line.target.src_path, self._root)
                )
        if self.has("doc"):
            told = libtest.told(packed.text(self._files["doc"]), None, self._code("doc"))
            for one in told:
                found = _DOCUMENTED.match(one.name)
                file = self.path(found[1] if found else one.name, self._root)
                # Not by its line: it is the same test when something moves above it.
                name = "::".join([file, "doc", *([found[2]] if found and found[2] else [])])
                yield libtest.result(one, name, file, lambda path, _: self.path(path, self._root))

    def path(self, path: str, around: str) -> str:
        """From the project's folder where it is in there."""
        whole = posixpath.normpath(posixpath.join(around, path))
        return whole.removeprefix(f"{self._folder}/")

    def _of(self, program: str, source: str) -> Iterator[TestResult]:
        out, log = packed.text(self._files.get(f"{program}.out", b"")), self._files.get(f"{program}.log")
        code = self._code(program, source)
        if log is None and not libtest.is_there(out):
            # A harness of the project's own, of which only the end is understood.
            outcome = Outcome.PASSED if code == 0 else Outcome.FAILED
            yield TestResult(id=source, outcome=outcome, file=source, detail=out[-MAX_DETAIL:])
            return
        at = self._line(f"{program}.at")
        try:
            told = libtest.told(out, None if log is None else packed.text(log), code)
        except BadReport as error:
            raise BadReport(f"{source}: {error} (it ended with {code})") from error
        for one in told:
            yield libtest.result(
                one,
                f"{source}::{one.name}",
                source,
                lambda path, compiled: self.path(path, self._root if compiled else at),
            )

    def _code(self, program: str, source: str = "") -> int:
        code = self._line(f"{program}.code")
        if not re.fullmatch(r"\d{1,3}", code):
            raise BadReport(f"the tests in {source or program} were not run to their end")
        return int(code)

    def _line(self, name: str) -> str:
        return packed.text(self._files.get(name, b"")).strip()


def _lines(build: bytes) -> Iterator[_Line]:
    for line in build.splitlines():
        try:
            yield _Line.model_validate_json(line)
        except ValidationError:
            # What a build script printed, or a kind that is new.
            continue


def _unbuilt(command: Command, ran: ExecResult, built: _Built) -> Results:
    errors = built.errors()
    others = [line for line in errors if line.target.kind != ("test",)]
    if others or not errors:
        said = "\n".join(line.message.rendered or line.message.message for line in others)
        why = "the project does not compile" if others else "cargo could not build the tests"
        return packed.refused(command, ran, why, said[:TAIL] if others else None)
    by_file: dict[str, list[_Message]] = {}
    for line in errors:
        by_file.setdefault(built.path(line.target.src_path, ""), []).append(line.message)
    return packed.results(command, ran, [_uncompiled(file, said) for file, said in by_file.items()])


def _uncompiled(file: str, said: Sequence[_Message]) -> TestResult:
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
