"""The gate: an effect and the facts in, a decision out. No answer is no."""

from __future__ import annotations

from policies.bundle import Bundle
from policies.decision import Decision, Verdict
from policies.effects import Done, Effect
from policies.facts import Facts


class Gate:
    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    @property
    def digest(self) -> str:
        """Names the rules in force, so that an approval given under others is void."""
        return self._bundle.digest

    def decide(self, effect: Effect[Done], facts: Facts) -> Decision:
        if effect.repository != facts.repository:
            return Decision(
                verdict=Verdict.DENY,
                reasons=(f"the effect is for {effect.repository}, the work is for {facts.repository}",),
            )
        return self._bundle.ask(effect.kind(), facts, effect.context())
