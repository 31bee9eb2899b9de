"""Tell: a review that could not be answered says so on its pull request, before the run ends."""

from __future__ import annotations

from workflows.case import Proposed
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.engine.values import Answered, Failed, Nothing
from workflows.ports import Ports
from workflows.progress import Progress, Stage
from workflows.review import Review
from workflows.steps.common import report


@step()
async def tell_reviewer(ctx: Context[Ports], failed: Failed[Answered[Proposed, Review]]) -> Nothing:
    proposed = failed.input.before
    progress = Progress(run=ctx.run, stage=Stage.DONE, failure=failed.failure)
    await report(ctx, proposed.case.trigger, progress, on=proposed.pull_request.number)
    return Nothing()
