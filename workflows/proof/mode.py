"""Whether a second, independent test is asked for."""

from __future__ import annotations

from enum import StrEnum


class WitnessMode(StrEnum):
    OFF = "off"
    ADVISORY = "advisory"
    """What it says is told to whoever reviews."""
    REQUIRED = "required"
    """Nothing is proposed without one that passes."""


def stricter(one: WitnessMode, other: WitnessMode) -> WitnessMode:
    """A repository may ask for more than its operator does, and never for less."""
    order = list(WitnessMode)
    return max(one, other, key=order.index)
