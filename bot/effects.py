"""The one door out: gate, then once and only once. Nothing else in the program writes to the outside."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar, cast

from pydantic_core import from_json

from bot.forge import WritableForge
from bot.store.port import NewRun, Store
from policies.effects import Done, Effect, OpenNetwork, RunRef, Signal, StartRun, SteerRun
from policies.facts import Facts
from policies.gate import Gate
from policies.redaction import Redactor
from workflows.engine import signals
from workflows.ports.effects import Refused
from workflows.registry import WORKFLOWS
from workflows.trigger import Trigger

R = TypeVar("R", bound=Done)

log = logging.getLogger("redfirst.effects")


class Door:
    def __init__(
        self,
        gate: Gate,
        forge: WritableForge,
        store: Store,
        new_run: Callable[[StartRun, Trigger], NewRun],
        redact: Redactor,
    ) -> None:
        self._gate = gate
        self._redact = redact
        self._forge = forge
        self._store = store
        self._new_run = new_run

    async def perform(self, effect: Effect[R], trigger: Trigger) -> R:
        effect = effect.reworded(self._redact)
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
        return cast("R", await self._execute(cast("Effect[Done]", effect), trigger))

    async def _facts(self, trigger: Trigger) -> Facts:
        """Asked of GitHub now, each time: permission may have been taken away since the run began."""
        return Facts(
            actor=str(trigger.actor.id),
            permission=await self._forge.permission(trigger.tenant, trigger.actor.login),
            is_bot=trigger.actor.is_bot,
            repository=trigger.tenant.repository,
        )

    async def _execute(self, effect: Effect[Done], trigger: Trigger) -> Done:
        match effect:
            case StartRun():
                run, new = await self._store.create_run(self._new_run(effect, trigger))
                return RunRef(ref=run.id, new=new)
            case SteerRun():
                return await self._steer(effect)
            case OpenNetwork():
                # The sandboxes open it, to whom they are told; it is only said here that they may.
                return Done(ref=effect.key)
            case _:
                return await self._forge.write(trigger.tenant, effect)

    async def _steer(self, effect: SteerRun) -> RunRef:
        if effect.signal is Signal.STOP:
            new = await signals.cancel(self._store, effect.run, by=effect.by, reason=effect.reason)
            return RunRef(ref=effect.run, new=new)
        run = await self._store.run(effect.run)
        tree = WORKFLOWS.find(run.workflow)
        answer = from_json(effect.answer)
        new = await signals.resume(self._store, tree, run.id, answer, by=effect.by, key=effect.key)
        return RunRef(ref=run.id, new=new)
