"""What the judge of a Cargo project tells: what cargo built, and how each program of tests came out. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.proof.results import Outcome, TestResult
from workflows.proof.runners import libtest, packed
from workflows.proof.runners.sealed import MAX_DETAIL, BadReport

_DOCUMENTED = re.compile(r"(\S+) - (.*?) ?\(line \d+\)")


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


class Message(_Part):
    level: str = ""
    message: str = ""
    rendered: str | None = None
    spans: tuple[_Span, ...] = ()


class Line(_Part):
    """What cargo says of what it builds, a line of JSON each."""

    reason: str
    target: _Target = _Target()
    profile: _Profile = _Profile()
    executable: str | None = None
    message: Message = Message()
    success: bool = False


class Built:
    """A report: what cargo built, and what each program of tests left."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._folder = self.line("folder")
        self._root = posixpath.dirname(self.line("root")) or self._folder
        self.said = list(_lines(files.get("build", b"")))

    def has(self, name: str) -> bool:
        return name in self._files

    def is_complete(self) -> bool:
        return any(line.reason == "build-finished" and line.success for line in self.said)

    def errors(self) -> Sequence[Line]:
        return [
            line for line in self.said if line.reason == "compiler-message" and line.message.level == "error"
        ]

    def tests(self) -> Iterator[TestResult]:
        for line in self.said:
            if line.executable and line.profile.test:
                yield from self._of(
                    posixpath.basename(line.executable), self.path(line.target.src_path, self._root)
                )
        yield from self._documented()

    def path(self, path: str, around: str) -> str:
        """From the project's folder where it is in there."""
        whole = posixpath.normpath(posixpath.join(around, path))
        return whole.removeprefix(f"{self._folder}/")

    def is_sealed(self) -> bool:
        """Not where a harness of the project's own ran, or an example of documentation: they just exit."""
        kinds = [text for name, text in self._files.items() if name.endswith(".kind")]
        return all(kind == b"sealed" for kind in kinds) and not [*self._documented()]

    def _documented(self) -> Iterator[TestResult]:
        if not self.has("doc"):
            return
        for one in libtest.told(packed.text(self._files["doc"]), self._code("doc")):
            found = _DOCUMENTED.match(one.name)
            file = self.path(found[1] if found else one.name, self._root)
            # Not by its line: it is the same test when something moves above it.
            name = "::".join([file, "doc", *([found[2]] if found and found[2] else [])])
            yield libtest.result(one, name, file, lambda path, _: self.path(path, self._root))

    def _of(self, program: str, source: str) -> Iterator[TestResult]:
        rounds, at = [*self._rounds(program)], self.line(f"{program}.at")
        if not rounds:
            raise BadReport(f"the tests in {source or program} were not run to their end")
        if self.line(f"{program}.kind") == "own":
            outcome = Outcome.PASSED if rounds[0].code == 0 else Outcome.FAILED
            yield TestResult(id=source, outcome=outcome, file=source, detail=rounds[0].out[-MAX_DETAIL:])
            return
        listed, ignored = (libtest.names(self.line(f"{program}.{which}")) for which in ("list", "ignored"))
        try:
            told = libtest.judged(listed, ignored, rounds)
        except BadReport as error:
            raise BadReport(f"{source}: {error}") from error
        for one in told:
            yield libtest.result(
                one,
                f"{source}::{one.name}",
                source,
                lambda path, compiled: self.path(path, self._root if compiled else at),
            )

    def _rounds(self, program: str) -> Iterator[libtest.Round]:
        number = 0
        while self.has(f"{program}.{number}.end"):
            code, passed, which = self.line(f"{program}.{number}.end").split(" ", 2)
            out, only = packed.text(self._files[f"{program}.{number}.out"]), which.partition(" ")[2]
            yield libtest.Round(int(code), passed == "true", out, only)
            number += 1

    def _code(self, name: str) -> int:
        return int(self.line(f"{name}.code") or "255")

    def line(self, name: str) -> str:
        return packed.text(self._files.get(name, b"")).strip()


def _lines(build: bytes) -> Iterator[Line]:
    for line in build.splitlines():
        try:
            yield Line.model_validate_json(line)
        except ValidationError:
            # What a build script printed, or a kind that is new.
            continue
