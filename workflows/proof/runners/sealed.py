"""A report that only the harness's own reporter can have written.

The reporter is told a key on standard input before any code of the project is loaded, and signs each
line with it, its number included. What tested code writes, prints, drops or changes does not verify.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from workflows.proof.results import Frame, Outcome, TestResult

MAX_TESTS = 200_000
MAX_DETAIL = 8_000
_LINE = re.compile(rb"(\d{1,9}) ([0-9a-f]{64}) (.*)", re.DOTALL)
# As JSON escapes them: a backslash, a pair of surrogates, and one alone, as tests of such have in names.
_ESCAPED = re.compile(rb"\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\(u[dD][89a-fA-F]\w\w)")


class BadReport(ValueError):
    """There is no report, or it is not what our reporter wrote."""


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    secret: bytes

    @staticmethod
    def new() -> Key:
        return Key(secrets.token_bytes(32))


class _Line(BaseModel):
    """One line, as reporters in other languages write it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Told(_Line):
    id: str
    outcome: Outcome
    file: str = ""
    message: str = ""
    detail: str = ""
    error: str = ""
    asserted: bool = False
    frames: tuple[tuple[str, int], ...] = ()
    touched: tuple[str, ...] = ()


class _End(_Line):
    end: int
    """How many tests were told of."""
    traced: bool = False
    broken: str = ""
    """Why the run as a whole came to nothing."""


@dataclass(frozen=True, slots=True)
class Report:
    tests: tuple[TestResult, ...]
    traced: bool
    broken: str


def opening(key: Key, report: str, *, seed: int, trace: bool) -> bytes:
    """What a reporter reads from standard input, up to its end."""
    told = {"key": key.secret.hex(), "report": report, "seed": seed, "trace": trace}
    return f"{json.dumps(told)}\n".encode()


def read(report: bytes, key: Key) -> Report:
    lines = list(_verified(report, key))
    if not lines:
        raise BadReport("the report is empty")
    *tests, last = lines
    try:
        end = _End.model_validate_json(last)
    except ValidationError as error:
        raise BadReport("the report ends too early: the test run did not come to its end") from error
    if end.end != len(tests):
        raise BadReport(f"the report has {len(tests)} tests, and says {end.end}")
    try:
        told = [_Told.model_validate_json(line) for line in tests]
    except ValidationError as error:
        raise BadReport("the report has a line that says nothing of a test") from error
    return Report(tuple(_unlike(told)), end.traced, end.broken[:MAX_DETAIL])


def _verified(report: bytes, key: Key) -> Iterator[bytes]:
    for number, line in enumerate(report.splitlines()):
        found = _LINE.fullmatch(line)
        if found is None or number > MAX_TESTS:
            raise BadReport("the report is not one of ours")
        told, mac, content = found.groups()
        expected = hmac.new(key.secret, b"%d %s" % (number, content), hashlib.sha256).hexdigest()
        if int(told) != number or not hmac.compare_digest(expected.encode(), mac):
            raise BadReport("somebody else wrote in the report: its seal is broken")
        yield _ESCAPED.sub(_spelled, content)


def _spelled(found: re.Match[bytes]) -> bytes:
    """Half a character is none that could be written anywhere: its escape is shown instead."""
    return b"\\\\" + found[1] if found[1] else found[0]


def _unlike(told: list[_Told]) -> Iterator[TestResult]:
    """Two tests of one name are two tests."""
    seen: dict[str, int] = {}
    for one in told:
        count = seen[one.id] = seen.get(one.id, 0) + 1
        yield TestResult(
            id=one.id if count == 1 else f"{one.id} #{count}",
            outcome=one.outcome,
            file=one.file,
            message=one.message[:MAX_DETAIL],
            detail=one.detail[-MAX_DETAIL:],
            error=one.error,
            asserted=one.asserted,
            frames=tuple(Frame(file=file, line=line) for file, line in one.frames),
            touched=one.touched,
        )
