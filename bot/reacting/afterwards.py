"""What is said about a pull request of ours whose run has ended: it is open, so it still counts."""

from __future__ import annotations

from bot.messages import notices
from bot.messages.words import Messages
from bot.reacting.beginning import begin
from bot.reacting.ground import Ground, Outcome, handled, ignored, in_passing, refused
from bot.reacting.meant import Meant
from handlers.decision import Resume
from handlers.events import Event
from policies.effects import MarkReady, PostComment
from workflows.case import Proposed
from workflows.errors import Gone
from workflows.ports.effects import Refused
from workflows.progress import Progress, Stage
from workflows.steps.common import STICKY
from workflows.trigger import Actor, Trigger
from workflows.verdicts import Review, Verdict


async def told(ground: Ground, event: Event, told: Resume, review: Review, meant: Meant) -> Outcome:
    match review.verdict:
        case Verdict.APPROVED:
            return await _mark_ready(ground, event, told, meant)
        case Verdict.CHANGES_REQUESTED if meant.proposed is not None:
            return await begin(
                ground,
                event,
                await revision(ground, event, meant.proposed, review, event.actor),
                told.issue,
                told.asked,
            )
        case Verdict.CHANGES_REQUESTED:
            issue = meant.run.trigger.issue.number
            await ground.say(event, told.issue, told.asked, notices.only_a_test(issue))
            return handled("answered: it holds a test alone")
        case Verdict.CHECKS_FAILED if meant.proposed is not None:
            return await _mend(ground, event, review, meant.proposed)
        case _:
            return ignored(f"run {meant.run.id} has ended ({meant.run.status})")


async def revision(ground: Ground, event: Event, proposed: Proposed, review: Review, actor: Actor) -> Trigger:
    """Another run goes on with the pull request."""
    return proposed.case.trigger.model_copy(
        update={
            "key": event.delivery,
            "tenant": event.tenant,
            "actor": actor,
            "workflow": "revise",
            "context": review.said,
            "proposed": await ground.blobs.put(proposed.model_dump_json().encode()),
            "review": review,
        }
    )


async def is_open(ground: Ground, event: Event, number: int) -> bool:
    try:
        return (await ground.forge.pull_request(event.tenant, number)).is_open
    except Gone:
        return False


async def _mend(ground: Ground, event: Event, review: Review, proposed: Proposed) -> Outcome:
    """With the right of whoever asked for the fix: checks ask for nothing, and are nobody to answer."""
    number = proposed.pull_request.number
    if not await is_open(ground, event, number):
        return ignored(f"#{number} is over")
    trigger = await revision(ground, event, proposed, review, proposed.case.trigger.actor)
    return await begin(ground, event, trigger, number, None, is_fact=True)


async def _mark_ready(ground: Ground, event: Event, told: Resume, meant: Meant) -> Outcome:
    await ground.seen(event, told.issue, told.asked)
    number, repository = told.issue, event.tenant.repository
    ready = MarkReady(key=f"{event.delivery}/ready", repository=repository, number=number)
    try:
        await ground.effects.perform(ready, in_passing(event, number))
    except Refused as no:
        return refused(no)
    said = Progress(run=meant.run.id, stage=Stage.DONE, pull_request=number, verdict=Verdict.APPROVED.value)
    comment = PostComment(
        key=f"{event.delivery}/approved",
        repository=repository,
        issue=meant.run.trigger.issue.number,
        body=Messages().progress(said),
        sticky=STICKY,
    )
    await ground.effects.perform(comment, meant.run.trigger)
    return handled(f"#{number} is marked as ready")
