"""Runs that are begun: asked for now, asked for again, or looked for."""

from __future__ import annotations

from bot import messages
from bot.reacting.ground import Ground, Outcome, handled, ignored
from bot.starting import run_id
from bot.store.port import Run
from handlers.decision import Again, Asked, Fetch, FetchOldest, Start
from handlers.events import Event
from policies.effects import StartRun
from workflows.branch import branch_for
from workflows.engine.status import RunStatus
from workflows.errors import Gone
from workflows.ports import Refused
from workflows.trigger import Trigger


async def start(ground: Ground, event: Event, asked: Start) -> Outcome:
    trigger = Trigger(
        key=event.delivery,
        tenant=event.tenant,
        actor=event.actor,
        workflow=asked.workflow,
        goal=asked.goal,
        issue=asked.about,
        on_pull_request=asked.on_pull_request,
        context=asked.context,
        options=asked.options,
        place=asked.place,
    )
    return await begin(ground, event, trigger, asked.issue, asked.asked)


async def begin(ground: Ground, event: Event, trigger: Trigger, issue: int, asked: Asked | None) -> Outcome:
    await ground.seen(event, issue, asked)
    if ground.house.in_job and trigger.has("plan"):
        await ground.say(event, issue, asked, messages.plans_need_memory())
        return handled("refused: a job cannot wait for an approval")
    effect = StartRun(
        key=f"{event.delivery}/start",
        repository=event.tenant.repository,
        workflow=trigger.workflow,
        subject=trigger.subject,
    )
    try:
        run = await ground.effects.perform(effect, trigger)
    except Refused as refused:
        await ground.say(event, issue, asked, messages.refused(refused.decision))
        return handled(f"refused: {'; '.join(refused.decision.reasons)}")
    if run.ref != run_id(trigger.key):
        await ground.say(event, issue, asked, messages.already_running(run.ref))
        return handled(f"run {run.ref} is active already")
    return handled(f"started run {run.ref}", run=run.ref)


async def fetch(ground: Ground, event: Event, asked: Fetch) -> Outcome:
    try:
        about = await ground.forge.issue(event.tenant, asked.issue)
    except Gone as gone:
        return ignored(gone.sentence)
    found = Start(
        issue=about.number,
        workflow=asked.workflow,
        goal=about.title,
        about=about,
        context=asked.context,
        options=asked.options,
    )
    return await start(ground, event, found)


async def fetch_oldest(ground: Ground, event: Event, asked: FetchOldest) -> Outcome:
    """A branch of ours says that an issue was worked on, wherever that was."""
    for number in await ground.forge.labelled(event.tenant, asked.label):
        about = await ground.forge.issue(event.tenant, number)
        last = await ground.store.last_run(f"{event.tenant.repository}#{number}")
        if last is not None and last.id == run_id(event.delivery):
            return handled(f"started run {last.id}", run=last.id)
        if last is not None:
            continue
        if await ground.forge.tip(event.tenant, branch_for(about)):
            continue
        return await start(ground, event, Start(issue=number, workflow="fix", goal=about.title, about=about))
    return ignored(f"no open issue with the label {asked.label} waits to be worked on")


async def again(ground: Ground, event: Event, asked: Again) -> Outcome:
    last = await _last(ground, f"{event.tenant.repository}#{asked.about.number}")
    if last is not None and last.id == run_id(event.delivery):
        return handled(f"started run {last.id}", run=last.id)
    if last is not None and not last.status.ended:
        await ground.say(event, asked.issue, asked.asked, messages.already_running(last.id))
        return handled(f"run {last.id} is active already")
    if last is None or last.status is RunStatus.COMPLETED:
        await ground.say(event, asked.issue, asked.asked, messages.nothing_to_retry(last))
        return handled("there was nothing to try again")
    trigger = last.trigger.model_copy(
        update={
            "key": event.delivery,
            "tenant": event.tenant,
            "actor": event.actor,
            "issue": asked.about,
            "context": asked.context or last.trigger.context,
        }
    )
    return await begin(ground, event, trigger, asked.issue, asked.asked)


async def _last(ground: Ground, here: str) -> Run | None:
    """Questions are counted apart, and are tried again as well."""
    found = [await ground.store.last_run(subject) for subject in (here, f"{here}/ask")]
    return max((run for run in found if run is not None), key=lambda run: run.created_at, default=None)
