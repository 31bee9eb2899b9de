"""Runs that are told something: a review, or an opinion about a plan. What comes while one works is held."""

from __future__ import annotations

from bot.evidence import shown_plan
from bot.messages import notices
from bot.reacting import afterwards, stopping
from bot.reacting.checks import was_worked_on
from bot.reacting.ground import Ground, Outcome, handled, held, ignored, in_passing, refused
from bot.reacting.meant import Meant, nothing, of_ours, run_meant
from bot.starting import run_id
from handlers.decision import Resume
from handlers.events import Event
from policies.effects import Signal, SteerRun
from workflows.engine.entries import Resumed
from workflows.engine.status import RunStatus
from workflows.errors import UserProblem
from workflows.ports.effects import Refused
from workflows.verdicts import Opinion, PlanReview, Review, Verdict

SHORTEST_DIGEST = 7


async def resume(ground: Ground, event: Event, told: Resume) -> Outcome:
    if isinstance(told.answer, PlanReview):
        return await _about_a_plan(ground, event, told, told.answer)
    meant = await of_ours(ground, event, told)
    if meant is None:
        return await _not_ours(ground, event, told)
    review, run = told.answer, meant.run
    if _was_told(meant, event):
        return handled(f"resumed run {run.id}", run=run.id)
    if review.verdict is Verdict.CHECKS_FAILED and not _is_of_the_last_commit(meant, review):
        if meant.proposed is not None and not _is_at_work(meant):
            return ignored(f"run {run.id} has gone on since")
        return held(run.id, meant.rows[-1].seq)
    if review.verdict is Verdict.CHECKS_FAILED and was_worked_on(meant, review):
        return ignored(f"run {run.id} was told of this commit before")
    # A merge may have ended the run itself, and then was interrupted.
    if review.verdict is not Verdict.MERGED and (meant.test is not None or run.status.ended):
        return await afterwards.told(ground, event, told, review, meant)
    return await _tell(ground, event, told, meant)


async def _about_a_plan(ground: Ground, event: Event, told: Resume, answer: PlanReview) -> Outcome:
    meant = await run_meant(ground, event, told)
    if meant is not None and _was_told(meant, event):
        return handled(f"resumed run {meant.run.id}", run=meant.run.id)
    if meant is None or meant.run.status.ended:
        return await nothing(ground, event, told)
    shown = shown_plan(meant.rows)
    if shown is None or not _is_of(answer, shown):
        said = notices.other_plan(shown) if shown else notices.no_plan_waits()
        await ground.say(event, told.issue, told.asked, said)
        return handled(f"answered: not the plan of run {meant.run.id}")
    whole = answer.model_copy(update={"digest": shown})
    return await _tell(ground, event, told.model_copy(update={"answer": whole}), meant)


async def _not_ours(ground: Ground, event: Event, told: Resume) -> Outcome:
    if told.asked is None:
        return ignored("the pull request is not one of ours")
    await ground.say(event, told.issue, told.asked, notices.not_here("revise"))
    return handled("answered: not here")


def _was_told(meant: Meant, event: Event) -> bool:
    """Before we were interrupted in what follows from it."""
    if meant.run.id == run_id(event.delivery):
        return True
    return any(isinstance(row.entry, Resumed) and row.entry.key == event.delivery for row in meant.rows)


def _is_at_work(meant: Meant) -> bool:
    return meant.run.status in {RunStatus.QUEUED, RunStatus.RUNNING}


def _is_of_the_last_commit(meant: Meant, review: Review) -> bool:
    return meant.proposed is not None and meant.proposed.commit.sha == review.sha


def _is_of(answer: PlanReview, shown: str) -> bool:
    """Only what was shown last can be approved; the first few characters will do."""
    if answer.opinion is not Opinion.APPROVE:
        return True
    return len(answer.digest) >= SHORTEST_DIGEST and shown.startswith(answer.digest)


async def _tell(ground: Ground, event: Event, told: Resume, meant: Meant) -> Outcome:
    run = meant.run
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
    except Refused as no:
        if told.asked is not None:
            await ground.say(event, told.issue, told.asked, notices.refused(no.decision))
        return refused(no)
    except UserProblem as problem:
        if isinstance(told.answer, Review) and told.answer.verdict is Verdict.MERGED:
            return await stopping.merged(ground, event, told, run, problem.sentence)
        if told.asked is not None:
            await ground.say(event, told.issue, told.asked, notices.comes_next(run), key="next")
        return held(run.id, meant.rows[-1].seq)
    return handled(f"resumed run {run.id}", run=run.id)
