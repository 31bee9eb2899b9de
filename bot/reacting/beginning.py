"""Runs that are begun because somebody asks for them."""

from __future__ import annotations

from bot.messages import notices
from bot.reacting.ground import Ground, Outcome, handled, ignored, refused
from bot.starting import run_id
from handlers.decision import Asked, Fetch, Start
from handlers.events import Event
from policies.effects import RunRef, StartRun
from workflows.branch import branch_for
from workflows.errors import Gone
from workflows.ports.effects import Refused
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
        await ground.say(event, issue, asked, notices.plans_need_memory())
        return handled("refused: a job cannot wait for an approval")
    if ground.house.in_job and trigger.workflow == "fix":
        # A job knows of no other, but two that were started at once leave but one branch.
        branch = branch_for(trigger.issue)
        if await ground.forge.tip(event.tenant, branch):
            await ground.say(event, issue, asked, notices.branch_is_there(branch))
            return handled(f"refused: there is {branch} already")
    try:
        run = await started(ground, event, trigger)
    except Refused as no:
        if not is_fact:
            await ground.say(event, issue, asked, notices.refused(no.decision))
        return refused(no)
    if run.ref != run_id(trigger.key):
        if not is_fact:
            await ground.say(event, issue, asked, notices.already_running(run.ref))
        return handled(f"run {run.ref} is active already")
    return handled(f"started run {run.ref}", run=run.ref)


async def started(ground: Ground, event: Event, trigger: Trigger) -> RunRef:
    """Refused where the rules do not let them."""
    effect = StartRun(
        key=f"{event.delivery}/start",
        repository=event.tenant.repository,
        workflow=trigger.workflow,
        subject=trigger.subject,
    )
    return await ground.effects.perform(effect, trigger)


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
