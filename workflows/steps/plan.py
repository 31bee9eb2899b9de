"""Plan: where the bug is, what a test must show, what has to change."""

from __future__ import annotations

from workflows.agents.loop import work
from workflows.agents.roles import PLANNER
from workflows.case import Case, Planned
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.ports import Ports
from workflows.progress import Progress, Stage
from workflows.steps.common import base_tree, desk, report, told


@step(timeout=1800)
async def plan(ctx: Context[Ports], case: Case) -> Planned:
    await report(ctx, case.trigger, Progress(run=ctx.run, stage=Stage.PLAN))
    at = desk(ctx, case, await base_tree(ctx, case), lambda path: f"{path}: a planner changes nothing")
    return Planned(case=case, plan=await work(ctx, PLANNER, told(case.trigger), at))
