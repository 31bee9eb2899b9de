"""How much a role may spend on one task."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.errors import ModelProblem


@dataclass(frozen=True, slots=True)
class Budget:
    turns: int = 40
    tokens: int = 1_000_000


class BudgetSpent(ModelProblem):
    """The role used up its turns or tokens without handing anything in."""
