"""Ledger: what the models of a run cost."""

from __future__ import annotations

from typing import Protocol

from workflows.ports.frozen import Frozen


class Spent(Frozen):
    """What the models of a run have cost so far."""

    turns: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float | None = 0.0
    """None when the price of one of them is not known."""


class Ledger(Protocol):
    async def spent(self, run: str) -> Spent:
        """Read off the journal, where each turn of a model is."""
        ...
