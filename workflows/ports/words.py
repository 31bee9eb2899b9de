"""Words: what people read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from policies.effects import Remark
from workflows.agents.roles import Answer, Plan
from workflows.case import Judged, Shown, Standing
from workflows.progress import Progress
from workflows.proof.statement import Proof
from workflows.trigger import Trigger


class Words(Protocol):
    """Every text that people read on GitHub is written in one place; here is what it is asked for."""

    def progress(self, progress: Progress) -> str: ...

    def commit(self, trigger: Trigger, summary: str) -> str: ...

    def pull_request(self, trigger: Trigger, summary: str, proof: Proof, digest: str) -> tuple[str, str]:
        """Title and body."""
        ...

    def check(self, proof: Proof) -> tuple[str, str]:
        """Title and summary of the check beside a commit."""
        ...

    def proving(self, standing: Standing) -> tuple[str, str]:
        """The same while it is looked at again."""
        ...

    def proved_again(self, judged: Judged, proof: Proof | None) -> tuple[str, str]:
        """And what came of it."""
        ...

    def not_proved(self, why: str) -> tuple[str, str]:
        """Where nothing came of it, for whatever reason."""
        ...

    def plan(self, plan: Plan, digest: str) -> str:
        """What a person reads who is to approve a plan, and the words to approve it with."""
        ...

    def answer(self, trigger: Trigger, answer: Answer, sha: str) -> str:
        """The reply to a question, with links to the lines that it refers to, as they were at a commit."""
        ...

    def review(self, summary: str, others: Sequence[Remark], hidden: Sequence[str]) -> str:
        """What stands above the remarks of a review, those that have no place on a line, and what nobody can
        see in what was looked at."""
        ...

    def remark(self, body: str) -> str: ...

    def repro(self, shown: Shown) -> tuple[str, str]:
        """A failing test: title, and body of the comment or pull request."""
        ...
