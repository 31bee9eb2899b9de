"""How things fail: each error says whose move it is, in a sentence for a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Who(StrEnum):
    """Who can act on a failure."""

    USER = "user"
    OPERATOR = "operator"
    MODEL = "model"
    NOBODY = "nobody"
    """It passes by itself: try again."""


class Failure(BaseModel):
    """A problem as data, for the journal and for people."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    who: Who
    sentence: str
    path: str = ""
    count: int | None = None
    feedback: str = ""


class Problem(Exception):
    """The base of every failure that was foreseen. What is not a Problem is a bug."""

    who = Who.OPERATOR

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.path = ""
        """The step that it came from, once it is known."""

    def failure(self) -> Failure:
        return Failure(who=self.who, sentence=self.sentence, path=self.path)


class UserProblem(Problem):
    """Who asked for the work can mend it: in the issue, in the repository, or by asking in another way."""

    who = Who.USER


class OperatorProblem(Problem):
    """Who runs this program can mend it: a setting, a key, a permission, a server."""

    who = Who.OPERATOR


class ModelProblem(Problem):
    """The model did what it should not, or came to no end. A clearer issue, or another model, may help."""

    who = Who.MODEL


class Passing(Problem):
    """Nobody need act: it may work the next time, so steps retry it."""

    who = Who.NOBODY

    def __init__(self, sentence: str, *, wait: float | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait
        """Seconds that the other side asked us to wait before the next try, where it said so."""


class SandboxBroken(Passing):
    """The sandbox itself failed. A command that fails inside it is a result, never this."""


class WorkflowError(Problem):
    """A loop came to its limit: where, how much of what that is, and what was said last."""

    who = Who.MODEL

    def __init__(self, path: str, count: int, feedback: str, *, of: str = "attempts") -> None:
        super().__init__(f"{path} reached its limit of {count} {of}: {feedback}")
        self.path = path
        self.count = count
        self.feedback = feedback

    def failure(self) -> Failure:
        return Failure(
            who=self.who,
            sentence=self.sentence,
            path=self.path,
            count=self.count,
            feedback=self.feedback,
        )


class ContractBroken(Problem):
    """A value does not fit what a step declared: a bug, or rows of another version."""

    who = Who.OPERATOR

    def __init__(self, path: str, side: str, detail: str) -> None:
        super().__init__(f"{path}: the {side} does not fit: {detail}")


class Interrupted(Problem):
    """The run cannot go on here and now. It has not failed: it goes on later, or elsewhere."""

    who = Who.NOBODY


class Conflict(Interrupted):
    """Somebody else wrote to the run first: a newer lease, or a cancellation."""


class JournalUnwritten(Interrupted):
    """The store could not take what was to be recorded."""


class Unreachable(Interrupted):
    """Something outside that many runs share does not answer, or wants to be left alone until a time.

    To try at once again would use up the attempts of every run in seconds. So it counts as no attempt: the
    run waits, holding nothing, and goes on where it stopped when the time has come.
    """

    def __init__(self, sentence: str, until: datetime) -> None:
        super().__init__(sentence)
        self.until = until
        """When it is worth asking again."""


class Gone(Problem):
    """What was asked for does not exist, or may not be seen, which looks the same."""

    who = Who.USER
