"""Agree: where that was asked for, a person approves the plan before anything is written."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from policies.effects import PostComment
from workflows.agents.roles import Plan
from workflows.case import Planned, PlanShown
from workflows.engine.context import Context
from workflows.engine.nodes import unchanged, workflow
from workflows.engine.step import step
from workflows.engine.values import Answered, Iteration
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.progress import Progress, Stage
from workflows.steps.common import key, perform, report
from workflows.steps.plan import make_plan
from workflows.verdicts import Opinion, PlanReview

ROUNDS = 5
PATIENCE = timedelta(days=7)


def asks_first(planned: Planned) -> bool:
    return planned.case.trigger.has("plan")


def digest_of(plan: Plan) -> str:
    """Short enough to be typed, and another one for every other plan."""
    return hashlib.sha256(plan.model_dump_json().encode()).hexdigest()[:12]


@step()
async def show_plan(ctx: Context[Ports], planned: Planned) -> PlanShown:
    trigger, digest = planned.case.trigger, digest_of(planned.plan)
    await perform(
        ctx,
        PostComment(
            key=key(ctx, "plan"),
            repository=trigger.tenant.repository,
            issue=trigger.issue.number,
            body=ctx.ports.words.plan(planned.plan, digest),
            sticky="plan",
        ),
        trigger,
    )
    await report(
        ctx,
        trigger,
        Progress(
            run=ctx.run,
            stage=Stage.APPROVAL,
            project=planned.case.project,
            plan=planned.plan.cause,
            refused=planned.refused,
        ),
    )
    return PlanShown(planned=planned, digest=digest)


@step()
async def give_up(ctx: Context[Ports], shown: PlanShown) -> PlanReview:  # noqa: ARG001
    raise UserProblem(f"nobody approved the plan {shown.digest} within {PATIENCE.days} days")


@step(timeout=1800)
async def heed(ctx: Context[Ports], heard: Answered[PlanShown, PlanReview]) -> Planned:
    """Only what was shown can be approved: another plan would be one that nobody has read."""
    planned, digest, opinion = heard.before.planned, heard.before.digest, heard.answer
    if opinion.opinion is Opinion.REVISE:
        better = await make_plan(ctx, planned.case, earlier=planned.plan, said=opinion.said)
        return Planned(case=planned.case, plan=better)
    if opinion.digest != digest:
        why = f"@{opinion.by} approved the plan {opinion.digest}, and this one is {digest}"
        return planned.model_copy(update={"refused": why})
    return planned.model_copy(update={"agreed": True, "refused": ""})


def is_agreed(turn: Iteration[Planned]) -> bool:
    return turn.last.agreed


def why_not_agreed(planned: Planned) -> str:
    return planned.refused or "no plan was approved"


_round = (
    workflow("round", Planned)
    .then(show_plan)
    .suspend("approval", waits_for=PlanReview, within=PATIENCE, late=give_up)
    .then(heed)
)

agree = unchanged(Planned, "agree").dountil(_round, until=is_agreed, feedback=why_not_agreed, limit=ROUNDS)
