"""Effects: the one door out."""

from __future__ import annotations

from typing import Protocol, TypeVar

from policies.decision import Decision
from policies.effects import Done, Effect
from workflows.errors import Problem, Who
from workflows.trigger import Trigger

R = TypeVar("R", bound=Done)


class Refused(Problem):
    """The gate said no, or ask where nobody can be asked. The decision says why."""

    who = Who.USER

    def __init__(self, kind: str, decision: Decision) -> None:
        super().__init__(f"{kind} was refused: {'; '.join(decision.reasons)}")
        self.decision = decision


class Effects(Protocol):
    async def perform(self, effect: Effect[R], trigger: Trigger) -> R:
        """Gate, then once and only once; Refused says what the rules said."""
        ...
