"""What the gate answers, and the reasons it gives."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Verdict(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    ASK = "ask"


class Decision(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    rules: tuple[str, ...] = ()
    """The `@id` of each rule that gave the verdict; empty when no rule spoke, and then it is a no."""
    reasons: tuple[str, ...] = ()
    """A sentence a rule, for people."""

    @property
    def allowed(self) -> bool:
        return self.verdict is Verdict.ALLOW
