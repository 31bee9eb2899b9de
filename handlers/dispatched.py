"""Started by hand, or by the clock: the inputs name the issue, or the oldest one with the label is taken."""

from __future__ import annotations

from handlers.decision import Decision, Fetch, FetchOldest, Ignore
from handlers.events import Dispatched, Scheduled
from handlers.grammar import COMMAND, Command, parse
from handlers.house import House

_ABOUT_ISSUES = frozenset({"fix", "plan", "repro", "ask"})


def decide(event: Dispatched | Scheduled, house: House) -> Decision:
    if not house.in_job:
        # Any workflow may have an input that is called like ours.
        return Ignore(reason="workflows and schedules start us inside their job")
    if isinstance(event, Scheduled):
        return FetchOldest(label=house.label)
    command = parse(f"{COMMAND} {event.command or 'fix'}")
    if not isinstance(command, Command) or command.verb not in _ABOUT_ISSUES:
        known = ", ".join(sorted(_ABOUT_ISSUES))
        return Ignore(reason=f"`{event.command}` is nothing to start by hand; there are {known}")
    is_plan = command.verb == "plan"
    return Fetch(
        issue=event.issue,
        workflow="fix" if is_plan else command.verb,
        context=command.context,
        options=(*command.options, ("plan", "")) if is_plan else command.options,
    )
