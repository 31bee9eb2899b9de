"""What the workflows ask words for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages import again, evidence, proposed, sticky, written
from policies.effects import Remark
from workflows.agents.roles import Answer, Plan
from workflows.case import Judged, Shown, Standing
from workflows.progress import Progress
from workflows.proof.statement import Proof
from workflows.trigger import Trigger


@dataclass(frozen=True, slots=True)
class Messages:
    in_job: bool = False
    """A job forgets when it ends: there is nothing to go on with, only something to begin."""

    def progress(self, progress: Progress) -> str:
        return sticky.text(progress, in_job=self.in_job)

    def commit(self, trigger: Trigger, summary: str) -> str:
        return proposed.commit(trigger, summary)

    def pull_request(self, trigger: Trigger, summary: str, proof: Proof, digest: str) -> tuple[str, str]:
        return proposed.pull_request(trigger, summary, proof, digest)

    def repro(self, shown: Shown) -> tuple[str, str]:
        return proposed.repro(shown)

    def check(self, proof: Proof) -> tuple[str, str]:
        return evidence.check(proof)

    def proving(self, standing: Standing) -> tuple[str, str]:
        return again.proving(standing)

    def proved_again(self, judged: Judged, proof: Proof | None) -> tuple[str, str]:
        return again.proved_again(judged, proof)

    def not_proved(self, why: str) -> tuple[str, str]:
        return again.not_proved(why)

    def plan(self, plan: Plan, digest: str) -> str:
        return written.plan(plan, digest)

    def answer(self, trigger: Trigger, answer: Answer, sha: str) -> str:
        return written.answer(trigger, answer, sha)

    def review(self, summary: str, others: Sequence[Remark], hidden: Sequence[str]) -> str:
        return written.review(summary, others, hidden)

    def remark(self, body: str) -> str:
        return written.remark(body)
