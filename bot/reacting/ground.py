"""What every reaction stands on, and how it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.forge import ReadableForge
from bot.store.port import DeliveryState, Store
from handlers.decision import Asked
from handlers.events import Event
from handlers.house import House
from policies.effects import AddReaction, PostComment
from workflows.ports.blobs import Blobs
from workflows.ports.effects import Effects, Refused
from workflows.trigger import IssueSnapshot, Trigger


@dataclass(frozen=True, slots=True)
class Outcome:
    state: DeliveryState
    said: str
    run: str = ""
    """A run that can go on because of it, or that it is held for."""
    after: int = 0
    """The last row of that run when it was held."""
    passed: tuple[str, ...] = ()
    """What the clock passed over before, and why."""

    def passing(self, over: Sequence[str]) -> Outcome:
        return replace(self, passed=tuple(over))


def handled(said: str, run: str = "") -> Outcome:
    return Outcome(DeliveryState.HANDLED, said, run)


def ignored(why: str) -> Outcome:
    return Outcome(DeliveryState.IGNORED, why)


def held(run: str, after: int) -> Outcome:
    """Not now: it is decided again when the run has gone on and rests."""
    return Outcome(DeliveryState.HELD, f"run {run} is at work, and it comes next", run, after)


def refused(no: Refused) -> Outcome:
    return handled(f"refused: {'; '.join(no.decision.reasons)}")


@dataclass(frozen=True, slots=True)
class Ground:
    house: House
    store: Store
    effects: Effects
    forge: ReadableForge
    blobs: Blobs
    config: str = ""
    """What `/agent config` answers."""

    async def say(
        self, event: Event, issue: int, asked: Asked | None, body: str, *, key: str = "reply"
    ) -> None:
        """In the thread, where it was asked on a line of a pull request."""
        comment = PostComment(
            key=f"{event.delivery}/{key}",
            repository=event.tenant.repository,
            issue=issue,
            body=body,
            in_reply_to=asked.comment if asked and asked.in_review else None,
        )
        await self.effects.perform(comment, in_passing(event, issue))

    async def seen(self, event: Event, issue: int, asked: Asked | None) -> None:
        """At once, so that whoever asked knows it was heard."""
        eyes = AddReaction(
            key=f"{event.delivery}/seen",
            repository=event.tenant.repository,
            issue=issue,
            comment=asked.comment if asked else None,
            in_review=asked.in_review if asked else False,
        )
        await self.effects.perform(eyes, in_passing(event, issue))


def in_passing(event: Event, issue: int) -> Trigger:
    """Why something small is done that is no run."""
    return Trigger(
        key=event.delivery,
        tenant=event.tenant,
        actor=event.actor,
        workflow="",
        goal="",
        issue=IssueSnapshot(number=issue, title=""),
    )
