"""What came of a run that left a sealed report: results, or a sentence on why there are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workflows.ports.sandbox import ExecResult
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.runners import sealed
from workflows.proof.runners.port import Ask, Command

TAIL = 2_000
"""Of what the run printed, how much goes with a complaint."""

Agree = Callable[[int, Sequence[TestResult]], bool]
"""Whether a run that ended with this can have had these tests."""


def read_sealed(command: Command, ask: Ask, ran: ExecResult, report: bytes | None, agree: Agree) -> Results:
    def unreadable(why: str) -> Results:
        tail = (ran.stdout + ran.stderr).strip()[-TAIL:]
        return Results(
            command=tuple(command.shown),
            exit_code=ran.code,
            seconds=ran.seconds,
            complaint=f"{why}\n{tail}".strip(),
        )

    if ran.timed_out:
        return unreadable("the tests took too long and were stopped")
    if report is None:
        return unreadable("the test run left no report")
    try:
        told = sealed.read(report, ask.key)
    except sealed.BadReport as error:
        return unreadable(str(error))
    if told.broken:
        return unreadable(told.broken)
    if ran.code is None or not agree(ran.code, told.tests):
        return unreadable(f"the test run ended with {ran.code}, which does not go with what it reported")
    return Results(
        command=tuple(command.shown),
        tests=told.tests,
        exit_code=ran.code,
        seconds=ran.seconds,
        traced=told.traced,
        sealed=True,
    )


def went_wrong(tests: Sequence[TestResult]) -> bool:
    return any(test.outcome in {Outcome.FAILED, Outcome.ERROR} for test in tests)
