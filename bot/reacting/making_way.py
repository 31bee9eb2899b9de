"""Only the newest commit counts: a run that proves an older one again makes way.

Each looks for itself what is newest when it begins. So one that has looked, and saw what is there now, stays;
of one that has not, nobody knows what it will see.
"""

from __future__ import annotations

from bot import halted
from bot.evidence import standing
from bot.messages import again
from bot.reacting.ground import Ground, Outcome, handled, in_passing
from bot.starting import run_id
from bot.store.port import Run
from handlers.events import Event
from policies.effects import Signal, SteerRun
from workflows.engine.status import RunStatus
from workflows.errors import UserProblem
from workflows.ports.effects import Refused
from workflows.trigger import Trigger

_CAME_TO_NOTHING = frozenset({RunStatus.FAILED, RunStatus.CANCELLED})


async def knows(
    ground: Ground, event: Event, last: Run, trigger: Trigger, place: tuple[str, str, str]
) -> Outcome | None:
    """None where it does not, and is out of the way."""
    if last.id == run_id(trigger.key):
        return handled(f"#{trigger.issue.number} is proved again: run {last.id}", run=last.id)
    saw = standing(await ground.store.rows(last.id))
    if saw is not None and saw.place == place and last.status not in _CAME_TO_NOTHING:
        return handled(f"#{trigger.issue.number}: run {last.id} has seen that", run=last.id)
    if not last.status.ended:
        await _stop(ground, event, last, trigger)
    return None


async def _stop(ground: Ground, event: Event, last: Run, trigger: Trigger) -> None:
    stop = SteerRun(
        key=f"{trigger.key}/stop",
        repository=event.tenant.repository,
        run=last.id,
        signal=Signal.STOP,
        by=event.actor.login,
        reason=again.NEWER,
        is_fact=True,
    )
    try:
        await ground.effects.perform(stop, in_passing(event, trigger.issue.number))
        await halted.end_check(ground.effects, last, trigger, await ground.store.rows(last.id))
    except (UserProblem, Refused):
        pass  # it has just come to its end by itself, or nobody may say so any more
