"""Witness: another author writes a second test from the same issue. The harness keeps it to itself."""

from __future__ import annotations

from policies.patch import Patch
from workflows.agents.loop import work
from workflows.agents.roles import WITNESS
from workflows.case import Reproducing, Witnessing
from workflows.engine.context import Context
from workflows.engine.nodes import workflow
from workflows.engine.step import step
from workflows.engine.values import Iteration
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.proof.integrity import author_objection
from workflows.proof.mode import WitnessMode
from workflows.proof.red import NotRed
from workflows.proof.trials import try_red
from workflows.proof.witness import Witness
from workflows.steps.baseline import baseline
from workflows.steps.common import told
from workflows.steps.places import base_tree, desk, harness, suite_of

ATTEMPTS = 2


def is_wanted(now: Reproducing) -> bool:
    return now.case.project.witness is not WitnessMode.OFF


@step()
async def call(ctx: Context[Ports], now: Reproducing) -> Witnessing:  # noqa: ARG001 - as every step
    return Witnessing(before=now)


@step(timeout=3600)
async def write_witness(ctx: Context[Ports], now: Witnessing) -> Witnessing:
    """On the base alone: not even the first test is there to be read."""
    case = now.before.case
    tree, suite = await base_tree(ctx, case), suite_of(case)
    at = await desk(ctx, case, tree, lambda path: author_objection(path, tree, suite))
    try:
        await work(ctx, WITNESS, _task(now), at)
    finally:
        await at.close()
    return now.model_copy(update={"test": at.patch, "tries": now.tries + 1})


@step(timeout=3600)
async def check_witness(ctx: Context[Ports], now: Witnessing) -> Witnessing:
    case = now.before.case
    if set(now.test.paths()) & set(now.before.test.paths()):
        return now.model_copy(update={"feedback": "a file of that name cannot be used; choose another"})
    issue, known = case.trigger.issue, (await baseline(ctx, case)).ids()
    verdict, _ = await try_red(await harness(ctx, case), now.test, known, f"{issue.title}\n{issue.body}")
    if isinstance(verdict, NotRed):
        return now.model_copy(update={"feedback": f"{verdict.reason}.\n{verdict.feedback}"})
    return now.model_copy(update={"red": verdict, "feedback": ""})


def is_settled(turn: Iteration[Witnessing]) -> bool:
    return turn.last.red is not None or turn.last.tries >= ATTEMPTS


def why_not(now: Witnessing) -> str:
    return now.feedback


@step()
async def seal(ctx: Context[Ports], now: Witnessing) -> Reproducing:  # noqa: ARG001 - as every step
    mode = now.before.case.project.witness
    if now.red is None and mode is WitnessMode.REQUIRED:
        raise UserProblem(
            f"no independent test of the issue could be written, and one is required: {now.feedback}"
        )
    witness = Witness(
        mode=mode,
        test=now.test if now.red else Patch(),
        red=now.red,
        missing=now.feedback.partition("\n")[0],
    )
    return now.before.model_copy(update={"witness": witness})


witness = (
    workflow("witness", Reproducing)
    .then(call)
    .dountil(
        workflow("testify", Witnessing).then(write_witness).then(check_witness),
        until=is_settled,
        feedback=why_not,
        limit=ATTEMPTS,
    )
    .then(seal)
)


def _task(now: Witnessing) -> str:
    said = [told(now.before.case.trigger)]
    if now.feedback:
        earlier = "\n\n".join(f"{c.path}:\n{c.content}" for c in now.test.changes)
        said.append(
            f"Your last test was refused: {now.feedback}\n\nIt was:\n{earlier}\n\nWrite a better one."
        )
    return "\n\n".join(said)
