"""Repair: a fix is written, and counts only if the harness sees the repro pass and nothing else break."""

from __future__ import annotations

from policies.patch import Patch
from workflows.agents.loop import work
from workflows.agents.roles import FIXER
from workflows.case import Repairing, Reproducing
from workflows.engine.context import Context
from workflows.engine.nodes import workflow
from workflows.engine.step import step
from workflows.engine.values import Iteration
from workflows.ports import Ports
from workflows.progress import Progress, Stage
from workflows.proof.green import NotGreen, judge_repro, judge_suite
from workflows.proof.integrity import first_objection, fixer_objection
from workflows.proof.runners.detect import named
from workflows.steps.common import report, told
from workflows.steps.places import archive_of, base_tree, baseline, desk, harness
from workflows.steps.reproduce import reproduced
from workflows.tree import Tree, unpack

ATTEMPTS = 3
RUNS = 3


def towards_green(now: Reproducing) -> Repairing:
    return Repairing(case=now.case, plan=now.plan, repro=reproduced(now))


@step(timeout=3600)
async def write_fix(ctx: Context[Ports], now: Repairing) -> Repairing:
    await report(
        ctx,
        now.case.trigger,
        Progress(
            run=ctx.run,
            stage=Stage.GREEN,
            project=now.case.project,
            red=now.repro.red.assertion,
            refused=now.feedback,
            hidden=now.ground.hidden if now.ground else (),
        ),
        on=now.ground.proposed.pull_request.number if now.ground else None,
    )
    runner = named(now.case.runner)
    tree = (await ground_tree(ctx, now)).with_patch(now.repro.test)
    at = await desk(ctx, now.case, tree, lambda path: fixer_objection(path, tree, runner))
    try:
        written = await work(ctx, FIXER, _task(now), at)
    finally:
        await at.close()
    return now.model_copy(update={"fix": at.patch, "summary": written.summary, "green": None, "suite": None})


@step(timeout=3600)
async def check_green(ctx: Context[Ports], now: Repairing) -> Repairing:
    tree, runner = await ground_tree(ctx, now), named(now.case.runner)
    objection = first_objection(now.fix, tree.with_patch(now.repro.test), runner, author=False)
    if objection is not None or _changes_nothing(now.fix, tree):
        return now.model_copy(update={"feedback": objection or "You changed nothing."})
    red = now.repro.red
    ran = await (await harness(ctx, now.case, tree)).run(_both(now), red.files, times=RUNS)
    verdict = judge_repro([one.results for one in ran], red.tests)
    if isinstance(verdict, NotGreen):
        return now.model_copy(update={"feedback": f"{verdict.reason}.\n{verdict.feedback}"})
    return now.model_copy(update={"green": verdict, "feedback": ""})


@step(timeout=3600)
async def check_suite(ctx: Context[Ports], now: Repairing) -> Repairing:
    if now.green is None:
        return now
    (ran,) = await (await harness(ctx, now.case, await ground_tree(ctx, now))).run(_both(now))
    verdict = judge_suite(await baseline(ctx, now.case), ran.results, now.repro.red.tests)
    if isinstance(verdict, NotGreen):
        return now.model_copy(update={"feedback": f"{verdict.reason}.\n{verdict.feedback}"})
    return now.model_copy(update={"suite": verdict})


def is_green(turn: Iteration[Repairing]) -> bool:
    return turn.last.green is not None and turn.last.suite is not None


def why_not_green(now: Repairing) -> str:
    return now.feedback


repair = workflow("repair", Repairing).then(write_fix).then(check_green).then(check_suite)


async def ground_tree(ctx: Context[Ports], now: Repairing) -> Tree:
    """What the fix is made on top of: the base, or a branch as people have left it."""
    if now.ground is None:
        return await base_tree(ctx, now.case)
    return unpack(await archive_of(ctx, now.case.trigger.tenant, now.ground.sha, now.ground.archive))


def _changes_nothing(fix: Patch, tree: Tree) -> bool:
    return all(tree.text(change.path) == change.content for change in fix.changes)


def _both(now: Repairing) -> Patch:
    """The fix and the test as it was accepted: the test wins, whatever the fix says."""
    return now.fix.merged(now.repro.test)


def _task(now: Repairing) -> str:
    said = [
        told(now.case.trigger),
        f"The plan.\nCause: {now.plan.cause}\nThe fix: {now.plan.fix}",
        f"The failing test is in {', '.join(now.repro.red.files)}. It fails so:\n{now.repro.red.detail}",
    ]
    if now.ground is not None:
        said.append(
            "The files that you see hold the fix that was proposed, and what people have added since. "
            f"More is wanted. Keep the fix, and do what is asked of the code:\n{now.ground.asked}"
        )
    if now.feedback:
        earlier = "\n\n".join(f"{c.path}:\n{c.content}" for c in now.fix.changes)
        said.append(
            f"Your last fix was refused: {now.feedback}\n\n"
            f"It was, whole files:\n{earlier}\n\nYou start again from "
            f"{'the base' if now.ground is None else 'the fix that was proposed'}."
        )
    return "\n\n".join(said)
