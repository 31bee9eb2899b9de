"""An amount among several, to the cent."""

from __future__ import annotations

from collections.abc import Sequence


def split(cents: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights. Together they are the amount."""
    if not weights or any(weight < 0 for weight in weights) or not sum(weights):
        raise ValueError("there must be weights, none negative and not all nought")
    whole = sum(weights)
    parts = [cents * weight // whole for weight in weights]
    # Each lost less than a cent, so what is left is fewer cents than there are parts.
    hardest = sorted(range(len(parts)), key=lambda at: -(cents * weights[at] % whole))
    for at in hardest[: cents - sum(parts)]:
        parts[at] += 1
    return parts
