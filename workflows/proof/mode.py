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


def counts(least: Mode | None, asked: Mode | None, usual: Mode) -> Mode:
    """The one rule for what both may say: what an operator has set is the least, and
    a repository may ask for more; where none has set anything, the repository decides."""
    if asked is None:
        return usual if least is None else least
    order = list(type(usual))
    return asked if least is None else max(least, asked, key=order.index)
