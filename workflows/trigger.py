"""Why a run exists: who asked for what, frozen at the moment of asking."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Actor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int
    login: str
    is_bot: bool = False


class Tenant(BaseModel):
    """Whose work it is: an installation and one of its repositories."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str
    """`owner/name`"""
    installation: int | None = None


class IssueSnapshot(BaseModel):
    """The issue as it was when the run was asked for. Later edits are not read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    title: str
    body: str = ""
    author: str = ""
    url: str = ""


class Trigger(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """The same key is the same trigger, however often it arrives."""
    tenant: Tenant
    actor: Actor
    workflow: str
    goal: str
    """In a sentence: what shall be true afterwards."""
    issue: IssueSnapshot
    context: str = ""
    """What the person added to the command."""
    release: str = ""

    @property
    def subject(self) -> str:
        """What may have one active run at a time."""
        return f"{self.tenant.repository}#{self.issue.number}"
