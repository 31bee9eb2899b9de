"""What is done about a delivery: the handler decides, the one door acts. Doing it twice is doing it once."""

from __future__ import annotations

from dataclasses import dataclass

from bot import messages
from bot.evidence import proposal
from bot.github.payloads import Unread, read
from bot.starting import run_id
from bot.store.port import Delivery, DeliveryState, Store
from handlers import router
from handlers.decision import Cancel, Decision, Ignore, Reply, Resume, Start
from handlers.events import Event
from handlers.house import House
from policies.effects import AddReaction, PostComment, StartRun
from workflows.engine import signals
from workflows.errors import Gone, UserProblem
from workflows.ports import Effects, Refused
from workflows.registry import WORKFLOWS
from workflows.trigger import IssueSnapshot, Trigger


@dataclass(frozen=True, slots=True)
class Outcome:
    state: DeliveryState
    said: str
    run: str = ""
    """A run that can go on because of it."""


@dataclass(frozen=True, slots=True)
class Reactions:
    house: House
    store: Store
    effects: Effects

    async def to(self, delivery: Delivery) -> Outcome:
        try:
            event = read(delivery.id, delivery.event, delivery.payload)
        except Unread as unread:
            return Outcome(DeliveryState.IGNORED, str(unread))
        return await self.act(event, router.decide(event, self.house))

    async def act(self, event: Event, decision: Decision) -> Outcome:
        match decision:
            case Ignore(reason=reason):
                return Outcome(DeliveryState.IGNORED, reason)
            case Start():
                return await self._start(event, decision)
            case Reply():
                return await self._reply(event, decision)
            case Resume() | Cancel():
                return await self._signal(event, decision)

    async def _start(self, event: Event, start: Start) -> Outcome:
        trigger = Trigger(
            key=event.delivery,
            tenant=event.tenant,
            actor=event.actor,
            workflow=start.workflow,
            goal=start.goal,
            issue=start.issue,
            context=start.context,
        )
        effect = StartRun(
            key=f"{event.delivery}/start",
            repository=event.tenant.repository,
            workflow=start.workflow,
            subject=trigger.subject,
        )
        try:
            run = await self.effects.perform(effect, trigger)
        except Refused as refused:
            await self._say(event, trigger, messages.refused(refused.decision))
            return Outcome(DeliveryState.HANDLED, f"refused: {'; '.join(refused.decision.reasons)}")
        if run.ref != run_id(trigger.key):
            await self._say(event, trigger, messages.already_running(run.ref))
            return Outcome(DeliveryState.HANDLED, f"run {run.ref} is active already")
        seen = AddReaction(
            key=f"{event.delivery}/seen",
            repository=event.tenant.repository,
            issue=start.issue.number,
            comment=start.comment,
        )
        await self.effects.perform(seen, trigger)
        return Outcome(DeliveryState.HANDLED, f"started run {run.ref}", run=run.ref)

    async def _reply(self, event: Event, reply: Reply) -> Outcome:
        issue = IssueSnapshot(number=reply.issue, title="")
        trigger = Trigger(
            key=event.delivery,
            tenant=event.tenant,
            actor=event.actor,
            workflow="",
            goal=reply.topic,
            issue=issue,
        )
        run = await self.store.last_run(trigger.subject)
        await self._say(event, trigger, messages.reply(reply, run))
        return Outcome(DeliveryState.HANDLED, f"answered: {reply.topic}")

    async def _say(self, event: Event, trigger: Trigger, body: str) -> None:
        comment = PostComment(
            key=f"{event.delivery}/reply",
            repository=event.tenant.repository,
            issue=trigger.issue.number,
            body=body,
        )
        await self.effects.perform(comment, trigger)

    async def _signal(self, event: Event, signal: Resume | Cancel) -> Outcome:
        try:
            run = await self.store.run(signal.run)
        except Gone as gone:
            return Outcome(DeliveryState.IGNORED, gone.sentence)
        # The run's name stood in a text that others can edit; it may only be one of this repository.
        if run.trigger.tenant.repository != event.tenant.repository:
            return Outcome(DeliveryState.IGNORED, f"run {signal.run} is not of this repository")
        by = event.actor.login
        try:
            if isinstance(signal, Cancel):
                await signals.cancel(self.store, run.id, by=by, reason=signal.reason)
                return Outcome(DeliveryState.HANDLED, f"cancelled run {run.id}")
            proposed = proposal(await self.store.rows(run.id))
            if proposed is None or proposed.pull_request.number != signal.pull_request:
                return Outcome(DeliveryState.IGNORED, f"run {run.id} did not open #{signal.pull_request}")
            tree = WORKFLOWS.find(run.workflow)
            await signals.resume(self.store, tree, run.id, signal.answer, by=by, key=event.delivery)
        except UserProblem as problem:
            return Outcome(DeliveryState.IGNORED, problem.sentence)
        return Outcome(DeliveryState.HANDLED, f"resumed run {run.id}", run=run.id)
