"""What is new with a fix, whose it is, and whether it counts. Pure; others did the running."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from workflows.proof.diagnostics.checker import Checker
from workflows.proof.diagnostics.model import (
    BREAKS,
    Checked,
    Diagnosed,
    Diagnostic,
    Fresh,
    Looked,
    State,
    Told,
)
from workflows.proof.diagnostics.script_tools import UNPARSED
from workflows.proof.diagnostics.suppressions import Silencer, as_diagnostic
from workflows.proof.green import NotGreen
from workflows.proof.mode import DiagnosticsMode

NAMED = 5
KEPT = 50
"""How many a proof holds."""

IN_THE_TEST = "it is in the test"
NOT_THE_FIX = "it is there without this change as well"
A_WARNING = "it is a warning"
NOT_RUN = "who obeys it did not run"
A_NEW_FILE = "its parser may not be meant for such a file"


def fresh(before: Iterable[Diagnostic], after: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Wherever it stands in its file: what moves is not new, and a second one of a kind is."""
    left = Counter(one.same for one in before)
    found: list[Diagnostic] = []
    for one in after:
        if left[one.same] > 0:
            left[one.same] -= 1
        else:
            found.append(one)
    return found


def broke(before: Looked, after: Looked) -> list[str]:
    """Who ran on the base, and does not with the fix."""
    return [
        one.tool
        for one in after.told
        if one.state in {State.BROKEN, State.ABSENT} and before.of(one.tool).state is State.RAN
    ]


def all_new(checkers: Sequence[Checker], before: Looked, after: Looked) -> list[Diagnostic]:
    return [one for checker in checkers for one in _new_of(checker, before, after)]


def _new_of(checker: Checker, before: Looked, after: Looked) -> list[Diagnostic]:
    then, now = before.of(checker.name), after.of(checker.name)
    if then.state is State.RAN and now.state in {State.BROKEN, State.ABSENT}:
        said = f"it ran before your change, and does not with it: {now.said or now.state}"
        return [Diagnostic(tool=checker.name, code=BREAKS, message=said)]
    if now.state is not State.RAN or then.state not in {State.RAN, State.IDLE}:
        return []
    return fresh(then.diagnostics, now.diagnostics)


def checked(checkers: Sequence[Checker], before: Looked, after: Looked) -> tuple[Checked, ...]:
    def one(checker: Checker) -> Checked:
        then, now = before.of(checker.name), after.of(checker.name)
        told = _worse(then, now)
        return Checked(
            tool=checker.name,
            source=checker.source,
            version=then.version or now.version,
            state=told.state,
            before=len(then.diagnostics),
            after=len(now.diagnostics),
            said=told.said,
        )

    return tuple(one(checker) for checker in checkers)


def _worse(then: Told, now: Told) -> Told:
    """What kept it from being compared, on whichever side that was."""
    return then if then.state not in {State.RAN, State.IDLE} else now


def excuses(
    new: Iterable[Diagnostic],
    elsewhere: Iterable[Diagnostic],
    tests: Collection[str],
    base: Collection[str],
) -> Iterator[Fresh]:
    """`elsewhere` is what is new without the fix: by the test alone, or by what people added to the branch.
    `base` are the files that were there before."""
    left = Counter(one.same for one in elsewhere)
    for one in new:
        excuse = ""
        if not one.is_error:
            excuse = A_WARNING
        elif one.file in tests:
            excuse = IN_THE_TEST
        elif one.code == UNPARSED and one.file not in base:
            excuse = A_NEW_FILE
        elif left[one.same] > 0:
            left[one.same] -= 1
            excuse = NOT_THE_FIX
        yield Fresh(diagnostic=one, excused=excuse)


def silenced(one: Silencer, ran: Collection[str], *, is_ours: bool) -> Fresh:
    """It counts as what it hides would: where nobody looked, nothing was hidden from anybody."""
    tool = next((tool for tool in one.tools if tool in ran), "")
    return Fresh(
        diagnostic=as_diagnostic(one, tool or one.tools[0]), excused=_aside(bool(tool), is_ours=is_ours)
    )


def steering(one: Diagnostic, ran: Collection[str], *, is_ours: bool) -> Fresh:
    return Fresh(diagnostic=one, excused=_aside(one.tool in ran, is_ours=is_ours))


def _aside(obeyed: bool, *, is_ours: bool) -> str:
    if not is_ours:
        return NOT_THE_FIX
    return "" if obeyed else NOT_RUN


def diagnosed(mode: DiagnosticsMode, checkers: Sequence[Checked], new: Iterable[Fresh]) -> Diagnosed:
    # In a steady order, what counts first.
    every = sorted(new, key=lambda one: bool(one.excused))
    return Diagnosed(
        mode=mode, checkers=tuple(checkers), new=tuple(every[:KEPT]), more=max(len(every) - KEPT, 0)
    )


def refusal(seen: Diagnosed) -> NotGreen | None:
    counted = seen.counted
    if not counted or seen.mode is not DiagnosticsMode.REQUIRED:
        return None
    tools = ", ".join(dict.fromkeys(one.tool for one in counted))
    more = len(counted) - NAMED
    said = [str(one) for one in counted[:NAMED]] + ([f"… and {more} more"] if more > 0 else [])
    return NotGreen(
        reason=f"the project's own checkers find something new: {tools}",
        feedback="\n".join(
            ["With your change these are new. Mend what they say, and silence nothing:", *said]
        ),
    )
