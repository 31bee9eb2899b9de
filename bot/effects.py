"""The one door out: gate, then once and only once. Nothing else in the program writes to the outside."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from bot.forge import WritableForge
from bot.store.port import NewRun, Store
from policies.effects import (
    AddReaction,
    Done,
    Effect,
    OpenPullRequest,
    PostComment,
    PushCommit,
    RunRef,
    StartRun,
)
from policies.facts import Facts
from policies.gate import Gate
from workflows.ports import Refused
from workflows.trigger import Trigger

R = TypeVar("R", bound=Done)

log = logging.getLogger("redfirst.effects")


class Door:
    def __init__(
        self, gate: Gate, forge: WritableForge, store: Store, new_run: Callable[[StartRun, Trigger], NewRun]
    ) -> None:
        self._gate = gate
        self._forge = forge
        self._store = store
        self._new_run = new_run

    async def perform(self, effect: Effect[R], trigger: Trigger) -> R:
        facts = await self._facts(trigger)
        decision = self._gate.decide(effect, facts)
        log.info(
            "%s %s for %s: %s (%s)",
            effect.kind(),
            effect.key,
            trigger.actor.login,
            decision.verdict,
            ", ".join(decision.rules) or "no rule",
        )
        if not decision.allowed:
            raise Refused(effect.kind(), decision)
        return cast("R", await self._execute(effect, trigger))

    async def _facts(self, trigger: Trigger) -> Facts:
        """Asked of GitHub now, each time: permission may have been taken away since the run began."""
        return Facts(
            actor=str(trigger.actor.id),
            permission=await self._forge.permission(trigger.tenant, trigger.actor.login),
            is_bot=trigger.actor.is_bot,
            repository=trigger.tenant.repository,
        )

    def _execute(self, effect: Effect[Done], trigger: Trigger) -> Awaitable[Done]:
        tenant = trigger.tenant
        match effect:
            case StartRun():
                return self._start(effect, trigger)
            case PostComment():
                return self._forge.post_comment(tenant, effect)
            case AddReaction():
                return self._forge.add_reaction(tenant, effect)
            case PushCommit():
                return self._forge.push_commit(tenant, effect)
            case OpenPullRequest():
                return self._forge.open_pull_request(tenant, effect)
            case _:
                raise TypeError(f"nobody performs {effect.kind()}")

    async def _start(self, effect: StartRun, trigger: Trigger) -> RunRef:
        run, new = await self._store.create_run(self._new_run(effect, trigger))
        return RunRef(ref=run.id, new=new)
