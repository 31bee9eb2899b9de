"""Runs that are told something: a review, an opinion about a plan, or to stop."""

from __future__ import annotations

from bot import messages
from bot.evidence import proposal, shown_plan
from bot.reacting.beginning import begin
from bot.reacting.ground import Ground, Outcome, handled, ignored, in_passing
from bot.store.port import Run
from handlers.decision import Resume, Stop
from handlers.events import Event
from policies.effects import PostComment, RemoveBranch, Signal, SteerRun
from workflows.case import Proposed
from workflows.engine.entries import Cancelled, Row
from workflows.errors import Gone, UserProblem
from workflows.ports import Refused
from workflows.review import Opinion, PlanReview, Review, Verdict
from workflows.steps.common import STICKY

SHORTEST_DIGEST = 7


async def resume(ground: Ground, event: Event, told: Resume) -> Outcome:
    run = await _run(ground, event, told)
    if run is None:
        return await _nothing(ground, event, told)
    rows = await ground.store.rows(run.id)
    if isinstance(told.answer, PlanReview):
        if run.status.ended:
            return await _nothing(ground, event, told)
        shown = shown_plan(rows)
        if shown is None or not _is_of(told.answer, shown):
            said = messages.other_plan(shown) if shown else messages.no_plan_waits()
            await ground.say(event, told.issue, told.asked, said)
            return handled(f"answered: not the plan of run {run.id}")
        whole = told.answer.model_copy(update={"digest": shown})
        return await _tell(ground, event, told.model_copy(update={"answer": whole}), run)
    proposed = proposal(rows)
    if proposed is None or not _is_about(proposed, told, told.answer):
        return ignored(f"run {run.id} is not about this pull request, or has gone on since")
    if run.status.ended and told.answer.verdict is Verdict.CHANGES_REQUESTED:
        return await _revise(ground, event, told, told.answer, proposed)
    return await _tell(ground, event, told, run)


async def stop(ground: Ground, event: Event, asked: Stop) -> Outcome:
    run = await _run(ground, event, asked)
    if run is None:
        return await _nothing(ground, event, asked)
    rows = await ground.store.rows(run.id)
    if run.status.ended and not _stopped_so(rows, asked):
        return await _nothing(ground, event, asked)
    proposed = proposal(rows)
    if asked.closed and (proposed is None or proposed.pull_request.number != asked.issue):
        return ignored(f"run {run.id} is not about this pull request")
    if asked.only_plan and shown_plan(rows) is None:
        return await _nothing(ground, event, asked)
    effect = SteerRun(
        key=f"{event.delivery}/stop",
        repository=event.tenant.repository,
        run=run.id,
        signal=Signal.STOP,
        by=event.actor.login,
        reason=asked.reason,
        is_fact=asked.closed,
    )
    if not asked.closed:
        await ground.seen(event, asked.issue, asked.asked)
    try:
        await ground.effects.perform(effect, in_passing(event, asked.issue))
    except Refused as refused:
        await ground.say(event, asked.issue, asked.asked, messages.refused(refused.decision))
        return handled(f"refused: {'; '.join(refused.decision.reasons)}")
    said = messages.stopped(run.id, asked.reason)
    await _show(ground, event, run, said)
    if asked.closed and proposed is not None:
        await _remove(ground, event, run, proposed)
    return handled(f"cancelled run {run.id}")


async def _run(ground: Ground, event: Event, said: Resume | Stop) -> Run | None:
    """The name of a run stood in a text that others can edit; it may only be one of this repository."""
    if not said.run:
        return await ground.store.last_run(f"{event.tenant.repository}#{said.issue}")
    try:
        run = await ground.store.run(said.run)
    except Gone:
        return None
    return run if run.trigger.tenant.repository == event.tenant.repository else None


def _stopped_so(rows: list[Row], asked: Stop) -> bool:
    """By this very word, before we were interrupted in what follows from it."""
    last = rows[-1].entry
    return isinstance(last, Cancelled) and last.reason == asked.reason


def _is_about(proposed: Proposed, told: Resume, review: Review) -> bool:
    if review.verdict is Verdict.CHECKS_FAILED:
        return proposed.commit.sha == review.sha
    return proposed.pull_request.number == told.issue


def _is_of(answer: PlanReview, shown: str) -> bool:
    """Only what was shown last can be approved; the first few characters will do."""
    if answer.opinion is not Opinion.APPROVE:
        return True
    return len(answer.digest) >= SHORTEST_DIGEST and shown.startswith(answer.digest)


async def _tell(ground: Ground, event: Event, told: Resume, run: Run) -> Outcome:
    if not told.is_fact:
        await ground.seen(event, told.issue, told.asked)
    effect = SteerRun(
        key=event.delivery,
        repository=event.tenant.repository,
        run=run.id,
        signal=Signal.ANSWER,
        by=told.answer.by,
        answer=told.answer.model_dump_json(),
        is_fact=told.is_fact,
    )
    try:
        await ground.effects.perform(effect, in_passing(event, told.issue))
    except Refused as refused:
        if told.asked is not None:
            await ground.say(event, told.issue, told.asked, messages.refused(refused.decision))
        return handled(f"refused: {'; '.join(refused.decision.reasons)}")
    except UserProblem as problem:
        if told.asked is None:
            return ignored(problem.sentence)
        await ground.say(event, told.issue, told.asked, messages.not_now(problem.sentence, run))
        return handled(f"answered: {problem.sentence}")
    return handled(f"resumed run {run.id}", run=run.id)


async def _revise(ground: Ground, event: Event, told: Resume, review: Review, proposed: Proposed) -> Outcome:
    """The run has ended, its pull request has not: another run goes on with it."""
    trigger = proposed.case.trigger.model_copy(
        update={
            "key": event.delivery,
            "tenant": event.tenant,
            "actor": event.actor,
            "workflow": "revise",
            "context": review.said,
            "proposed": await ground.blobs.put(proposed.model_dump_json().encode()),
            "review": review,
        }
    )
    return await begin(ground, event, trigger, told.issue, told.asked)


async def _nothing(ground: Ground, event: Event, said: Resume | Stop) -> Outcome:
    if said.asked is None:
        return ignored("no run here waits for it")
    await ground.say(event, said.issue, said.asked, messages.nothing_runs())
    return handled("answered: nothing runs here")


async def _show(ground: Ground, event: Event, run: Run, said: str) -> None:
    """In the one comment that people watch; the run itself says nothing any more."""
    comment = PostComment(
        key=f"{event.delivery}/stopped",
        repository=event.tenant.repository,
        issue=run.trigger.issue.number,
        body=said,
        sticky=STICKY,
    )
    await ground.effects.perform(comment, run.trigger)


async def _remove(ground: Ground, event: Event, run: Run, proposed: Proposed) -> None:
    branch = RemoveBranch(
        key=f"{event.delivery}/branch",
        repository=event.tenant.repository,
        branch=proposed.commit.branch,
        sha=proposed.commit.sha,
    )
    try:
        await ground.effects.perform(branch, run.trigger)
    except Refused as refused:
        await ground.say(event, run.trigger.issue.number, None, messages.refused(refused.decision))
