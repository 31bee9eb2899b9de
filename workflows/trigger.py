"""Why a run exists: who asked for what, frozen at the moment of asking."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from workflows.verdicts import Place, Review


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
    """The issue, or pull request, as it was when the run was asked for. Later edits are not read."""

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
    on_pull_request: bool = False
    """The issue is a pull request, which GitHub counts as one."""
    context: str = ""
    """What the person added to the command."""
    options: tuple[tuple[str, str], ...] = ()
    """What stood after the command as `--key=value`; a flag alone has an empty value."""
    place: Place | None = None
    """The line of a pull request below which it was asked."""
    proposed: str = ""
    """The blob with what an earlier run proposed, which this one is to revise."""
    review: Review | None = None
    """What was said about it."""
    release: str = ""

    def has(self, option: str) -> bool:
        return any(name == option for name, _ in self.options)

    @property
    def about(self) -> str:
        at = f"{self.tenant.repository}#{self.issue.number}"
        # Nobody asks for it, so whoever says something there means something else.
        return f"{at}/proof" if self.workflow == "reverify" else at

    @property
    def subject(self) -> str:
        """What may have one active run at a time. A question waits for nobody, and holds nobody up."""
        return f"{self.about}/ask/{self.key}" if self.workflow == "ask" else self.about
