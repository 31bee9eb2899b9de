"""What the judge of a Go project tells: what go built, and what its programs printed and signed. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.proof.results import Frame, Outcome, TestResult
from workflows.proof.runners.gotold import LIES, Package, Told, ended, events
from workflows.proof.runners.packed import lines, text
from workflows.proof.runners.sealed import MAX_DETAIL, BadReport

MAX_FRAMES = 50
_LISTED = re.compile(r"\./(.+?_test\.go):func ((?:Test|Fuzz|Example)\w*)\(")

# `panic: runtime error: index out of range [5] with length 3 [recovered]`, and `goroutine 7 [running]:` below
_PANIC = re.compile(r"^(?:panic|fatal error): (.*)$", re.MULTILINE)
_GOROUTINE = re.compile(r"^goroutine \d+[^\n]*\[running[^\n]*\]:$", re.MULTILINE)
_PLACE = re.compile(r"^\t(/[^\n]*?\.go):(\d{1,9})(?: \+0x[0-9a-f]+)?$", re.MULTILINE)
_SAID = re.compile(r"^ +([\w.-]+\.go):(\d{1,9}): (.*)", re.MULTILINE)
_BROKEN = re.compile(r"^(?:vet: )?(?:\./)?([\w./@-]+\.go):\d+(?::\d+)?: (.*)", re.MULTILINE)
_LATE = "test timed out after"
_NOTE = re.compile(r"redfirst-note (\d{1,9})\n?")


@dataclass(frozen=True, slots=True)
class Judged:
    tests: Sequence[TestResult]
    is_sealed: bool
    """Not where go could not be made to build our seal in, or another linker put a program together."""


def read(files: Mapping[str, bytes]) -> Judged:
    run = _Run(files)
    packages: dict[str, Package] = {}
    # Before Go 1.24 it says only beside its events what does not compile.
    building = [text(files.get("printed", b"")), "\n"]
    for event in events(files.get("events", b"")):
        if event.action == "build-output":
            building.append(event.output)
        if event.package:
            package = packages.setdefault(event.package, Package())
            package.take(event)
            noted = _NOTE.fullmatch(event.output)
            package.program = noted[1] if noted else package.program
    for package in packages.values():
        if package.program:
            package.tests = run.program(package.program)
    broken = _broken("".join(building))
    programs = [package.program for package in packages.values() if package.program]
    return Judged(
        [test for name in sorted(packages) for test in run.package(name, packages[name], broken)],
        all(run.is_sealed(program) for program in programs),
    )


def _broken(said: str) -> Mapping[str, str]:
    """What was said below the name of each package that does not compile."""
    _, *parts = re.split(r"^# (\S+)[^\n]*\n", said, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for package, below in zip(parts[::2], parts[1::2], strict=True):
        found[package] = found.get(package, "") + below
    return found


class _Run:
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._all = files
        self._folder = text(files.get("folder", b"")).strip()
        self._modules = lines(files.get("module", b""))
        listed = [found.groups() for line in lines(files.get("tests", b"")) if (found := _LISTED.match(line))]
        self._files = {(posixpath.dirname(file), name): file for file, name in listed}

    def is_sealed(self, program: str) -> bool:
        return self._line(program, "kind") == "sealed"

    def program(self, program: str) -> dict[str, Told]:
        passed = frozenset(lines(self._program(program, "passed"))) if self.is_sealed(program) else None
        return ended(self._program(program, "events"), self._line(program, "code"), passed)

    def _line(self, program: str, which: str) -> str:
        return text(self._program(program, which)).strip()

    def _program(self, program: str, which: str) -> bytes:
        return self._all.get(f"{program}.{which}", b"")

    def package(self, name: str, about: Package, broken: Mapping[str, str]) -> Iterator[TestResult]:
        tests = about.tests
        whole = tests.get("", Told())
        folder = self._folder_of(name)
        named = {test: told for test, told in tests.items() if test}
        twice = next((test or name for test, told in tests.items() if told.twice), "")
        if twice:
            raise BadReport(f"{twice} is told to have ended twice")
        unended = next((test for test, told in named.items() if told.outcome is None), "")
        if whole.outcome is None or unended:
            raise BadReport(f"{unended or name} began and did not come to its end")
        failed = [test for test, told in named.items() if told.outcome is Outcome.FAILED]
        if failed and whole.outcome is not Outcome.FAILED:
            raise BadReport(f"{failed[0]} failed, and its package did not")
        for test, told in named.items():
            yield self._test(folder, test, told, named)
        if whole.outcome is Outcome.FAILED and not failed:
            yield self._broken(folder, name, whole, broken)

    def _test(self, folder: str, name: str, told: Told, others: Mapping[str, Told]) -> TestResult:
        file = self._files.get((folder, name.partition("/")[0]), "")
        identity = f"{file or folder or '.'}::{name}"
        if told.outcome is not Outcome.FAILED:
            return TestResult(id=identity, outcome=told.outcome or Outcome.ERROR, file=file)
        said = told.text()
        if not _SAID.search(said) and not _PANIC.search(said):
            # It failed because a part of it did.
            parts = [part for other, part in others.items() if other.startswith(f"{name}/")]
            said += "".join(part.text() for part in parts if part.outcome is Outcome.FAILED)
        panic = _PANIC.search(said)
        left = said.startswith(LIES)
        message, frames = self._raised(said, panic) if panic else self._said(said, folder)
        return TestResult(
            id=identity,
            outcome=Outcome.ERROR if panic and panic[1].startswith(_LATE) else Outcome.FAILED,
            file=file,
            message=message[:MAX_DETAIL],
            detail=said.strip()[-MAX_DETAIL:],
            error="panic" if panic else "exit" if left else "",
            asserted=panic is None and not left,
            frames=tuple(frames),
        )

    def _raised(self, said: str, panic: re.Match[str]) -> tuple[str, Sequence[Frame]]:
        below = said[panic.start() :]
        first = _GOROUTINE.search(below)
        trace = _GOROUTINE.split(below[first.end() :])[0].partition("\n\n")[0] if first else ""
        frames = [
            Frame(file=found[1].removeprefix(f"{self._folder}/"), line=int(found[2]))
            for found in _PLACE.finditer(trace)
            if found[1].startswith(f"{self._folder}/")
        ]
        return f"panic: {panic[1].partition(' [recovered')[0]}", frames[:MAX_FRAMES][::-1]

    def _said(self, said: str, folder: str) -> tuple[str, Sequence[Frame]]:
        found = list(_SAID.finditer(said))
        if not found:
            kept = [line for line in said.splitlines() if not line.lstrip().startswith(("===", "---"))]
            return "\n".join(kept).strip(), []
        # What follows on lines of its own belongs to it, such as what testify says.
        until = found[1].start() if len(found) > 1 else len(said)
        message = said[found[0].start(3) : until].partition("\n--- ")[0].partition("\n    --- ")[0]
        return message.strip(), [Frame(file=posixpath.join(folder, found[0][1]), line=int(found[0][2]))]

    def _broken(self, folder: str, name: str, whole: Told, broken: Mapping[str, str]) -> TestResult:
        """A package that does not compile, or that ends before or after its tests."""
        below = (
            broken.get(whole.failed_build.partition(" ")[0])
            or broken.get(name)
            or broken.get(f"{name}_test")
            or ""
        )
        first = _BROKEN.search(below)
        file = posixpath.normpath(first[1]) if first else ""
        panic = _PANIC.search(whole.text())
        said = (below or whole.text()).strip()
        return TestResult(
            id=file if file.endswith("_test.go") else folder or ".",
            outcome=Outcome.ERROR,
            file=file,
            message=(first[2] if first else panic[0] if panic else said.partition("\n")[0])[:MAX_DETAIL],
            detail=said[-MAX_DETAIL:],
            error="CompilationError" if first else "panic" if panic else "",
        )

    def _folder_of(self, package: str) -> str:
        """From the project's folder, as its module is called."""
        for module in self._modules:
            if package == module or package.startswith(f"{module}/"):
                return package[len(module) + 1 :]
        return package
