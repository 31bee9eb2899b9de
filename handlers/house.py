"""What a handler may know about the house it works in."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class House(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = "agent:fix"
    bot_id: int = 0
    """Our own numeric id: we never answer ourselves, and an issue assigned to it is ours to fix."""
    in_job: bool = False
    """We are a job of the repository's own, so that its workflows and its clock may start us."""
