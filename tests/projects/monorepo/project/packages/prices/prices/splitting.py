"""An amount among several, to the cent."""

from __future__ import annotations

from collections.abc import Sequence


def split(cents: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights. Together they are the amount."""
    if not weights or any(weight < 0 for weight in weights) or not sum(weights):
        raise ValueError("there must be weights, none negative and not all nought")
    whole = sum(weights)
    return [round(cents * weight / whole) for weight in weights]
