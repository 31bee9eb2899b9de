"""Pull requests of ours that are proved again, since they or their base have another commit."""

from __future__ import annotations

from dataclasses import dataclass

from bot.reacting.ground import Ground, Outcome, handled, held, ignored
from bot.reacting.making_way import knows
from bot.reacting.meant import Meant, opened_from
from handlers.decision import ProveAgain, ProveAllAgain
from handlers.events import Event
from policies.effects import StartRun
from workflows.case import Proposed
from workflows.engine.status import RunStatus
from workflows.errors import Gone
from workflows.ports.effects import Refused
from workflows.ports.forge import PullRequest
from workflows.proof.statement import Proof
from workflows.trigger import IssueSnapshot, Trigger

MOST = 50
"""Of one push. Who has more pull requests of ours open than that will not look at them today."""

_AT_WORK = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})


@dataclass(frozen=True, slots=True)
class _Now:
    """A pull request of ours, and what would be merged of it at this moment."""

    pull: PullRequest
    proposed: Proposed
    place: tuple[str, str, str]


async def one(ground: Ground, event: Event, asked: ProveAgain) -> Outcome:
    meant = await opened_from(ground, event, asked.branch, asked.number)
    if meant is None:
        return ignored("the pull request is not one of ours")
    if meant.run.status in _AT_WORK:
        # It may be its own commit; else it is proved again once the run has had its say.
        return held(meant.run.id, meant.rows[-1].seq)
    if meant.proposed is None:
        return ignored("it holds a test alone, and no proof")
    try:
        pull = await ground.forge.pull_request(event.tenant, asked.number)
    except Gone as gone:
        return ignored(gone.sentence)
    if not pull.is_open or not pull.from_here:
        return ignored(f"#{pull.number} is over")
    base = await ground.forge.tip(event.tenant, pull.base_branch)
    return await _prove(ground, event, await _now(ground, event, pull, meant.proposed, base))


async def all_on(ground: Ground, event: Event, asked: ProveAllAgain) -> Outcome:
    """Those that cost least first: most of them have their answer soonest so."""
    found: list[tuple[float, PullRequest, Proposed]] = []
    for pull in await ground.forge.open_on(event.tenant, asked.base):
        meant = await _opened(ground, event, pull)
        if meant is not None and meant.proposed is not None:
            found.append((await _cost(ground, meant.proposed), pull, meant.proposed))
    if not found:
        return ignored(f"no pull request of ours is for {asked.base}")
    base = await ground.forge.tip(event.tenant, asked.base)
    outcomes: list[Outcome] = []
    for _, pull, proposed in sorted(found, key=lambda each: each[0])[:MOST]:
        outcomes.append(await _prove(ground, event, await _now(ground, event, pull, proposed, base)))
    left = f"; {len(found) - MOST} more are left as they are" if len(found) > MOST else ""
    run = next((outcome.run for outcome in outcomes if outcome.run), "")
    return handled("; ".join(outcome.said for outcome in outcomes) + left, run=run)


async def _opened(ground: Ground, event: Event, pull: PullRequest) -> Meant | None:
    return await opened_from(ground, event, pull.branch, pull.number) if pull.from_here else None


async def _now(ground: Ground, event: Event, pull: PullRequest, proposed: Proposed, base: str) -> _Now:
    head = await ground.forge.tip(event.tenant, pull.branch)
    return _Now(pull, proposed, (head, pull.base_branch, base))


async def _cost(ground: Ground, proposed: Proposed) -> float:
    """In seconds of sandboxes, as it was the last time."""
    try:
        proof = Proof.model_validate_json(await ground.blobs.get(proposed.proof))
    except Gone:
        return 0.0
    return sum((*proof.red.seconds, *proof.green.seconds, *proof.suite.seconds))


async def _prove(ground: Ground, event: Event, now: _Now) -> Outcome:
    pull, case = now.pull, now.proposed.case
    if now.place == (now.proposed.commit.sha, case.base_branch, case.base_sha):
        return ignored(f"#{pull.number} is as it was proven")
    trigger = await _trigger(ground, event, now)
    for last in await ground.store.runs_about(trigger.about, 1):
        known = await knows(ground, event, last, trigger, now.place)
        if known is not None:
            return known
    start = StartRun(
        key=f"{trigger.key}/start",
        repository=event.tenant.repository,
        workflow=trigger.workflow,
        subject=trigger.subject,
    )
    try:
        run = await ground.effects.perform(start, trigger)
    except Refused as no:
        return handled(f"#{pull.number}: refused: {'; '.join(no.decision.reasons)}")
    return handled(f"#{pull.number} is proved again: run {run.ref}", run=run.ref)


async def _trigger(ground: Ground, event: Event, now: _Now) -> Trigger:
    """With the right of whoever asked for the fix: a push asks for nothing."""
    pull = now.pull
    return now.proposed.case.trigger.model_copy(
        update={
            "key": f"{event.delivery}/proof/{pull.number}",
            "tenant": event.tenant,
            "workflow": "reverify",
            "goal": f"#{pull.number} is still proven",
            "issue": IssueSnapshot(number=pull.number, title=pull.title, author=pull.author, url=pull.url),
            "on_pull_request": True,
            "context": "",
            "place": None,
            "review": None,
            "proposed": await ground.blobs.put(now.proposed.model_dump_json().encode()),
        }
    )
