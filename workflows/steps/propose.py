"""Propose: one commit on a branch of ours, and a draft pull request with the evidence."""

from __future__ import annotations

from policies.effects import OpenPullRequest, PushCommit
from workflows.case import Proposed, Proven
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.ports import Ports
from workflows.progress import Progress, Stage
from workflows.proof.statement import Proof
from workflows.steps.common import key, perform, report


@step()
async def propose(ctx: Context[Ports], proven: Proven) -> Proposed:
    case, trigger = proven.case, proven.case.trigger
    commit = await perform(
        ctx,
        PushCommit(
            key=key(ctx, "commit"),
            repository=trigger.tenant.repository,
            branch=case.branch,
            base_sha=case.base_sha,
            message=ctx.ports.words.commit(trigger, proven.summary),
            patch=proven.fix.merged(proven.repro.test),
        ),
        trigger,
    )
    seen = Proof.model_validate_json(await ctx.ports.blobs.get(proven.proof))
    proof = seen.model_copy(update={"head_sha": commit.sha})
    digest = await ctx.ports.blobs.put(proof.model_dump_json(indent=2).encode())
    title, body = ctx.ports.words.pull_request(trigger, proven.summary, proof, digest)
    pull_request = await perform(
        ctx,
        OpenPullRequest(
            key=key(ctx, "pull-request"),
            repository=trigger.tenant.repository,
            head=case.branch,
            base=case.base_branch,
            title=title,
            body=body,
        ),
        trigger,
    )
    await report(
        ctx,
        trigger,
        Progress(
            run=ctx.run,
            stage=Stage.REVIEW,
            red=proof.red.assertion,
            green=proof.suite.after,
            pull_request=pull_request.number,
        ),
    )
    return Proposed(case=case, commit=commit, pull_request=pull_request, proof=digest)
