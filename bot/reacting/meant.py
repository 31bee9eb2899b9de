"""Which run is meant by what was said: what the journals say counts, and no text that people can edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.evidence import case_of, proposal, readable, shown_test
from bot.messages import notices
from bot.reacting.ground import Ground, Outcome, handled, ignored
from bot.store.port import Run
from handlers.decision import Again, Reply, Resume, Stop
from handlers.events import Event
from workflows.branch import issue_of
from workflows.case import Proposed, Shown
from workflows.engine.entries import Row
from workflows.errors import Gone
from workflows.trigger import Tenant

LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Meant:
    run: Run
    rows: Sequence[Row]
    proposed: Proposed | None = None
    """Its pull request, once the journal has it."""
    test: Shown | None = None
    """What it opened with a failing test alone."""


async def run_meant(ground: Ground, event: Event, said: Resume | Stop | Again | Reply) -> Meant | None:
    """On a pull request of ours the one that opened it, or whichever has gone on with it since; elsewhere
    what is active there, or was."""
    ours = await of_ours(ground, event, said)
    if ours is not None and not ours.run.status.ended:
        return ours
    return await _here(ground, event, said, ours)


async def of_ours(ground: Ground, event: Event, said: Resume | Stop | Again | Reply) -> Meant | None:
    branch = said.branch
    if said.on_pull_request and branch is None:
        branch = await _branch_of(ground, event, said.issue)
    return await opened_from(ground, event, branch or "", said.issue if said.on_pull_request else None)


async def opened_from(ground: Ground, event: Event, branch: str, number: int | None) -> Meant | None:
    """The run that opened a pull request of this number from this branch, or has gone on with it since."""
    issue = issue_of(branch)
    if issue is None:
        return None
    for run in await ground.store.runs_about(f"{event.tenant.repository}#{issue}", LOOKED_AT):
        if run.workflow == "ask":
            continue
        rows = await readable(ground.store, run.id)
        found = Meant(run, rows, await proposed_by(ground, run, rows), shown_test(rows))
        if _opened(found, branch, number):
            return found
    return None


def _opened(found: Meant, branch: str, number: int | None) -> bool:
    if found.proposed is not None:
        same = found.proposed.commit.branch == branch
        return same and number in {None, found.proposed.pull_request.number}
    if found.test is not None:
        pull = found.test.pull_request
        return pull is not None and found.test.case.branch == branch and number in {None, pull.number}
    # It may have opened it in this very moment.
    case = case_of(found.rows)
    return case is not None and case.branch == branch and not found.run.status.ended


async def _branch_of(ground: Ground, event: Event, number: int) -> str:
    """A comment does not say it, and the text of a pull request says what its author likes."""
    try:
        pull = await ground.forge.pull_request(event.tenant, number)
    except Gone:
        return ""
    return pull.branch if pull.from_here else ""


async def _here(
    ground: Ground, event: Event, said: Resume | Stop | Again | Reply, ours: Meant | None
) -> Meant | None:
    runs = await ground.store.runs_about(f"{event.tenant.repository}#{said.issue}", LOOKED_AT)
    work = [run for run in runs if run.workflow != "ask"]
    active = [run for run in (*work, *runs) if not run.status.ended]
    if not active and ours is not None:
        return ours
    for run in (*active, *work, *runs):
        rows = await readable(ground.store, run.id)
        return Meant(run, rows, await proposed_by(ground, run, rows), shown_test(rows))
    return None


async def proposed_by(ground: Ground, run: Run, rows: Sequence[Row]) -> Proposed | None:
    """The pull request as the run left it, or as it was given one to go on with."""
    left = proposal(rows)
    if left is None and run.trigger.proposed:
        try:
            left = Proposed.model_validate_json(await ground.blobs.get(run.trigger.proposed))
        except Gone:
            return None
    return left and _where_it_is(left, run.trigger.tenant)


def _where_it_is(left: Proposed, tenant: Tenant) -> Proposed:
    """In a repository that may have been called otherwise when it was proposed."""
    trigger = left.case.trigger
    if trigger.tenant.repository == tenant.repository:
        return left
    case = left.case.model_copy(update={"trigger": trigger.model_copy(update={"tenant": tenant})})
    return left.model_copy(update={"case": case})


async def nothing(ground: Ground, event: Event, said: Resume | Stop) -> Outcome:
    if said.asked is None:
        return ignored("no run here waits for it")
    await ground.say(event, said.issue, said.asked, notices.nothing_runs())
    return handled("answered: nothing runs here")
