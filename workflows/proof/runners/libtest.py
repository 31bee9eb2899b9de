"""What Rust's own test harness prints: which tests, how many, and why they failed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.proof.results import Frame, Outcome, TestResult
from workflows.proof.runners.sealed import MAX_DETAIL, BadReport

MAX_FRAMES = 50

_RUNNING = re.compile(r"^running (\d{1,9}) tests?$", re.MULTILINE)
_RESULT = re.compile(
    r"^test result: (?:ok|FAILED)\. "
    r"(\d{1,9}) passed; (\d{1,9}) failed; (\d{1,9}) ignored; (\d{1,9}) measured;",
    re.MULTILINE,
)
_LINE = re.compile(r"^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)(?:,.*)?$", re.MULTILINE)
_SECTION = re.compile(r"^---- (.+?) stdout ----$", re.MULTILINE)
_MARKS = {"ok": Outcome.PASSED, "FAILED": Outcome.FAILED, "ignored": Outcome.SKIPPED}
_LISTED = re.compile(r"^(.+): (?:test|bench(?:mark)?)$", re.MULTILINE)
FAILED = 101
"""What it ends with where a test failed."""

# `thread 'a' (12) panicked at src/lib.rs:1:2:` and the message below it; before Rust 1.73 that came first.
_PANIC = re.compile(
    r"^thread '([^'\n]*)'(?: \(\d+\))? panicked at (?!')([^\n]+?):(\d{1,9}):\d{1,9}:\n"
    r"(.*?)(?=^stack backtrace:|^note: |^thread '|\Z)",
    re.MULTILINE | re.DOTALL,
)
_OLD_PANIC = re.compile(
    r"^thread '([^'\n]*)' panicked at '(.*?)', ([^\s:']+):(\d{1,9}):\d{1,9}$", re.MULTILINE | re.DOTALL
)
_OLD_END = re.compile(r"', [^\s:']+:\d{1,9}:\d{1,9}$", re.MULTILINE)
_NOTE = re.compile(r"^note: ((?:test did not panic|panic did not contain).*)$", re.MULTILINE)
_RETURNED = re.compile(r"^Error: .*", re.MULTILINE)
_BACKTRACE = re.compile(r"^ +at (\S[^\n]*?):(\d{1,9})(?::\d{1,9})?$", re.MULTILINE)
_ASSERTED = re.compile(r"(?:\w+ )?assert(?:ion|_|!)")

Place = Callable[[str, bool], str]
"""A path as it is printed, from the project's folder; whether it was compiled in, or a backtrace's."""


@dataclass(frozen=True, slots=True)
class Told:
    """One test as the harness named it."""

    name: str
    outcome: Outcome
    said: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a program of tests, as our judge saw it end."""

    code: int
    passed: bool
    """It came back from `main`, which libtest does only where every test passed."""
    out: str
    only: str = ""
    """The one test that it was asked for. Else all of those that did not fail before."""


def names(listed: str) -> Sequence[str]:
    return _LISTED.findall(listed)


def judged(listed: Sequence[str], ignored: Sequence[str], rounds: Sequence[Round]) -> Sequence[Told]:
    """A test has passed where a run of it did as a whole, and failed where one that failed names it."""
    found: dict[str, Told] = {name: Told(name, Outcome.SKIPPED) for name in ignored}
    left = [name for name in listed if name not in found]
    for one in rounds:
        asked = [name for name in left if not one.only or name == one.only]
        told = [Told(name, Outcome.PASSED) for name in asked] if one.passed else [*_failed(one, asked)]
        if one.only and not told:
            told = [Told(one.only, Outcome.ERROR, _unended(one))]
        found |= {test.name: test for test in told}
        left = [name for name in left if name not in found]
    if left:
        raise BadReport(f"{left[0]} was not run to its end")
    return [found[name] for name in listed]


def _failed(one: Round, asked: Sequence[str]) -> Iterator[Told]:
    if one.code != FAILED:
        return
    named = {line[4:] for line in one.out.rpartition("\nfailures:\n")[2].splitlines() if line[:4] == "    "}
    sections = _sections(one.out)
    yield from (Told(name, Outcome.FAILED, sections.get(name, "")) for name in asked if name in named)


def _unended(one: Round) -> str:
    return f"it ended its own process, with {one.code}, before its test was over\n{one.out[-MAX_DETAIL:]}"


def told(out: str, code: int) -> Sequence[Told]:
    """What rustdoc says of the examples, or a BadReport where names, numbers and exit do not agree."""
    named = [(found[1], _MARKS[found[2]]) for found in _LINE.finditer(out)]
    announced = sum(int(found[1]) for found in _RUNNING.finditer(out))
    results = [tuple(int(part) for part in found.groups()) for found in _RESULT.finditer(out)]
    passed, failed, ignored, measured = (
        (sum(counts) for counts in zip(*results, strict=True)) if results else (0,) * 4
    )
    counted = [
        sum(outcome is one for _, outcome in named)
        for one in (Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED)
    ]
    if (
        len(results) != len(_RUNNING.findall(out))
        or counted != [passed, failed, ignored]
        or announced != passed + failed + ignored + measured
        or (code != 0) != (failed > 0)
    ):
        raise BadReport("the numbers of tests that it told do not agree, or it did not come to its end")
    sections = _sections(out)
    return [Told(name, outcome, sections.get(name, "")) for name, outcome in named]


def result(one: Told, identity: str, file: str, place: Place) -> TestResult:
    if one.outcome is Outcome.ERROR:
        message, _, detail = one.said.partition("\n")
        return TestResult(id=identity, outcome=one.outcome, file=file, message=message, detail=detail)
    if one.outcome is not Outcome.FAILED:
        return TestResult(id=identity, outcome=one.outcome, file=file)
    message, error, asserted, frames = _failure(one, place)
    return TestResult(
        id=identity,
        outcome=one.outcome,
        file=file,
        message=message[:MAX_DETAIL],
        detail=one.said.strip()[-MAX_DETAIL:],
        error=error,
        asserted=asserted,
        frames=tuple(frames),
    )


def _sections(out: str) -> Mapping[str, str]:
    _, *parts = _SECTION.split(out)
    return {
        name: said.partition("\nfailures:\n")[0] for name, said in zip(parts[::2], parts[1::2], strict=True)
    }


def _failure(one: Told, place: Place) -> tuple[str, str, bool, Sequence[Frame]]:
    note = _NOTE.search(one.said)
    if note is not None:
        return note[1], "panic", True, []
    panics = [(found[1], found[4].strip(), found[2], int(found[3])) for found in _PANIC.finditer(one.said)]
    # Not beyond the last that has an end: each without one would be looked for up to the end of it all.
    ends = [found.end() for found in _OLD_END.finditer(one.said)]
    old = _OLD_PANIC.finditer(one.said, 0, ends[-1] if ends else 0)
    panics += [(found[1], found[2].strip(), found[3], int(found[4])) for found in old]
    if not panics:
        returned = _RETURNED.search(one.said)
        return (
            (returned[0] if returned else "the test failed and does not say why"),
            "Error" if returned else "",
            False,
            [],
        )
    # A thread that it started may have panicked too.
    _, message, file, line = next((panic for panic in panics if panic[0] == one.name), panics[0])
    frames = [*_frames(one.said, place), Frame(file=place(file, True), line=line)]
    # A closure is a frame of its own on the line that it is on.
    distinct = [frame for frame, before in zip(frames, [None, *frames], strict=False) if frame != before]
    return message, "panic", _ASSERTED.match(message) is not None, distinct[-MAX_FRAMES:]


def _frames(said: str, place: Place) -> Iterator[Frame]:
    first = said.partition("stack backtrace:")[2].partition("stack backtrace:")[0]
    for found in reversed(list(_BACKTRACE.finditer(first))):
        # The standard library's own, as it was where it was built.
        if not found[1].startswith("/rustc/"):
            yield Frame(file=place(found[1], False), line=int(found[2]))
