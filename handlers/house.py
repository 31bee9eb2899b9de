"""What a handler may know about the house it works in."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class VerifyAgain(StrEnum):
    """When pull requests of ours are proved again."""

    ALWAYS = "always"
    PUSHES = "pushes"
    """When somebody pushes to one, and not when its base moves."""
    OFF = "off"


class House(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = "agent:fix"
    bot_id: int = 0
    """Our own numeric id: we never answer ourselves, and an issue assigned to it is ours to fix."""
    app: str = ""
    """Our App's id or client id; empty where we go by a token."""
    verify_again: VerifyAgain = VerifyAgain.ALWAYS
    in_job: bool = False
    """We are a job of the repository's own, so that its workflows and its clock may start us."""
