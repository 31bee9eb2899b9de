"""What runs cost, read off the journal: each turn of a model is there, with what it used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.store.port import Store
from workflows.engine.entries import Recorded, Row
from workflows.ports.ledger import Spent
from workflows.ports.model import Turn

_TURN = re.compile(r"turn \d+")


def cost(rows: Sequence[Row]) -> Spent:
    used = [
        Turn.model_validate(row.entry.value).usage
        for row in rows
        if isinstance(row.entry, Recorded) and _TURN.fullmatch(row.entry.name)
    ]
    prices = [usage.dollars for usage in used]
    known = [price for price in prices if price is not None]
    return Spent(
        turns=len(used),
        tokens_in=sum(usage.tokens_in for usage in used),
        tokens_out=sum(usage.tokens_out for usage in used),
        dollars=sum(known) if len(known) == len(prices) else None,
    )


@dataclass(frozen=True, slots=True)
class StoreLedger:
    store: Store

    async def spent(self, run: str) -> Spent:
        return cost(await self.store.rows(run))
