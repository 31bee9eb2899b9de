"""Something in a script that no fix does, and where it is nothing unusual after all."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.proof.objections.model import Fine


@dataclass(frozen=True, slots=True)
class Oddity:
    what: str
    name: str
    line: int
    reason: str
    fine: Fine = Fine.NOWHERE
    said: str = ""
    """The pattern of what a project says that does this already."""
