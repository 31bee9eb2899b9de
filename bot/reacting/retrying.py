"""What failed or was stopped is begun anew; where its pull request is open, that is gone on with."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import notices
from bot.reacting.afterwards import is_open, revision
from bot.reacting.beginning import begin
from bot.reacting.ground import Ground, Outcome, handled, in_passing, refused
from bot.reacting.meant import LOOKED_AT, Meant, of_ours, proposed_by
from bot.starting import run_id
from bot.store.port import Run
from handlers.decision import Again
from handlers.events import Event
from policies.effects import Signal, SteerRun
from workflows.case import Proposed
from workflows.engine.entries import Resumed, Row
from workflows.engine.status import RunStatus
from workflows.errors import UserProblem
from workflows.ports.effects import Refused
from workflows.trigger import Trigger
from workflows.verdicts import Review, Verdict

_MORE = frozenset({Verdict.CHANGES_REQUESTED, Verdict.CHECKS_FAILED})


async def again(ground: Ground, event: Event, asked: Again) -> Outcome:
    meant = await _last(ground, event, asked)
    last = meant.run if meant else None
    if last is not None and last.id == run_id(event.delivery):
        return handled(f"started run {last.id}", run=last.id)
    try:
        makes_way = last is None or last.status.ended or await _makes_way(ground, event, asked, last)
    except Refused as no:
        await ground.say(event, asked.issue, asked.asked, notices.refused(no.decision))
        return refused(no)
    if last is not None and not makes_way:
        await ground.say(event, asked.issue, asked.asked, notices.already_running(last.id))
        return handled(f"run {last.id} is active already")
    if meant is None or last is None or last.status is RunStatus.COMPLETED:
        await ground.say(event, asked.issue, asked.asked, notices.nothing_to_retry(last))
        return handled("there was nothing to try again")
    proposed = meant.proposed
    if proposed is not None and await is_open(ground, event, proposed.pull_request.number):
        return await _go_on(ground, event, asked, meant, proposed)
    # Of a pull request that is over there is nothing to revise: what it was for is done anew.
    earlier = proposed.case.trigger if proposed and last.workflow == "revise" else last.trigger
    words = asked.context if earlier.workflow != "ask" else ""
    trigger = earlier.model_copy(
        update={
            "key": event.delivery,
            "tenant": event.tenant,
            "actor": event.actor,
            "issue": asked.about if asked.about.number == earlier.issue.number else earlier.issue,
            "context": words or earlier.context,
            "options": _options(earlier, asked),
        }
    )
    return await begin(ground, event, trigger, asked.issue, asked.asked)


async def _go_on(ground: Ground, event: Event, asked: Again, meant: Meant, proposed: Proposed) -> Outcome:
    """With what was asked for last. A second pull request beside the open one is what nobody wants."""
    review = _unanswered(meant.rows) or meant.run.trigger.review
    if review is None:
        await ground.say(
            event, asked.issue, asked.asked, notices.waits_for_review(proposed.pull_request.number)
        )
        return handled("answered: its pull request waits for a review")
    said = "\n\n".join(part for part in (review.said, asked.context) if part)
    again = review.model_copy(update={"said": said})
    trigger = await revision(ground, event, proposed, again, event.actor)
    return await begin(ground, event, trigger, asked.issue, asked.asked)


def _unanswered(rows: Sequence[Row]) -> Review | None:
    for row in reversed(rows):
        if isinstance(row.entry, Resumed) and row.entry.path.endswith("/review"):
            review = Review.model_validate(row.entry.payload)
            return review if review.verdict in _MORE else None
    return None


async def _last(ground: Ground, event: Event, asked: Again) -> Meant | None:
    """The newest that was not answered: a question that was is in nobody's way."""
    ours = await of_ours(ground, event, asked)
    if ours is not None:
        return ours
    for run in await ground.store.runs_about(f"{event.tenant.repository}#{asked.issue}", LOOKED_AT):
        answered = run.workflow == "ask" and run.status is RunStatus.COMPLETED
        if not answered or run.id == run_id(event.delivery):
            rows = await ground.store.rows(run.id)
            return Meant(run, rows, await proposed_by(ground, run, rows))
    return None


def _options(earlier: Trigger, asked: Again) -> tuple[tuple[str, str], ...]:
    said = {name for name, _ in asked.options}
    return (*((name, value) for name, value in earlier.options if name not in said), *asked.options)


async def _makes_way(ground: Ground, event: Event, asked: Again, run: Run) -> bool:
    """What began with a wrong idea of the project is not waited for, if it has not proposed anything yet."""
    if not asked.options:
        return False
    if await proposed_by(ground, run, await ground.store.rows(run.id)) is not None:
        return False
    effect = SteerRun(
        key=f"{event.delivery}/stop",
        repository=event.tenant.repository,
        run=run.id,
        signal=Signal.STOP,
        by=event.actor.login,
        reason=f"@{event.actor.login} had it begun anew with other options",
    )
    try:
        await ground.effects.perform(effect, in_passing(event, asked.issue))
    except UserProblem:
        return False  # it has just come to its end by itself, or is not to be stopped
    return True
