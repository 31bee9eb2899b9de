"""Repair: a fix is written, and counts only if the harness sees the repro pass and nothing else break."""

from __future__ import annotations

from policies.patch import Patch
from workflows.agents.loop import work
from workflows.agents.roles import FIXER
from workflows.case import Repairing, Reproducing
from workflows.difference import patch_between
from workflows.engine.context import Context
from workflows.engine.nodes import workflow
from workflows.engine.step import step
from workflows.engine.values import Iteration
from workflows.ports.all import Ports
from workflows.progress import Progress, Stage
from workflows.proof.green import NotGreen
from workflows.proof.integrity import fixer_objection
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.trials import try_controls, try_diagnostics, try_green, try_suite, try_witness
from workflows.proof.witness import WitnessSeen
from workflows.steps.baseline import baseline
from workflows.steps.common import report, told
from workflows.steps.looked import looked
from workflows.steps.places import archive_of, base_tree, desk, harness, suite_of
from workflows.steps.reproduce import reproduced
from workflows.tree import Tree, unpack

ATTEMPTS = 3
NOTHING_SEEN = {"green": None, "witness": None, "suite": None, "diagnostics": None, "controls": None}


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
    suite = suite_of(now.case)
    tree = (await ground_tree(ctx, now)).with_patch(now.repro.test)
    at = await desk(ctx, now.case, tree, lambda path: fixer_objection(path, tree, suite))
    try:
        written = await work(ctx, FIXER, _task(now), at)
    finally:
        await at.close()
    return now.model_copy(update={"fix": at.patch, "summary": written.summary, **NOTHING_SEEN})


@step(timeout=3600)
async def check_green(ctx: Context[Ports], now: Repairing) -> Repairing:
    on = await harness(ctx, now.case, await ground_tree(ctx, now))
    verdict = await try_green(on, now.fix, now.repro.test, now.repro.red)
    if isinstance(verdict, NotGreen):
        return _refused(now, verdict)
    seen: WitnessSeen | NotGreen | None = None
    if now.repro.witness is not None:
        seen = await try_witness(on, now.fix.merged(now.repro.test), now.repro.witness)
    if isinstance(seen, NotGreen):
        return _refused(now, seen)
    return now.model_copy(update={"green": verdict, "witness": seen, "feedback": ""})


@step(timeout=3600)
async def check_suite(ctx: Context[Ports], now: Repairing) -> Repairing:
    if now.green is None:
        return now
    base = await harness(ctx, now.case)
    on, before = base.on(await ground_tree(ctx, now)), await baseline(ctx, now.case)
    verdict = await try_suite(on, base, now.fix.merged(now.repro.test), before, now.repro.red.tests)
    if isinstance(verdict, NotGreen):
        return _refused(now, verdict)
    return now.model_copy(update={"suite": verdict})


@step(timeout=3600)
async def check_diagnostics(ctx: Context[Ports], now: Repairing) -> Repairing:
    """Against the base as well. What people have added to the branch is theirs."""
    if now.suite is None or now.case.project.diagnostics is DiagnosticsMode.OFF:
        return now
    verdict = await try_diagnostics(
        await harness(ctx, now.case),
        await whole_fix(ctx, now),
        now.repro.test,
        now.case.project.diagnostics,
        ground=None if now.ground is None else await ground_tree(ctx, now),
        before=looked(ctx),
    )
    if isinstance(verdict, NotGreen):
        return _refused(now, verdict)
    return now.model_copy(update={"diagnostics": verdict})


@step(timeout=3600)
async def check_controls(ctx: Context[Ports], now: Repairing) -> Repairing:
    """Against the base, whatever the branch holds by now: the whole of the fix is what has to be proven."""
    if now.suite is None or now.feedback:
        return now
    fix = await whole_fix(ctx, now)
    verdict = await try_controls(await harness(ctx, now.case), fix, now.repro.test, now.repro.red)
    if isinstance(verdict, NotGreen):
        return _refused(now, verdict)
    return now.model_copy(update={"controls": verdict})


def is_green(turn: Iteration[Repairing]) -> bool:
    # What was seen stays for people where a later check refused; the feedback is what decides.
    return turn.last.green is not None and turn.last.suite is not None and not turn.last.feedback


def why_not_green(now: Repairing) -> str:
    return now.feedback


repair = (
    workflow("repair", Repairing)
    .then(write_fix)
    .then(check_green)
    .then(check_suite)
    .then(check_diagnostics)
    .then(check_controls)
)


async def ground_tree(ctx: Context[Ports], now: Repairing) -> Tree:
    """What the fix is made on top of: the base, or a branch as people have left it."""
    if now.ground is None:
        return await base_tree(ctx, now.case)
    return unpack(await archive_of(ctx, now.case.trigger.tenant, now.ground.sha, now.ground.archive))


async def whole_fix(ctx: Context[Ports], now: Repairing) -> Patch:
    """All that differs from the base but the test, whoever wrote it."""
    if now.ground is None:
        return now.fix
    there = (await ground_tree(ctx, now)).with_patch(now.fix)
    whole = patch_between(await base_tree(ctx, now.case), there)
    tests = now.repro.test.paths()
    return Patch(changes=tuple(change for change in whole.changes if change.path not in tests))


def _refused(now: Repairing, verdict: NotGreen) -> Repairing:
    return now.model_copy(update={"feedback": f"{verdict.reason}.\n{verdict.feedback}"})


def _task(now: Repairing) -> str:
    said = [
        told(now.case.trigger),
        f"The plan.\nCause: {now.plan.cause}\nThe fix: {now.plan.fix}",
        f"The failing test is in {', '.join(now.repro.red.files)}. It fails so:\n{now.repro.red.detail}",
    ]
    if now.case.project.diagnostics is DiagnosticsMode.REQUIRED:
        said.append(
            "The linters and type checkers that this project has configured are run on your fix: they must "
            "have nothing new to say, and no new comment may silence them."
        )
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
