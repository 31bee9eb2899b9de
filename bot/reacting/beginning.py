"""Runs that are begun: asked for now, or looked for."""

from __future__ import annotations

from bot import messages
from bot.reacting.ground import Ground, Outcome, handled, ignored, refused
from bot.starting import run_id
from handlers.decision import Asked, Fetch, FetchOldest, Start
from handlers.events import Event
from policies.effects import StartRun
from workflows.branch import branch_for
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


async def begin(
    ground: Ground,
    event: Event,
    trigger: Trigger,
    issue: int,
    asked: Asked | None,
    *,
    is_fact: bool = False,
) -> Outcome:
    """A fact asks for nothing, and is nobody to answer."""
    if not is_fact:
        await ground.seen(event, issue, asked)
    if ground.house.in_job and trigger.has("plan"):
        await ground.say(event, issue, asked, messages.plans_need_memory())
        return handled("refused: a job cannot wait for an approval")
    if ground.house.in_job and trigger.workflow == "fix":
        # A job knows of no other, but two that were started at once leave but one branch.
        branch = branch_for(trigger.issue)
        if await ground.forge.tip(event.tenant, branch):
            await ground.say(event, issue, asked, messages.branch_is_there(branch))
            return handled(f"refused: there is {branch} already")
    effect = StartRun(
        key=f"{event.delivery}/start",
        repository=event.tenant.repository,
        workflow=trigger.workflow,
        subject=trigger.subject,
    )
    try:
        run = await ground.effects.perform(effect, trigger)
    except Refused as no:
        if not is_fact:
            await ground.say(event, issue, asked, messages.refused(no.decision))
        return refused(no)
    if run.ref != run_id(trigger.key):
        if not is_fact:
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
