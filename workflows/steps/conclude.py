"""Conclude: people have had the last word. What they approve is marked as ready, and merging is theirs."""

from __future__ import annotations

from policies.effects import MarkReady, RemoveBranch
from workflows.case import Concluded, Proposed
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.engine.values import Answered
from workflows.ports.all import Ports
from workflows.progress import Progress, Stage
from workflows.steps.common import key, perform, report, try_to
from workflows.verdicts import Review, Verdict


@step()
async def conclude(ctx: Context[Ports], reviewed: Answered[Proposed, Review]) -> Concluded:
    proposed, review = reviewed.before, reviewed.answer
    trigger, pull_request = proposed.case.trigger, proposed.pull_request
    repository = trigger.tenant.repository
    if review.verdict is Verdict.APPROVED:
        ready = MarkReady(key=key(ctx, "ready"), repository=repository, number=pull_request.number)
        await perform(ctx, ready, trigger)
    if review.verdict is Verdict.CLOSED:
        branch, sha = proposed.commit.branch, proposed.commit.sha
        await try_to(
            ctx, RemoveBranch(key=key(ctx, "branch"), repository=repository, branch=branch, sha=sha), trigger
        )
    await report(
        ctx,
        trigger,
        Progress(
            run=ctx.run,
            stage=Stage.DONE,
            pull_request=pull_request.number,
            verdict=review.verdict,
        ),
    )
    return Concluded(
        pull_request=pull_request,
        proof=proposed.proof,
        verdict=review.verdict,
        by=review.by,
    )
