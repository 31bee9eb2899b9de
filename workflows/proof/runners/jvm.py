"""What Maven and Gradle have in common in how they run tests: in JVMs of which a judge of ours watches each.

The reports are within reach of the tested code, and so is the way to them. The judge sees what a debugger
would, and seals it: no test has passed that it did not see pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.ports.sandbox import ExecResult
from workflows.proof.results import Results, TestResult
from workflows.proof.runners import java, packed, watched
from workflows.proof.runners.port import Ask, Command
from workflows.proof.runners.sealed import BadReport
from workflows.proof.runners.watched import Seen

_JUDGE = (
    *("JvmJudge.java", "Watcher.java", "Watch.java", "Line.java", "Kin.java", "Held.java", "Shadows.java"),
    *("Tool.java", "OldJUnit.java", "Platform.java", "TestNG.java"),
)


@dataclass(frozen=True, slots=True)
class Says:
    """What a tool prints of that which is in no report."""

    crashed: re.Pattern[str]
    uncompiled: re.Pattern[str]
    """That something did not compile."""
    where: re.Pattern[str]
    """A line about the file that did not."""


def kit(*more: str) -> Mapping[str, bytes]:
    return packed.kit("watched.sh", "junit.sh", *_JUDGE, *more)


def command(ask: Ask, reports: str, attaching: str, told: Sequence[str], shown: Sequence[str]) -> Command:
    """`attaching` is what makes JVMs of tests say that they are there, at `{watched}`."""
    return Command(
        argv=["sh", f"{ask.kit}/watched.sh", ask.report, reports, attaching, *told],
        shown=shown,
        stdin=f"{ask.key.secret.hex()}\n".encode(),
    )


def read(command: Command, ask: Ask, ran: ExecResult, report: bytes | None, says: Says) -> Results:
    why = packed.unreadable(ran, report)
    if why or report is None:
        return packed.refused(command, ran, why)
    said = ran.stdout + ran.stderr
    crashed = says.crashed.search(said)
    if crashed is not None:
        return packed.refused(
            command, ran, "the tests ended their own process", packed.about(said, crashed[0])
        )
    try:
        files, seen = _opened(report, ask)
        names = java.packed_names(files).values()
        tests = [*java.read(files, names)]
        sources = packed.lines(files.get("sources", b""))
        objection = watched.objection(seen, java.told(files, names), sources)
        if objection:
            raise BadReport(objection)
    except BadReport as error:
        return packed.refused(command, ran, str(error))
    stopped = says.uncompiled.search(said)
    if stopped is not None and ran.code:
        broken = list(_broken(files, said, says))
        if not broken or any(not java.is_test(test.file) for test in broken):
            return packed.refused(
                command, ran, "the project does not compile", packed.about(said, stopped[0])
            )
        tests += broken
    return packed.results(command, ran, tests, sealed=seen.knows)


def _opened(report: bytes, ask: Ask) -> tuple[Mapping[str, bytes], Seen]:
    """Without a JDK that has what debuggers use nobody watched."""
    if packed.is_open(report, ask.key):
        return packed.unwatched(report), Seen()
    files = packed.opened(report, ask.key)
    return files, watched.read(files.get("seen", b""))


def _broken(files: Mapping[str, bytes], said: str, says: Says) -> Iterator[TestResult]:
    return java.uncompiled(said, says.where, packed.text(files.get("folder", b"")).strip())
