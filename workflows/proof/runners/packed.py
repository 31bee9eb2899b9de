"""What a kit's shell scripts bring together: several files in one report. Hostile until read.

Not tar: it says sizes and places that a reader may follow to no end, and here there is nothing to follow.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources

from workflows.ports.sandbox import ExecResult
from workflows.proof.results import Results, TestResult
from workflows.proof.runners.port import Command
from workflows.proof.runners.reading import TAIL, went_wrong
from workflows.proof.runners.sealed import BadReport, Key

MAX_FILES = 20_000
_OPEN = b"64 open\n"
_SEAL = re.compile(rb"64 seal\n([0-9a-f]{64})")
_HEAD = re.compile(rb"(\d{1,12}) ([\w.-]{1,200})")


def kit(*names: str) -> Mapping[str, bytes]:
    """Files of the folder `kit`, and what packs their reports."""
    folder = resources.files("workflows.proof.runners.kit")
    return {name: folder.joinpath(name).read_bytes() for name in ("pack.sh", *names)}


def unpacked(report: bytes) -> Mapping[str, bytes]:
    files: dict[str, bytes] = {}
    at = 0
    while at < len(report):
        end = report.find(b"\n", at, at + 300)
        head = _HEAD.fullmatch(report, at, max(end, at))
        if head is None or len(files) >= MAX_FILES:
            raise BadReport("the report is not one of ours")
        at = end + 1 + int(head[1])
        name = head[2].decode()
        if at > len(report) or name in files:
            raise BadReport("the report is cut off, or tells a thing twice")
        files[name] = report[end + 1 : at]
    if not files:
        raise BadReport("the report is empty")
    return files


def is_open(report: bytes, key: Key) -> bool:
    """Whether a kit says that nobody could watch, which it needs the key for: a seal is not just left out."""
    expected = hashlib.sha256(key.secret.hex().encode()).hexdigest()
    return hmac.compare_digest(report[: len(_OPEN) + 64], _OPEN + expected.encode())


def unwatched(report: bytes) -> Mapping[str, bytes]:
    return unpacked(report[len(_OPEN) + 64 :])


def opened(report: bytes, key: Key) -> Mapping[str, bytes]:
    """What a judge of ours packed, who was told the key before any code of the project ran."""
    seal = _SEAL.match(report)
    if seal is None:
        raise BadReport("the report is not one of ours")
    told = report[seal.end() :]
    expected = hmac.new(key.secret, told, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), seal[1]):
        raise BadReport("somebody else wrote in the report: its seal is broken")
    return unpacked(told)


def about(said: str, mark: str) -> str:
    """From the line where it begins to matter."""
    at = said.find(mark)
    return said[said.rfind("\n", 0, at) + 1 :][:TAIL] if at >= 0 else said


def lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines()


def text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def refused(command: Command, ran: ExecResult, why: str, said: str | None = None) -> Results:
    """Nothing to read. `said` is what to show for it, unless that is what the run printed last."""
    tail = (ran.stdout + ran.stderr if said is None else said).strip()[-TAIL:]
    return Results(
        command=tuple(command.shown),
        exit_code=ran.code,
        seconds=ran.seconds,
        complaint=f"{why}\n{tail}".strip(),
    )


def results(
    command: Command, ran: ExecResult, tests: Iterable[TestResult], *, sealed: bool = False
) -> Results:
    """Refused where the end of the run gives them the lie. What is not sealed the tested code can write."""
    told = tuple(distinct(tests))
    if ran.code is None or not 0 <= ran.code < 126 or (ran.code != 0) != went_wrong(told):
        return refused(
            command, ran, f"the test run ended with {ran.code}, which does not go with what it reported"
        )
    return Results(
        command=tuple(command.shown), tests=told, exit_code=ran.code, seconds=ran.seconds, sealed=sealed
    )


def unreadable(ran: ExecResult, report: bytes | None) -> str:
    """Why there is nothing to read, before anything was; empty when there is."""
    if ran.timed_out:
        return "the tests took too long and were stopped"
    return "the test run left no report" if report is None else ""


def distinct(tests: Iterable[TestResult]) -> Iterator[TestResult]:
    """Two tests of one name are two tests."""
    seen: dict[str, int] = {}
    for test in tests:
        count = seen[test.id] = seen.get(test.id, 0) + 1
        yield test if count == 1 else test.model_copy(update={"id": f"{test.id} #{count}"})
