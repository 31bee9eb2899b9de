"""Prepare: fix the base, see what the project is, and run its tests once as they are."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.branch import branch_for
from workflows.case import Case
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.ports.blobs import Digest
from workflows.ports.forge import Branch, Head
from workflows.progress import Progress, Stage
from workflows.project import asked
from workflows.project.detect import detect
from workflows.project.model import Project
from workflows.project.unfit import Unfit
from workflows.proof.harness import Harness
from workflows.proof.runners.detect import runner_for
from workflows.proof.runners.port import Runner
from workflows.proof.suite import Suite
from workflows.steps.baseline import measured
from workflows.steps.common import report
from workflows.steps.places import Place, archive_of, place
from workflows.tree import Tree, unpack
from workflows.trigger import Trigger
from workflows.unseen import visible

TOLD = 10


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
    about = f"{trigger.issue.title}\n{trigger.issue.body}"
    project = detect(tree, asked=asked.claim_of(trigger), issue=about, allowance=ports.allowance)
    runner = runner_of(project, tree)
    at = await _set_up(ctx, trigger, project, tree)
    if at.environment and at.environment.denied:
        project = project.model_copy(update={"notes": (*project.notes, _denied(at.environment.denied))})
    suite = Suite(runner, project.path.value)
    base, baseline = await measured(ctx, Harness(ports.sandboxes, at.spec, tree, suite, at.programs))
    if not baseline:
        why, _, tail = base.results.complaint.partition("\n")
        raise Unfit(f"the project's tests do not run as they are: {why}", project, tail)
    return Case(
        trigger=trigger,
        base_branch=head.branch,
        base_sha=head.sha,
        branch=branch,
        archive=archive,
        runner=runner.name,
        baseline=baseline,
        baseline_summary=base.results.summary(),
        suite_command=base.results.command,
        sandbox=base.facts,
        project=project,
    )


async def _set_up(ctx: Context[Ports], trigger: Trigger, project: Project, tree: Tree) -> Place:
    try:
        return await place(ctx, trigger, project, tree)
    except UserProblem as problem:
        why, _, said = problem.sentence.partition("\n")
        raise Unfit(why, project, said) from problem


def _denied(hosts: Sequence[str]) -> str:
    named = ", ".join(visible(host)[:100] for host in hosts[:TOLD])
    more = f" and {len(hosts) - TOLD} more" if len(hosts) > TOLD else ""
    return f"set-up asked for {named}{more}, which it may not talk to; see `hosts` in .github/redfirst.yml"


def runner_of(project: Project, tree: Tree) -> Runner:
    """Unfit where nobody here knows how to run the tests of such a project."""
    try:
        return runner_for(project, tree.below(project.path.value))
    except UserProblem as problem:
        raise Unfit(problem.sentence, project) from problem
