"""The clock: the oldest issue with the label that is worth a run.

Nobody asks, so nobody is answered: what was passed over, and why, is for the log and the summary of the job.
"""

from __future__ import annotations

from bot.messages import endings
from bot.reacting.beginning import started
from bot.reacting.ground import Ground, Outcome, handled, ignored
from bot.starting import run_id
from handlers.decision import FetchOldest
from handlers.events import Event
from handlers.left_behind import LeftBehind
from workflows.branch import branch_for
from workflows.errors import Gone
from workflows.ports.effects import Refused
from workflows.trigger import Actor, Trigger

MOST_LOOKED_AT = 100
"""Each costs some requests, of which a job's token has a thousand in an hour."""


async def fetch_oldest(ground: Ground, event: Event, asked: FetchOldest) -> Outcome:
    numbers = await ground.forge.labelled(event.tenant, asked.label)
    passed: list[str] = []
    for number in numbers[:MOST_LOOKED_AT]:
        try:
            taken = await _take(ground, event, number, asked.label)
        except Gone as gone:
            taken = gone.sentence
        if isinstance(taken, Outcome):
            return taken.passing(passed)
        passed.append(f"#{number}: {taken}")
    if len(numbers) > MOST_LOOKED_AT:
        passed.append(f"{len(numbers) - MOST_LOOKED_AT} more, which were not looked at")
    return ignored(f"no open issue with the label {asked.label} waits to be worked on").passing(passed)


async def _take(ground: Ground, event: Event, number: int, label: str) -> Outcome | str:
    """Or why not."""
    last = await ground.store.last_run(f"{event.tenant.repository}#{number}")
    if last is not None and last.id == run_id(event.delivery):
        return handled(f"started run {last.id}", run=last.id)
    if last is not None and not last.status.ended:
        return f"run {last.id} is active"
    found = await ground.forge.left_behind(event.tenant, number, label)
    by, branch = found.labelled_by, branch_for(found.issue)
    if by is None:
        return "GitHub does not say who put the label on"
    # It says that this was worked on, wherever that was.
    if await ground.forge.tip(event.tenant, branch):
        return f"there is {branch} already"
    if found.is_done_with:
        return endings.left_so(found.ours)
    try:
        return await _begin(ground, event, found, by)
    except Refused as no:
        return f"@{by.login} put the label on, and {'; '.join(no.decision.reasons)}"


async def _begin(ground: Ground, event: Event, found: LeftBehind, by: Actor) -> Outcome:
    """For whoever put the label on, and with their right: that may be somebody who may not start work."""
    asked = event.model_copy(update={"actor": by})
    trigger = Trigger(
        key=event.delivery,
        tenant=event.tenant,
        actor=by,
        workflow="fix",
        goal=found.issue.title,
        issue=found.issue,
    )
    run = await started(ground, asked, trigger)
    await ground.seen(asked, found.issue.number, None)
    return handled(f"started run {run.ref} for #{found.issue.number}", run=run.ref)
