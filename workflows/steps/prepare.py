"""Prepare: fix the base, look at the project, and run its tests once as they are."""

from __future__ import annotations

from policies.patch import Patch
from workflows.branch import branch_for
from workflows.case import Case
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.errors import UserProblem
from workflows.ports import Branch, Digest, Head, Ports
from workflows.progress import Progress, Stage
from workflows.proof.harness import Harness
from workflows.proof.runners.detect import detect
from workflows.steps.common import archive_of, report, sandbox_spec
from workflows.tree import unpack
from workflows.trigger import Trigger


@step(timeout=1800)
async def prepare(ctx: Context[Ports], trigger: Trigger) -> Case:
    await report(ctx, trigger, Progress(run=ctx.run, stage=Stage.PREPARE))
    tenant, ports = trigger.tenant, ctx.ports
    head = await ctx.record("head", Head, lambda: ports.forge.head(tenant))

    async def choose() -> Branch:
        name = branch_for(trigger.issue)
        taken = await ports.forge.tip(tenant, name)
        return Branch(name=f"{name}-{ctx.run[-6:]}" if taken else name)

    branch = (await ctx.record("branch", Branch, choose)).name

    async def fetch() -> Digest:
        return Digest(digest=await ports.blobs.put(await ports.forge.tarball(tenant, head.sha)))

    archive = (await ctx.record("archive", Digest, fetch)).digest
    tree = unpack(await archive_of(ctx, tenant, head.sha, archive))
    runner = detect(tree)
    (ran,) = await Harness(ports.sandboxes, sandbox_spec(ctx, tenant), tree, runner).run(Patch())
    if ran.results.complaint:
        raise UserProblem(f"the project's tests do not run as they are: {ran.results.complaint}")
    return Case(
        trigger=trigger,
        base_branch=head.branch,
        base_sha=head.sha,
        branch=branch,
        archive=archive,
        runner=runner.name,
        baseline=await ports.blobs.put(ran.results.model_dump_json().encode()),
        baseline_summary=ran.results.summary(),
        suite_command=ran.results.command,
        sandbox=ran.facts,
    )
