"""Side effects as data. Nothing outside is changed except by performing one of these."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from policies.hosts import strangers
from policies.patch import Patch, is_workflow_file

ContextValue = str | int | bool | list[str]


class SideEffect(StrEnum):
    """What kind of mark an effect leaves; rules and people read these."""

    STARTS_WORK = "starts-work"
    WRITES_TEXT = "writes-text"
    WRITES_CODE = "writes-code"
    OPENS_NETWORK = "opens-network"


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


class BranchRef(Done):
    removed: bool
    """False when it was left, since somebody else had pushed to it, or was gone already."""


R_co = TypeVar("R_co", bound=Done, covariant=True)


class Effect(BaseModel, Generic[R_co]):
    """One side effect: its key makes it happen once, its context is what the rules can see."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: ClassVar[frozenset[SideEffect]]
    gives: ClassVar[type[Done]]
    prose: ClassVar[tuple[str, ...]] = ()
    """The fields that people read, and that nothing goes by."""

    key: str
    repository: str

    @classmethod
    def kind(cls) -> str:
        return cls.__name__

    def context(self) -> dict[str, ContextValue]:
        return {}

    def reworded(self, change: Callable[[str], str]) -> Self:
        return self.model_copy(update={field: change(getattr(self, field)) for field in self.prose})


class Signal(StrEnum):
    """What may be said to a run that is there already."""

    ANSWER = "answer"
    STOP = "stop"


class StartRun(Effect[RunRef]):
    labels: ClassVar = frozenset({SideEffect.STARTS_WORK})
    gives: ClassVar = RunRef

    workflow: str
    subject: str
    """What may have one active run at a time: `owner/name#7`."""

    def context(self) -> dict[str, ContextValue]:
        return {"workflow": self.workflow}


class SteerRun(Effect[RunRef]):
    """Tells a run what it waits for, or to stop. What it is told is `answer`, as JSON; a stop has none."""

    labels: ClassVar = frozenset({SideEffect.STARTS_WORK})
    gives: ClassVar = RunRef

    run: str
    signal: Signal
    by: str
    answer: str = ""
    reason: str = ""
    is_fact: bool = False
    """GitHub says so, whoever it was: merged, closed, failed. Nobody asks for anything by it."""

    def context(self) -> dict[str, ContextValue]:
        return {"signal": self.signal.value, "is_fact": self.is_fact}


class OpenNetwork(Effect[Done]):
    """Lets the commands of a set-up talk to `hosts`. What is done by them is that set-up's own."""

    labels: ClassVar = frozenset({SideEffect.OPENS_NETWORK})
    gives: ClassVar = Done

    hosts: tuple[str, ...]
    granted: tuple[str, ...]
    """Registries, and what the operator allows."""

    def context(self) -> dict[str, ContextValue]:
        return {"hosts": len(self.hosts), "strangers": len(strangers(self.hosts, self.granted))}


class AddReaction(Effect[ReactionRef]):
    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = ReactionRef

    issue: int
    comment: int | None = None
    in_review: bool = False
    """The comment is one on a line of a pull request, which GitHub counts apart."""
    content: str = "eyes"

    def context(self) -> dict[str, ContextValue]:
        return {"content": self.content}


class PostComment(Effect[CommentRef]):
    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = CommentRef
    prose: ClassVar = ("body",)

    issue: int
    body: str
    sticky: str = ""
    """A name makes it the one comment of that name on the issue, edited in place."""
    in_reply_to: int | None = None
    """A comment on a line of a pull request, to answer in its thread."""

    def context(self) -> dict[str, ContextValue]:
        return {"characters": len(self.body)}


class PushCommit(Effect[CommitRef]):
    labels: ClassVar = frozenset({SideEffect.WRITES_CODE})
    gives: ClassVar = CommitRef
    prose: ClassVar = ("message",)

    branch: str
    base_sha: str
    """The parent. A branch that goes on must be at it, else somebody has pushed in between."""
    message: str
    patch: Patch
    goes_on: bool = False
    """The branch is there and gets one more commit; else it is made."""

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
    prose: ClassVar = ("title", "body")

    head: str
    base: str
    title: str
    body: str
    draft: bool = True

    def context(self) -> dict[str, ContextValue]:
        return {"branch": self.head, "draft": self.draft, "characters": len(self.body)}


class EditPullRequest(Effect[PullRequestRef]):
    """New evidence: the text is written anew, the title stays."""

    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = PullRequestRef
    prose: ClassVar = ("body",)

    number: int
    body: str

    def context(self) -> dict[str, ContextValue]:
        return {"characters": len(self.body)}


class MarkReady(Effect[PullRequestRef]):
    """A draft that people approved is a draft no more. Merging stays theirs."""

    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = PullRequestRef

    number: int


class AskForReview(Effect[Done]):
    """Who cannot be asked, since they have no access, is left out."""

    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = Done

    number: int
    people: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def context(self) -> dict[str, ContextValue]:
        return {"people": len(self.people) + len(self.teams)}


class AddLabels(Effect[Done]):
    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = Done

    issue: int
    names: tuple[str, ...]

    def context(self) -> dict[str, ContextValue]:
        return {"names": list(self.names)}


class Conclusion(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    """It could not be judged."""
    CANCELLED = "cancelled"
    """Somebody stopped it before it was."""


class ReportCheck(Effect[Done]):
    """What the harness saw, beside the other checks of a commit. With the same key it is changed."""

    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = Done
    prose: ClassVar = ("title", "summary")

    sha: str
    name: str
    conclusion: Conclusion | None
    """None while it is being looked at."""
    title: str
    summary: str

    def context(self) -> dict[str, ContextValue]:
        conclusion = self.conclusion.value if self.conclusion else "none"
        return {"conclusion": conclusion, "characters": len(self.summary)}


class RemoveBranch(Effect[BranchRef]):
    """A branch of ours goes, if it is still where we left it."""

    labels: ClassVar = frozenset({SideEffect.WRITES_CODE})
    gives: ClassVar = BranchRef

    branch: str
    sha: str

    def context(self) -> dict[str, ContextValue]:
        return {"branch": self.branch}


class Remark(BaseModel):
    """Something said about a line of a change, as the file is afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    line: int
    body: str


class SubmitReview(Effect[Done]):
    """Remarks on somebody's pull request. It never approves, and never blocks: that is for people."""

    labels: ClassVar = frozenset({SideEffect.WRITES_TEXT})
    gives: ClassVar = Done
    prose: ClassVar = ("body",)

    number: int
    sha: str
    """The commit that was looked at."""
    body: str
    remarks: tuple[Remark, ...] = ()

    def context(self) -> dict[str, ContextValue]:
        said = [self.body, *(remark.body for remark in self.remarks)]
        return {"remarks": len(self.remarks), "characters": sum(map(len, said))}

    def reworded(self, change: Callable[[str], str]) -> Self:
        remarks = tuple(remark.model_copy(update={"body": change(remark.body)}) for remark in self.remarks)
        return super().reworded(change).model_copy(update={"remarks": remarks})
