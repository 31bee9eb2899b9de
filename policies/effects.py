"""Side effects as data. Nothing outside is changed except by performing one of these."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from policies.patch import Patch, is_workflow_file

ContextValue = str | int | bool | list[str]


class SideEffect(StrEnum):
    """What kind of mark an effect leaves; rules and people read these."""

    STARTS_WORK = "starts-work"
    WRITES_TEXT = "writes-text"
    WRITES_CODE = "writes-code"


class Done(BaseModel):
    """What is left of a performed effect: where to find it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: str
    url: str = ""


class CommentRef(Done): ...


class ReactionRef(Done): ...


class RunRef(Done):
    new: bool = True
    """False when the run was there already: by the same key, or because the issue has an active one."""


class CommitRef(Done):
    branch: str
    sha: str


class PullRequestRef(Done):
    number: int


R_co = TypeVar("R_co", bound=Done, covariant=True)


class Effect(BaseModel, Generic[R_co]):
    """One side effect: its key makes it happen once, its context is what the rules can see."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: ClassVar[frozenset[SideEffect]]
    gives: ClassVar[type[Done]]

    key: str
    repository: str

    @classmethod
    def kind(cls) -> str:
        return cls.__name__

    def context(self) -> dict[str, ContextValue]:
        return {}


class StartRun(Effect[RunRef]):
    labels: ClassVar = frozenset({SideEffect.STARTS_WORK})
    gives: ClassVar = RunRef

    workflow: str
    subject: str
    """What may have one active run at a time: `owner/name#7`."""

    def context(self) -> dict[str, ContextValue]:
        return {"workflow": self.workflow}


class AddReaction(Effect[ReactionRef]):
    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = ReactionRef

    issue: int
    comment: int | None = None
    content: str = "eyes"

    def context(self) -> dict[str, ContextValue]:
        return {"content": self.content}


class PostComment(Effect[CommentRef]):
    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = CommentRef

    issue: int
    body: str
    sticky: str = ""
    """A name makes it the one comment of that name on the issue, edited in place."""

    def context(self) -> dict[str, ContextValue]:
        return {"bytes": len(self.body.encode())}


class PushCommit(Effect[CommitRef]):
    labels: ClassVar = frozenset({SideEffect.WRITES_CODE})
    gives: ClassVar = CommitRef

    branch: str
    base_sha: str
    message: str
    patch: Patch

    def context(self) -> dict[str, ContextValue]:
        paths = self.patch.paths()
        return {
            "branch": self.branch,
            "files": len(paths),
            "bytes": self.patch.size(),
            "workflow_files": sum(map(is_workflow_file, paths)),
        }


class OpenPullRequest(Effect[PullRequestRef]):
    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = PullRequestRef

    head: str
    base: str
    title: str
    body: str
    draft: bool = True

    def context(self) -> dict[str, ContextValue]:
        return {"branch": self.head, "draft": self.draft, "bytes": len(self.body.encode())}
