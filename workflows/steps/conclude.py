"""Conclude: people have had the last word."""

from __future__ import annotations

from workflows.case import Concluded, Proposed
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.engine.values import Answered
from workflows.ports import Ports
from workflows.progress import Progress, Stage
from workflows.review import Review
from workflows.steps.common import report


@step()
async def conclude(ctx: Context[Ports], reviewed: Answered[Proposed, Review]) -> Concluded:
    proposed, review = reviewed.before, reviewed.answer
    await report(
        ctx,
        proposed.case.trigger,
        Progress(
            run=ctx.run,
            stage=Stage.DONE,
            pull_request=proposed.pull_request.number,
            verdict=review.verdict,
        ),
    )
    return Concluded(
        pull_request=proposed.pull_request,
        proof=proposed.proof,
        verdict=review.verdict,
        by=review.by,
    )
