"""Plan: where the bug is, what a test must show, what has to change."""

from __future__ import annotations

from workflows.agents.loop import work
from workflows.agents.roles import PLANNER, Plan
from workflows.case import Case, Planned
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.ports.all import Ports
from workflows.progress import Progress, Stage
from workflows.steps.common import report, told
from workflows.steps.places import base_tree, desk
from workflows.unseen import shown


@step(timeout=1800)
async def plan(ctx: Context[Ports], case: Case) -> Planned:
    return Planned(case=case, plan=await make_plan(ctx, case))


async def make_plan(ctx: Context[Ports], case: Case, *, earlier: Plan | None = None, said: str = "") -> Plan:
    await report(ctx, case.trigger, Progress(run=ctx.run, stage=Stage.PLAN, project=case.project))
    at = await desk(ctx, case, await base_tree(ctx, case), lambda path: f"{path}: a planner changes nothing")
    task = [told(case.trigger)]
    if earlier is not None:
        task.append(
            f"Your plan was:\nCause: {earlier.cause}\nThe test: {earlier.test}\nThe fix: {earlier.fix}"
        )
        task.append(f"The maintainer who read it wants another one, and says:\n{shown(said)}")
    return await work(ctx, PLANNER, "\n\n".join(task), at)
