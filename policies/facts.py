"""What the gate is told about who asks: asked of GitHub when it matters, never taken from a payload."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Permission(StrEnum):
    """GitHub's roles in a repository, strongest first."""

    ADMIN = "admin"
    MAINTAIN = "maintain"
    WRITE = "write"
    TRIAGE = "triage"
    READ = "read"
    NONE = "none"


class Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: str
    """The numeric id as text: logins can be renamed, and taken over."""
    permission: Permission
    is_bot: bool
    repository: str
    default_branch: str = ""
