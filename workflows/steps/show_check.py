"""Show: the one check beside the newest commit, from when it is proved again to what came of it."""

from __future__ import annotations

from policies.effects import Conclusion, ReportCheck
from workflows.case import Judged, Standing
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.engine.values import Failed, Nothing
from workflows.ports.all import Ports
from workflows.proof.statement import Proof
from workflows.steps.common import perform
from workflows.steps.evidence import CHECK
from workflows.trigger import Trigger


def check_of(
    run: str, trigger: Trigger, sha: str, conclusion: Conclusion | None, words: tuple[str, str]
) -> ReportCheck:
    """Of a run there is one, whatever is said of it in the end."""
    title, summary = words
    return ReportCheck(
        key=f"{run}/check",
        repository=trigger.tenant.repository,
        sha=sha,
        name=CHECK,
        conclusion=conclusion,
        title=title,
        summary=summary,
    )


@step()
async def show_begun(ctx: Context[Ports], standing: Standing) -> Standing:
    words = ctx.ports.words.proving(standing)
    await perform(ctx, check_of(ctx.run, standing.trigger, standing.head_sha, None, words), standing.trigger)
    return standing


@step()
async def show_verdict(ctx: Context[Ports], judged: Judged) -> Judged:
    proof, standing = None, judged.standing
    if judged.proof:
        proof = Proof.model_validate_json(await ctx.ports.blobs.get(judged.proof))
    words = ctx.ports.words.proved_again(judged, proof)
    check = check_of(ctx.run, standing.trigger, standing.head_sha, judged.conclusion, words)
    await perform(ctx, check, standing.trigger)
    return judged


@step()
async def show_unproved(ctx: Context[Ports], failed: Failed[Standing]) -> Nothing:
    """A run that failed leaves no check that looks as if it went on."""
    standing = failed.input
    words = ctx.ports.words.not_proved(failed.failure.sentence)
    check = check_of(ctx.run, standing.trigger, standing.head_sha, Conclusion.NEUTRAL, words)
    await perform(ctx, check, standing.trigger)
    return Nothing()
