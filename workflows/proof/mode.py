"""How much is asked for beyond what every proof has: a second test, and a word of the project's checkers."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar


class WitnessMode(StrEnum):
    OFF = "off"
    ADVISORY = "advisory"
    """What it says is told to whoever reviews."""
    REQUIRED = "required"
    """Nothing is proposed without one that passes."""


class DiagnosticsMode(StrEnum):
    OFF = "off"
    ADVISORY = "advisory"
    """What is new is told to whoever reviews."""
    REQUIRED = "required"
    """Nothing is proposed with a new error."""


Mode = TypeVar("Mode", WitnessMode, DiagnosticsMode)


def stricter(one: Mode, other: Mode) -> Mode:
    """A repository may ask for more than its operator does, and never for less."""
    order = list(type(one))
    return max(one, other, key=order.index)
