"""Runs that are stopped: by a word, or by what was done to their pull request."""

from __future__ import annotations

from collections.abc import Sequence

from bot.evidence import pushed, shown_plan
from bot.ledger import cost
from bot.messages import endings, notices
from bot.messages.words import Messages
from bot.reacting.ground import Ground, Outcome, handled, ignored, in_passing, refused
from bot.reacting.meant import Meant, nothing, of_ours, run_meant
from bot.store.port import Run
from handlers.decision import Resume, Stop
from handlers.events import Event
from policies.effects import PostComment, RemoveBranch, Signal, SteerRun
from workflows.engine.entries import Cancelled, Resumed, Row, StepCompleted, StepStarted
from workflows.errors import UserProblem
from workflows.ports.effects import Refused
from workflows.progress import Progress, Stage
from workflows.steps.common import STICKY
from workflows.verdicts import Review, Verdict

_MORE = frozenset({Verdict.CHANGES_REQUESTED, Verdict.CHECKS_FAILED})


async def stop(ground: Ground, event: Event, asked: Stop) -> Outcome:
    meant = await (of_ours if asked.closed else run_meant)(ground, event, asked)
    if meant is None:
        return await nothing(ground, event, asked)
    run, rows = meant.run, meant.rows
    if run.status.ended and not _stopped_so(rows, asked.reason):
        if not asked.closed:
            return await nothing(ground, event, asked)
        return handled(f"run {run.id} has ended; {await _remove(ground, event, meant)}")
    if asked.only_plan and shown_plan(rows) is None:
        return await nothing(ground, event, asked)
    if not asked.closed:
        await ground.seen(event, asked.issue, asked.asked)
    try:
        await _cancel(ground, event, run, asked.reason, is_fact=asked.closed)
    except Refused as no:
        await ground.say(event, asked.issue, asked.asked, notices.refused(no.decision))
        return refused(no)
    except UserProblem as over:
        return ignored(over.sentence)
    said = endings.stopped(run.id, asked.reason)
    await _show(ground, event, run, rows, asked.issue, said)
    if asked.asked is not None and asked.issue != run.trigger.issue.number and not _says_so_there(rows):
        await ground.say(event, asked.issue, asked.asked, said)
    if asked.closed:
        await _remove(ground, event, meant)
    return handled(f"cancelled run {run.id}")


async def merged(ground: Ground, event: Event, told: Resume, run: Run, why_not_told: str) -> Outcome:
    """What is worked on waits for nobody, and what was merged needs no more work: it ends here, and says what
    it would have said at the end of its wait."""
    reason = f"@{event.actor.login} merged #{told.issue}"
    rows = await ground.store.rows(run.id)
    if _ends_by_itself(rows) or (run.status.ended and not _stopped_so(rows, reason)):
        return ignored(why_not_told)
    try:
        await _cancel(ground, event, run, reason, is_fact=True)
    except UserProblem as over:
        return ignored(over.sentence)
    said = Messages().progress(
        Progress(
            run=run.id,
            stage=Stage.DONE,
            pull_request=told.issue,
            verdict=f"{Verdict.MERGED} while it was still being worked on, which has ended with it",
            spent=cost(rows),
        )
    )
    await _show(ground, event, run, rows, told.issue, said)
    return handled(f"cancelled run {run.id}: its pull request was merged")


async def _cancel(ground: Ground, event: Event, run: Run, reason: str, *, is_fact: bool) -> None:
    effect = SteerRun(
        key=f"{event.delivery}/stop",
        repository=event.tenant.repository,
        run=run.id,
        signal=Signal.STOP,
        by=event.actor.login,
        reason=reason,
        is_fact=is_fact,
    )
    await ground.effects.perform(effect, in_passing(event, run.trigger.issue.number))


def _stopped_so(rows: Sequence[Row], reason: str) -> bool:
    """By this very word, before we were interrupted in what follows from it."""
    last = rows[-1].entry
    return isinstance(last, Cancelled) and last.reason == reason


def _ends_by_itself(rows: Sequence[Row]) -> bool:
    """Somebody had the last word about its pull request before, and it is about to say so."""
    answers = [
        row.entry.payload
        for row in rows
        if isinstance(row.entry, Resumed) and row.entry.path.endswith("/review")
    ]
    return bool(answers) and Review.model_validate(answers[-1]).verdict not in _MORE


async def _show(ground: Ground, event: Event, run: Run, rows: Sequence[Row], here: int, said: str) -> None:
    """In the comments that people watch; the run itself says nothing any more."""
    issue = run.trigger.issue.number
    for number in (issue, here) if here != issue and _says_so_there(rows) else (issue,):
        comment = PostComment(
            key=f"{event.delivery}/stopped/{number}",
            repository=event.tenant.repository,
            issue=number,
            body=said,
            sticky=STICKY,
        )
        await ground.effects.perform(comment, run.trigger)


def _says_so_there(rows: Sequence[Row]) -> bool:
    """Changes to a pull request are reported on it."""
    return any(
        isinstance(row.entry, StepStarted | StepCompleted) and row.entry.path.endswith("/take_up")
        for row in rows
    )


async def _remove(ground: Ground, event: Event, meant: Meant) -> str:
    """The branch as the run left it."""
    left = meant.proposed.commit if meant.proposed else pushed(meant.rows)
    if left is None:
        return "it had pushed nothing"
    branch = RemoveBranch(
        key=f"{event.delivery}/branch",
        repository=event.tenant.repository,
        branch=left.branch,
        sha=left.sha,
    )
    run = meant.run
    try:
        gone = await ground.effects.perform(branch, run.trigger)
    except Refused as no:
        await ground.say(event, run.trigger.issue.number, None, notices.refused(no.decision))
        return "its branch may not be removed"
    return "its branch is gone" if gone.removed else "its branch was left"
