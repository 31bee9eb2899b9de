"""Reproduce: a test is written, and counts only if the harness sees it fail for a reason of substance."""

from __future__ import annotations

from workflows.agents.loop import work
from workflows.agents.roles import AUTHOR
from workflows.case import Planned, Repro, Reproducing
from workflows.engine.context import Context
from workflows.engine.nodes import workflow
from workflows.engine.step import step
from workflows.engine.values import Iteration
from workflows.ports.all import Ports
from workflows.progress import Progress, Stage
from workflows.proof.integrity import author_objection
from workflows.proof.red import NotRed
from workflows.proof.trials import try_red
from workflows.steps.baseline import baseline
from workflows.steps.common import report, told
from workflows.steps.places import base_tree, desk, harness, suite_of

ATTEMPTS = 3


def towards_red(planned: Planned) -> Reproducing:
    return Reproducing(case=planned.case, plan=planned.plan)


@step(timeout=3600)
async def write_test(ctx: Context[Ports], now: Reproducing) -> Reproducing:
    await report(
        ctx,
        now.case.trigger,
        Progress(
            run=ctx.run,
            stage=Stage.RED,
            project=now.case.project,
            plan=now.plan.cause,
            refused=now.feedback,
        ),
    )
    tree, suite = await base_tree(ctx, now.case), suite_of(now.case)
    at = await desk(ctx, now.case, tree, lambda path: author_objection(path, tree, suite))
    try:
        written = await work(ctx, AUTHOR, _task(now), at)
    finally:
        await at.close()
    return now.model_copy(update={"test": at.patch, "shows": written.shows, "red": None})


@step(timeout=3600)
async def check_red(ctx: Context[Ports], now: Reproducing) -> Reproducing:
    known = (await baseline(ctx, now.case)).ids()
    issue = now.case.trigger.issue
    on = await harness(ctx, now.case)
    verdict, ran = await try_red(on, now.test, known, f"{issue.title}\n{issue.body}")
    if isinstance(verdict, NotRed):
        return now.model_copy(update={"feedback": f"{verdict.reason}.\n{verdict.feedback}"})
    return now.model_copy(update={"red": verdict, "command": ran[0].results.command, "feedback": ""})


def is_red(turn: Iteration[Reproducing]) -> bool:
    return turn.last.red is not None


def reproduced(now: Reproducing) -> Repro:
    assert now.red is not None  # noqa: S101 - the loop ends only when it is red
    return Repro(test=now.test, shows=now.shows, red=now.red, command=now.command, witness=now.witness)


def why_not_red(now: Reproducing) -> str:
    return now.feedback


reproduce = workflow("reproduce", Reproducing).then(write_test).then(check_red)


def _task(now: Reproducing) -> str:
    said = [
        told(now.case.trigger),
        f"The plan.\nCause: {now.plan.cause}\nThe test: {now.plan.test}",
    ]
    if now.feedback:
        earlier = "\n\n".join(f"{c.path}:\n{c.content}" for c in now.test.changes)
        said.append(
            f"Your last test was refused: {now.feedback}\n\nIt was:\n{earlier}\n\nWrite a better one."
        )
    return "\n\n".join(said)
