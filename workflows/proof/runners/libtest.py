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
# A reason may stand between, over several lines: `failed: panic did not contain … tests::name`.
_LOGGED = re.compile(r"^(ok|failed|ignored)(?=[ :])", re.MULTILINE)
_SECTION = re.compile(r"^---- (.+?) stdout ----$", re.MULTILINE)
_MARKS = {
    "ok": Outcome.PASSED,
    "FAILED": Outcome.FAILED,
    "failed": Outcome.FAILED,
    "ignored": Outcome.SKIPPED,
}

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


def is_there(out: str) -> bool:
    """Whether this is that harness at all: a project may bring its own."""
    return _RUNNING.search(out) is not None


def told(out: str, log: str | None, code: int) -> Sequence[Told]:
    """All of them, or a BadReport where names, numbers and exit do not agree."""
    if log is None:
        named = [(found[1], _MARKS[found[2]]) for found in _LINE.finditer(out)]
    else:
        _, *parts = _LOGGED.split(log)
        named = [
            ((after.split() or [""])[-1], _MARKS[mark])
            for mark, after in zip(parts[::2], parts[1::2], strict=True)
        ]
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
