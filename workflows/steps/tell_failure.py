"""Tell: a run that failed says so on its issue, and whose move it is."""

from __future__ import annotations

from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.engine.values import Failed, Nothing
from workflows.ports.all import Ports
from workflows.progress import Progress, Stage
from workflows.steps.common import report
from workflows.trigger import Trigger


@step()
async def tell_failure(ctx: Context[Ports], failed: Failed[Trigger]) -> Nothing:
    await report(ctx, failed.input, Progress(run=ctx.run, stage=Stage.DONE, failure=failed.failure))
    return Nothing()
