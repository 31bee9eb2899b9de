"""Evidence: the proof with the commit that holds it, and the check that says so beside the commit."""

from __future__ import annotations

from policies.effects import CommitRef, Conclusion, ReportCheck
from workflows.engine.context import Context
from workflows.ports.all import Ports
from workflows.progress import Progress, Stage
from workflows.proof.statement import Proof
from workflows.steps.common import key, try_to
from workflows.trigger import Trigger

CHECK = "redfirst/proof"


async def with_head(ctx: Context[Ports], proof: str, commit: CommitRef) -> tuple[Proof, str]:
    """And the name of the blob in which it is."""
    seen = Proof.model_validate_json(await ctx.ports.blobs.get(proof))
    seen = seen.model_copy(update={"head_sha": commit.sha})
    return seen, await ctx.ports.blobs.put(seen.model_dump_json(indent=2).encode())


def in_review(run: str, proof: Proof, pull_request: int, hidden: tuple[str, ...] = ()) -> Progress:
    return Progress(
        run=run,
        stage=Stage.REVIEW,
        red=proof.red.assertion,
        green=proof.suite.after,
        pull_request=pull_request,
        hidden=hidden,
    )


async def checked(ctx: Context[Ports], trigger: Trigger, proof: Proof) -> str:
    """Empty when it is there, else why not."""
    title, summary = ctx.ports.words.check(proof)
    check = ReportCheck(
        key=key(ctx, "check"),
        repository=trigger.tenant.repository,
        sha=proof.head_sha,
        name=CHECK,
        conclusion=Conclusion.SUCCESS,
        title=title,
        summary=summary,
    )
    return await try_to(ctx, check, trigger)
